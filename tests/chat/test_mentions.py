"""Naming colleagues in notes: who can be named, who is told, and what editing changes (R71)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from activity.models import Event
from chat import actions, changes
from chat.conversation import html_of
from chat.errors import NotAColleague
from chat.models import Mention, Note
from tests.conftest import World
from workstreams.models import WorkStream


def write(world: World, body: str, *people: User) -> Note:
    return actions.post_note(
        workstream=world.labels,
        author=world.isr,
        body=body,
        client_key=uuid4(),
        mentions=[person.public_id for person in people],
    )


def told(verb: str = "chat.note_posted") -> list[Any]:
    return [data["mentioned"] for data in Event.objects.filter(verb=verb).order_by("pk").values_list("data", flat=True)]


def named(note: Note) -> set[str]:
    return set(Mention.objects.filter(note=note).values_list("user__name", flat=True))


@pytest.mark.django_db
def test_a_note_names_colleagues_and_its_event_says_whom(world: World) -> None:
    note = write(world, f"@{world.architect.display_name} please look", world.architect, world.isr)

    assert named(note) == {world.architect.name}
    assert told() == [[world.architect.pk]]
    assert f'<span class="mention">@{world.architect.display_name}</span> please' in html_of(note)


@pytest.mark.django_db
def test_a_note_without_mention_names_nobody(world: World) -> None:
    write(world, f"@{world.architect.display_name} typed by hand")

    assert told() == [[]]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["owner", "agile_worker", "gone", "nobody"])
def test_only_active_colleagues_can_be_named(world: World, who: str) -> None:
    User.objects.filter(pk=world.billing.pk).update(is_active=False)
    key: UUID = {
        "owner": world.owner.public_id,
        "agile_worker": world.agile_worker.public_id,
        "gone": world.billing.public_id,
        "nobody": UUID(int=7),
    }[who]
    with pytest.raises(NotAColleague):
        actions.post_note(workstream=world.labels, author=world.isr, body="Hush", client_key=uuid4(), mentions=[key])

    assert not Note.objects.exists()


@pytest.mark.django_db
def test_an_address_in_brackets_names_too(world: World) -> None:
    note = write(world, f"@[{world.architect.email.upper()}] please look")

    assert note.body == f"@{world.architect.display_name} please look"
    assert told() == [[world.architect.pk]]
    with pytest.raises(NotAColleague):
        write(world, f"@[{world.owner.email}] please look")


@pytest.mark.django_db
def test_editing_tells_only_whom_it_did_not_name_before(world: World) -> None:
    note = write(world, "first", world.architect, world.solutions)

    def edit(body: str, people: Collection[User] | None) -> None:
        ids = None if people is None else [person.public_id for person in people]
        changes.edit_note(note=note, actor=world.isr, body=body, mentions=ids)

    edit("second", [world.architect, world.delivery])
    User.objects.filter(pk=world.architect.pk).update(is_active=False)
    edit("third", None)
    edit("fourth", [world.architect])

    assert named(note) == {world.architect.name}
    assert told("chat.note_edited") == [[world.delivery.pk], [], []]
    changes.remove_note(note=note, actor=world.isr)
    assert named(note) == set()


@pytest.mark.django_db
def test_the_list_after_the_sign_has_colleagues_of_the_workstream_first(client: Client, world: World) -> None:
    def found(person: User, q: str) -> list[str]:
        client.force_login(person)
        people = client.get(f"/workstreams/{world.labels.public_id}/notes/colleagues/", {"q": q}).json()["people"]
        return [each["name"] for each in people]

    actions.post_message(workstream=world.labels, author=world.delivery, body="Hello", client_key=uuid4())
    everybody = found(world.isr, "")

    assert everybody[0] == world.delivery.display_name
    assert world.isr.display_name not in everybody
    assert not {world.owner.display_name, world.agile_worker.display_name} & set(everybody)
    assert found(world.isr, "sol arch") == [world.architect.display_name]
    assert found(world.isr, "zz") == []


@pytest.mark.parametrize("count", [1, 6])
def test_many_notes_with_many_names_cost_the_same(client: Client, world: World, count: int) -> None:
    for _ in range(count):
        write(world, "look", *[world.architect, world.solutions, world.delivery][: 1 + count // 2])
    client.force_login(world.isr)
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/workstreams/{world.labels.public_id}/notes/?after=0")

    assert len([query for query in asked.captured_queries if "chat_mention" in query["sql"]]) == 1


def test_the_page_and_the_api_name_and_show(client: Client, world: World) -> None:
    client.force_login(world.isr)
    pages = f"/workstreams/{world.labels.public_id}/notes/"
    api = f"/api/v1/workstreams/{world.labels.public_id}/notes/"
    ids = [str(world.architect.public_id), str(world.solutions.public_id)]
    client.post(pages, {"body": "by the page", "mention": ids}, headers={"Accept": "application/json"})
    client.post(api, {"body": "over the API", "mentions": ids[:1]}, "application/json")
    edit = {"body": "by the page, edited", "mention": ids[:1], "names": "on", "change": 0}
    client.post(f"{pages}1/edit/", edit, headers={"Accept": "application/json"})
    rows = client.get(api).json()["results"]

    assert told() == [[world.architect.pk, world.solutions.pk], [world.architect.pk]]
    assert [[each["id"] for each in row["mentions"]] for row in rows] == [ids[:1], ids[:1]]
    assert (
        client.post(api, {"body": "x", "mentions": [str(world.owner.public_id)]}, "application/json").status_code == 422
    )


def test_a_workstream_of_others_lends_no_list(client: Client, world: World) -> None:
    address = f"/workstreams/{world.labels.public_id}/notes/colleagues/"
    statuses = {}
    for person in (world.owner, world.stranger, world.agile_worker):
        client.force_login(person)
        statuses[person.name] = client.get(address).status_code

    assert set(statuses.values()) <= {403, 404}
    assert WorkStream.objects.filter(pk=world.labels.pk).exists()
