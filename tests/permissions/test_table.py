"""Who may do what: the same answer on the pages and over the API, for everything and everybody (D3)."""

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve, reverse

from accounts.capabilities import CAPABILITIES, GENERAL, Role, Standing
from accounts.models import User
from tests.conftest import World
from tests.factories import ColleagueFactory
from tests.permissions.rows import Call, Thing
from tests.permissions.things import THINGS
from tests.test_urls import OURS


class Outcome(StrEnum):
    """How an address treats somebody."""

    DONE = "done"
    REFUSED = "refused with 403"
    MISSING = "missing, 404"
    SIGN_IN = "asked to sign in"


def everybody(world: World) -> Iterator[tuple[str, User | None, Standing]]:
    """Each person of the cast, and what they are to `labels`."""
    yield "owner", world.owner, Standing.OWNER
    yield "member", world.member, Standing.CLIENT_MEMBER
    yield "another client", world.stranger, Standing.STRANGER
    yield "Agile Worker on it", world.agile_worker, Standing.AGILE_WORKER
    elsewhere = ColleagueFactory.create(role=Role.AGILE_WORKER, name="Agile Worker elsewhere")
    yield "Agile Worker elsewhere", elsewhere, Standing.STRANGER
    for name in ("isr", "architect", "solutions", "delivery", "accounts", "billing", "admin"):
        yield name, getattr(world, name), Standing(name)
    yield "nobody", None, Standing.STRANGER


def expected(thing: Thing, person: User | None, standing: Standing) -> Outcome:
    """What the table of capabilities says."""
    if person is None:
        return Outcome.SIGN_IN
    if thing.is_general:
        standing = Standing(person.role) if person.is_team else Standing.CLIENT_MEMBER
        held = GENERAL[Role(person.role)]
    elif standing == Standing.STRANGER:
        return Outcome.MISSING
    else:
        held = CAPABILITIES[standing]
    if standing in thing.unknown_to:
        return Outcome.MISSING
    if (thing.takes is None or thing.takes in held) and standing not in thing.never:
        return Outcome.DONE
    return Outcome.MISSING if thing.is_secret else Outcome.REFUSED


def signed_in(person: User | None) -> Client:
    """The browser of this person, or of somebody who has not signed in."""
    client = Client()
    if person:
        client.force_login(person)
    return client


def address_of(call: Call, world: World) -> str:
    """The address of a request in this world."""
    return call.address.format(ws=world.labels.public_id, person=world.member.pk, person_id=world.member.public_id)


def happens(call: Call, world: World, client: Client) -> Outcome:
    """What comes of a request."""
    address = address_of(call, world)
    with transaction.atomic():
        answer = _ask(client, call, address, call.data(world))
        if answer.streaming and not getattr(answer, "is_async", False):
            answer.getvalue()  # to the end, which lets go of it, while what it reads is there
        # Whatever it did is taken back, so that the next person finds the same.
        transaction.set_rollback(True)
    if answer.get("Location", "").startswith(reverse("admin:login")):
        # Django's admin sends everybody there, and there they are told.
        answer = client.get(answer["Location"])  # type: ignore[assignment]
    return outcome_of(answer)


def _ask(client: Client, call: Call, address: str, data: dict[str, Any]) -> HttpResponse:
    if call.method == "get":
        return client.get(address, data or None)  # type: ignore[return-value]
    if call.method == "upload":
        return client.post(address, data)  # type: ignore[return-value]
    if address.startswith("/api/"):
        body, headers = json.dumps(data), {"If-Match": "*"} if call.method == "patch" else {}
        return getattr(client, call.method)(address, body, "application/json", headers=headers)  # type: ignore[no-any-return]
    return getattr(client, call.method)(address, data)  # type: ignore[no-any-return]


def outcome_of(answer: HttpResponse) -> Outcome:
    """Read off status and address; whatever is none of these is a mistake in the table, or a bug."""
    if answer.streaming:
        return Outcome.DONE
    if answer.status_code == 401 or answer.get("Location", "").startswith(reverse("accounts:sign_in")):
        return Outcome.SIGN_IN
    if answer.status_code in {403, 404}:
        return Outcome.REFUSED if answer.status_code == 403 else Outcome.MISSING
    assert answer.status_code < 400, f"{answer.status_code}: {answer.content.decode()[:600]}"
    return Outcome.DONE


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.does)
def test_pages_and_api_treat_everybody_as_the_table_says(thing: Thing, world: World) -> None:
    thing.arrange(world)
    found, wanted = {}, {}
    for name, person, standing in everybody(world):
        if standing in thing.elsewhere:
            continue
        client, outcome = signed_in(person), expected(thing, person, standing)
        if not (person is None and thing.is_public_page):
            wanted[name, "page"] = outcome
            found[name, "page"] = happens(thing.page, world, client)
        wanted[name, "API"] = outcome
        found[name, "API"] = happens(thing.api, world, client)

    assert found == wanted


def test_nobody_who_left_does_anything(world: World) -> None:
    User.objects.filter(pk__in=[world.owner.pk, world.isr.pk]).update(is_active=False)
    for client in (signed_in(world.owner), signed_in(world.isr)):
        for thing in THINGS:
            if not thing.is_public_page:
                assert happens(thing.page, world, client) == Outcome.SIGN_IN, thing.does
            assert happens(thing.api, world, client) == Outcome.SIGN_IN, thing.does


def test_every_address_of_the_api_is_in_the_table(world: World) -> None:
    listed = {resolve(urlsplit(address_of(thing.api, world)).path).view_name for thing in THINGS}
    # One's own person, and what describes the API, are everybody's. An invitation is nobody's but its person's
    # (tests/workstreams/test_api_people.py). What takes a code, and the copy that is one's own: tests/api/test_own.py.
    assert {name for name in OURS if name.startswith("api:")} - listed == {
        "api:schema",
        "api:docs",
        "api:me",
        "api:own_copy",
        "api:own_copy_file",
        "api:own_erasure",
        "api:invitation_accept",
    }
