"""Who asks in the bench: people picked off the data by how much they have. All of it is read from the default set."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from accounts.models import User

_sessions: list[str] = []
_LEADS = (
    "SELECT lead_id FROM workstreams_workstream WHERE lead_id IS NOT NULL GROUP BY lead_id ORDER BY count(*) DESC, 1"
)
_CUSTOMERS = """
SELECT user_id FROM workstreams_membership WHERE side = 'client' GROUP BY user_id ORDER BY {order} LIMIT %s
"""


def rows_of(text: str, values: Sequence[Any] = ()) -> list[Any]:
    """The rows of a statement of the bench's own."""
    with connection.cursor() as cursor:
        cursor.execute(text, list(values))
        return list(cursor.fetchall())


def leads() -> list[User]:
    """Eight colleagues from the one who leads most to one who leads few."""
    ids = [pk for (pk,) in rows_of(_LEADS)]
    steps = [0, 1, 2, 5, 10, 25, 50, 100]
    return _people([ids[min(len(ids) - 1, step * len(ids) // 200)] for step in steps])


def random_customers(count: int) -> list[User]:
    """Customers as they come; always the same."""
    return _people(pk for (pk,) in rows_of(_CUSTOMERS.format(order="hashint8(user_id)"), [count]))


def busy_customers(count: int) -> list[User]:
    """Customers as one meets them: who is on more WorkStreams is met more often."""
    found = rows_of(
        "SELECT user_id FROM workstreams_membership WHERE side = 'client' ORDER BY hashint8(id) LIMIT %s", [count]
    )
    return _people(pk for (pk,) in found)


def heaviest_customers(count: int) -> list[User]:
    """Those who are on the most WorkStreams."""
    return _people(pk for (pk,) in rows_of(_CUSTOMERS.format(order="count(*) DESC, user_id"), [count]))


def newest_activity() -> datetime:
    """When the newest WorkStream of this set was touched."""
    found: datetime = rows_of("SELECT max(last_activity_at) FROM workstreams_workstream")[0][0]
    return found


def signed_in(person: User) -> Client:
    """A browser in which this person has a session, as real as any."""
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    _sessions.append(str(client.session.session_key))
    return client


def sign_out_all() -> None:
    """Forget the sessions made here, in the default set: a kept set stays as it was."""
    Session.objects.filter(session_key__in=_sessions).delete()


def _people(ids: Any) -> list[User]:
    wanted = list(ids)
    found = User.objects.in_bulk(wanted)
    return [found[pk] for pk in wanted]
