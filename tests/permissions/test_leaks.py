"""What the API tells people, read word by word: nothing that is not theirs to know."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from chat.actions import post_message, post_note
from subscriptions.models import AgileTerms, BatchTerms
from tests.conftest import World
from tests.permissions.test_table import address_of
from tests.permissions.things import THINGS
from tests.test_urls import OURS
from workstreams import saved_views
from workstreams.actions import set_lead
from workstreams.models import WorkStream

NOTE = "zebra-crossing"
PRICES = ("48151.62", "48,151", "34200.23", "34,200")
API = {name: route for name, route in OURS.items() if route.startswith("api/v1/")}


@pytest.fixture
def furnished(world: World) -> World:
    """Words, notes and prices on both WorkStreams, a lead, an opportunity, and a view that colleagues share."""
    for workstream, author in ((world.labels, world.owner), (world.scans, world.stranger)):
        post_message(workstream=workstream, author=author, body="Hello", client_key=uuid4())
        post_note(workstream=workstream, author=world.isr, body=f"Mind the {NOTE}", client_key=uuid4())
        set_lead(workstream=workstream, actor=world.isr, lead=world.isr)
    AgileTerms.objects.create(workstream=world.labels, hours_per_month=300, monthly_fees=Decimal("48151.62"))
    BatchTerms.objects.create(workstream=world.labels, project_price=Decimal("34200.23"))
    WorkStream.objects.filter(pk=world.labels.pk).update(opportunity_id="006A000000abcDEIAY")
    saved_views.save_view(actor=world.isr, name="Ours", query="type=batch", is_shared=True)
    return world


def answers(world: World, person: User) -> Iterator[tuple[str, HttpResponse]]:
    """What this person is answered at every address of the API, read and done."""
    client = Client()
    client.force_login(person)
    for workstream in (world.labels, world.scans):
        for name, route in API.items():
            arguments: dict[str, Any] = dict.fromkeys(re.findall(r"<uuid:(\w+)>", route), workstream.public_id)
            arguments |= dict.fromkeys(re.findall(r"<int:(\w+)>", route), 1)
            yield name, client.get(reverse(name, kwargs=arguments))  # type: ignore[misc]
    for thing in THINGS:
        call = thing.api
        if call.method not in {"get", "upload"}:
            with transaction.atomic():
                address, body = address_of(call, world), json.dumps(call.data(world))
                send = getattr(client, call.method)
                yield thing.does, send(address, body, "application/json", headers={"If-Match": "*"})
                transaction.set_rollback(True)


def found(world: World, person: User, words: set[str]) -> set[tuple[str, str]]:
    """Which of the words this person reads, and where."""
    return {
        (where, word)
        for where, answer in answers(world, person)
        for word in words
        if word.lower() in (answer.getvalue().decode() + str(answer.headers)).lower()
    }


@pytest.mark.parametrize("who", ["owner", "member", "agile_worker"])
def test_nobody_but_colleagues_reads_of_notes_or_of_salesforce(who: str, furnished: World) -> None:
    secrets = {
        NOTE,
        "internal note",
        "last_note",
        "read_notes",
        "write_notes",
        "is_creation_note",
        "006A000000abcDEIAY",
    }
    assert found(furnished, getattr(furnished, who), secrets) == set()


def test_the_search_for_secrets_finds_what_colleagues_read(furnished: World) -> None:
    where = {where for where, _ in found(furnished, furnished.isr, {NOTE})}
    assert where >= {"api:notes"}
    assert found(furnished, furnished.owner, {"48151.62"}) >= {("api:subscription", "48151.62")}
    assert found(furnished, furnished.owner, {furnished.member.email}) >= {
        ("api:workstream_members", furnished.member.email)
    }


@pytest.mark.parametrize("who", ["owner", "member"])
def test_clients_read_nothing_of_other_clients(who: str, furnished: World) -> None:
    others = {"globex", "Invoice scans", "Stella", furnished.stranger.email, str(furnished.stranger.public_id)}
    assert found(furnished, getattr(furnished, who), others) == set()


def test_agile_workers_read_no_address_but_their_own_and_no_price(furnished: World) -> None:
    people = {person.email for person in User.objects.exclude(pk=furnished.agile_worker.pk)}
    assert found(furnished, furnished.agile_worker, {*people, *PRICES, "Hello"}) == set()
