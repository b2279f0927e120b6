"""The least that a page of the default grid can cost: one statement as written by hand, and an empty signed-in page.

Limits in milliseconds were set where the statement took one, so they are printed as so many times this statement, taken
in the same minutes: that says the same on a slower machine, and on a busy one.
"""

from collections.abc import Callable
from itertools import cycle

from django.db import connection
from django.test import Client

from accounts.models import User
from bench.cast import signed_in
from bench.frame import stopwatch

# Those a person leads, newest activity first, with the three rows that each refers to. The default grid asks for no
# status, so one walk along the index of leads meets the page and nothing else, and opens each row as it is met.
RAW_PAGE = """
SELECT w.public_id, w.name, w.subscription_type, w.status, w.milestone, w.delivery_mode, w.created_at,
       w.last_activity_at, w.intended_start, w.opportunity_id, organization.public_id, organization.name,
       lead.public_id, lead.name, lead.email, owner.public_id, owner.name, owner.email
FROM (
  SELECT * FROM workstreams_workstream WHERE lead_id = %(lead)s ORDER BY last_activity_at DESC, id DESC LIMIT %(size)s
) AS w
JOIN accounts_organization AS organization ON organization.id = w.organization_id
LEFT JOIN accounts_user AS lead ON lead.id = w.lead_id
LEFT JOIN accounts_user AS owner ON owner.id = w.owner_id
ORDER BY w.last_activity_at DESC, w.id DESC
"""


def raw_page(leads: list[User], *, size: int = 51) -> Callable[[], float]:
    """A contender: the statement by hand for one lead after the other."""
    turn = cycle(leads)

    def ask() -> float:
        values = {"lead": next(turn).pk, "size": size}
        with connection.cursor() as cursor:
            return stopwatch(lambda: (cursor.execute(RAW_PAGE, values), cursor.fetchall()))

    return ask


def page(people: list[User], address: str, **headers: str) -> Callable[[], float]:
    """A contender: the same request by one person after the other, each with a session."""
    return _requests([(signed_in(person), address) for person in people], headers)


def pages(person: User, addresses: list[str]) -> Callable[[], float]:
    """A contender: one request after the other by the same person."""
    client = signed_in(person)
    return _requests([(client, address) for address in addresses], {})


def _requests(asked: list[tuple[Client, str]], headers: dict[str, str]) -> Callable[[], float]:
    turn = cycle(asked)

    def ask() -> float:
        client, where = next(turn)
        return stopwatch(lambda: _expect_ok(client.get(where, headers=headers).status_code, where))

    return ask


def nothing(people: list[User]) -> Callable[[], float]:
    """A contender: the empty page for a signed-in person."""
    return page(people, "/yardstick/nothing/")


def _expect_ok(status: int, where: str) -> None:
    if status != 200:
        raise RuntimeError(f"{where} answered {status}.")
