"""Editing and removing what was said: whose, how long, what is left, and two at once."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.models import User
from activity.models import Event
from chat import actions, changes
from chat.errors import NothingToSay, Removed, SaidByThePortal, TooLate
from chat.models import Counter, Message, Note
from tests.chat.conftest import await_waiting, held, in_threads
from tests.conftest import World
from workstreams.actions import close
from workstreams.choices import CloseReason
from workstreams.errors import ChangedMeanwhile, Closed
from workstreams.models import WorkStream


def post(workstream: WorkStream, author: User, body: str = "Helo") -> Message:
    return actions.post_message(workstream=workstream, author=author, body=body, client_key=uuid4())


def write(workstream: WorkStream, author: User, body: str = "They pay duoble") -> Note:
    return actions.post_note(workstream=workstream, author=author, body=body, client_key=uuid4())


def age(entry: Message | Note, by: timedelta) -> None:
    type(entry).objects.filter(pk=entry.pk).update(created_at=timezone.now() - by)


def events(verb: str) -> list[Any]:
    return list(Event.objects.filter(verb=verb).values_list("data", flat=True))


def url(entry: Message | Note, act: str) -> str:
    side = "chat" if isinstance(entry, Message) else "notes"
    return f"/workstreams/{entry.workstream.public_id}/{side}/{entry.number}/{act}/"


def api_url(entry: Message | Note) -> str:
    side = "messages" if isinstance(entry, Message) else "notes"
    return f"/api/v1/workstreams/{entry.workstream.public_id}/{side}/{entry.number}/"


@pytest.mark.django_db
def test_an_edit_replaces_the_text_and_says_so(world: World) -> None:
    message = post(world.labels, world.owner)
    edited = changes.edit_message(message=message, actor=world.owner, body=" Hello ")

    message.refresh_from_db()
    assert (message.body, message.number, message.change) == (edited.body, 1, 1) == ("Hello", 1, 1)
    assert message.edited_at is not None
    assert events("chat.message_edited") == [{"number": 1}]


@pytest.mark.django_db
def test_the_same_text_again_changes_nothing(world: World) -> None:
    message = post(world.labels, world.owner)
    changes.edit_message(message=message, actor=world.owner, body="Helo")

    message.refresh_from_db()
    assert (message.change, message.edited_at) == (0, None)
    assert not events("chat.message_edited")


@pytest.mark.django_db
def test_notes_are_changed_in_the_same_way_and_counted_apart(world: World) -> None:
    post(world.labels, world.owner)
    note = write(world.labels, world.isr)
    changes.edit_note(note=note, actor=world.isr, body="They pay double")
    changes.remove_note(note=note, actor=world.isr)

    note.refresh_from_db()
    counter = Counter.objects.get(workstream=world.labels)
    assert (note.body, note.change, counter.note_changes, counter.message_changes) == ("", 2, 2, 0)
    assert events("chat.note_edited") == [{"number": 1, "mentioned": []}]
    assert events("chat.note_removed") == [{"number": 1}]


@pytest.mark.django_db
def test_ten_minutes_to_the_second(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    message = post(world.labels, world.owner)
    at = message.created_at
    monkeypatch.setattr("chat.changes.timezone.now", lambda: at + timedelta(minutes=10, microseconds=1))
    with pytest.raises(TooLate, match="10 minutes"):
        changes.edit_message(message=message, actor=world.owner, body="Hello")
    monkeypatch.setattr("chat.changes.timezone.now", lambda: at + timedelta(minutes=10))

    assert changes.edit_message(message=message, actor=world.owner, body="Hello").body == "Hello"


@pytest.mark.django_db
@pytest.mark.parametrize("person", ["member", "isr", "admin"])
def test_nobody_edits_the_words_of_others(world: World, person: str) -> None:
    message = post(world.labels, world.owner)
    with pytest.raises(NotAllowed, match="wrote yourself"):
        changes.edit_message(message=message, actor=getattr(world, person), body="Hello")

    message.refresh_from_db()
    assert message.body == "Helo"


@pytest.mark.django_db
def test_removing_leaves_number_author_and_time_and_no_text(world: World) -> None:
    message, after = post(world.labels, world.owner), post(world.labels, world.owner, "next")
    age(message, timedelta(days=30))
    changes.remove_message(message=message, actor=world.owner)
    changes.remove_message(message=message, actor=world.owner)

    message.refresh_from_db()
    assert (message.body, message.author, message.number, after.number) == ("", world.owner, 1, 2)
    assert message.removed_at is not None
    assert events("chat.message_removed") == [{"number": 1}]
    with pytest.raises(Removed):
        changes.edit_message(message=message, actor=world.owner, body="Hello")


@pytest.mark.django_db
def test_an_administrator_removes_what_others_said_and_nobody_else_does(world: World) -> None:
    message, note = post(world.labels, world.owner), write(world.labels, world.isr)
    for person in (world.member, world.isr):
        with pytest.raises(NotAllowed):
            changes.remove_message(message=message, actor=person)
    with pytest.raises(NotAllowed):
        changes.remove_note(note=note, actor=world.architect)
    changes.remove_message(message=message, actor=world.admin)
    changes.remove_note(note=note, actor=world.admin)

    assert not Message.objects.get().body
    assert not Note.objects.get().body


@pytest.mark.django_db
def test_what_the_portal_said_stays(world: World) -> None:
    message = actions.post_automatic_message(workstream=world.labels, body="Welcome")
    note = actions.append_note(world.labels, "Name: Street labels", author=None, is_creation_note=True)
    with pytest.raises(NotAllowed):
        changes.edit_message(message=message, actor=world.admin, body="Hello")
    with pytest.raises(SaidByThePortal):
        changes.remove_message(message=message, actor=world.admin)
    with pytest.raises(SaidByThePortal):
        changes.remove_note(note=note, actor=world.admin)

    assert Message.objects.get().body == "Welcome"


@pytest.mark.django_db
def test_in_a_closed_workstream_only_the_team_changes_anything(world: World) -> None:
    client, colleague = post(world.labels, world.owner), post(world.labels, world.isr)
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    for act in (partial(changes.edit_message, body="Hello"), changes.remove_message):
        with pytest.raises(Closed):
            act(message=client, actor=world.owner)

    assert changes.edit_message(message=colleague, actor=world.isr, body="Hello").body == "Hello"


@pytest.mark.django_db
def test_who_saw_another_text_is_told(world: World) -> None:
    message = post(world.labels, world.owner)
    changes.edit_message(message=message, actor=world.owner, body="Hello", seen=0)
    with pytest.raises(ChangedMeanwhile):
        changes.edit_message(message=message, actor=world.owner, body="Hullo", seen=0)
    with pytest.raises(NothingToSay):
        changes.edit_message(message=message, actor=world.owner, body=" ")

    assert Message.objects.get().body == "Hello"


@pytest.mark.django_db
def test_a_message_sent_again_after_it_was_changed_is_the_changed_one(world: World) -> None:
    key = uuid4()
    message = actions.post_message(workstream=world.labels, author=world.owner, body="Helo", client_key=key)
    changes.remove_message(message=message, actor=world.owner)
    again = actions.post_message(workstream=world.labels, author=world.owner, body="Helo", client_key=key)

    assert (again.pk, again.body) == (message.pk, "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("acts", ["edits", "edit and removal"])
def test_two_at_once_are_numbered_one_after_the_other(world: World, acts: str) -> None:
    message = post(world.labels, world.owner)
    first = partial(changes.edit_message, message=message, actor=world.owner, body="first")
    second: partial[Message] = (
        partial(changes.edit_message, message=message, actor=world.owner, body="second")
        if acts == "edits"
        else partial(changes.remove_message, message=message, actor=world.owner)
    )
    with held(world.labels, counter=True):
        futures = in_threads(first, second)
        await_waiting(2)
    outcomes = [future.exception() for future in futures]

    message.refresh_from_db()
    counted = Counter.objects.get(workstream=world.labels).message_changes
    assert message.change == counted
    if acts == "edits":
        assert (outcomes, counted) == ([None, None], 2)
        assert message.body in {"first", "second"}
    else:  # whoever came second: what was removed stays removed
        assert message.body == ""
        assert counted == (1 if outcomes[0] else 2)


@pytest.mark.django_db(transaction=True)
def test_posting_and_changing_at_once_do_not_block_each_other_for_ever(world: World) -> None:
    message = post(world.labels, world.isr)

    def chatter() -> None:
        for _ in range(10):
            post(world.labels, world.isr)

    def edits() -> None:
        for number in range(10):
            changes.edit_message(message=message, actor=world.isr, body=f"{number}")

    for future in in_threads(chatter, edits, chatter, edits):
        future.result()
    counter = Counter.objects.get(workstream=world.labels)
    assert (counter.last_message, counter.message_changes) == (21, Message.objects.get(number=1).change)


def test_the_page_offers_what_is_possible(client: Client, world: World) -> None:
    mine, theirs = post(world.labels, world.owner), post(world.labels, world.isr)
    old = post(world.labels, world.owner)
    age(old, timedelta(minutes=11))
    client.force_login(world.owner)
    page = client.get(world.labels.get_absolute_url()).content.decode()

    assert url(mine, "edit") in page
    assert url(old, "edit") not in page
    assert url(old, "remove") in page
    assert url(theirs, "remove") not in page


def test_a_browser_without_script_edits_and_removes(client: Client, world: World) -> None:
    message = post(world.labels, world.owner)
    client.force_login(world.owner)
    assert "Helo</textarea>" in client.get(url(message, "edit")).content.decode()
    refused = client.post(url(message, "edit"), {"body": " ", "change": 0})
    client.post(url(message, "edit"), {"body": "Hello", "change": 0})
    assert refused.status_code == 422
    assert Message.objects.get().body == "Hello"

    assert "Hello" in client.get(url(message, "remove")).content.decode()
    answer = client.post(url(message, "remove"))
    assert answer["Location"].endswith("#message-1")
    page = client.get(world.labels.get_absolute_url()).content.decode()
    assert "Message removed" in page
    assert "Hello" not in page


def test_a_script_gets_the_text_as_it_was_written(client: Client, world: World) -> None:
    message = post(world.labels, world.owner, "**Helo**")
    client.force_login(world.owner)
    got = client.get(url(message, "edit"), headers={"Accept": "application/json"}).json()
    saved = client.post(url(message, "edit"), {"body": "Hello"}, headers={"Accept": "application/json"}).json()

    assert got == {"body": "**Helo**", "change": 0, "people": []}
    assert saved["number"] == 1
    assert 'data-change="1"' in saved["html"]
    assert "Edited" in saved["html"]


def test_another_colleagues_note_is_known_and_not_ones_own(client: Client, world: World) -> None:
    note = write(world.labels, world.isr)
    client.force_login(world.architect)

    assert client.post(url(note, "edit"), {"body": "x"}).status_code == 403
    assert client.delete(api_url(note)).status_code == 403


def test_the_api_edits_with_what_one_saw_and_removes(client: Client, world: World) -> None:
    message = post(world.labels, world.owner)
    client.force_login(world.owner)
    etag = client.get(api_url(message))["ETag"]

    def edit(body: str) -> int:
        return client.patch(
            api_url(message), {"body": body}, "application/json", headers={"If-Match": etag}
        ).status_code

    assert (edit("Hello"), edit("Hullo")) == (200, 412)
    assert [client.delete(api_url(message)).status_code for _ in range(2)] == [204, 204]
    row = client.get(api_url(message)).json()
    assert (row["number"], row["author"], row["body"]) == (1, "Olive Owner", "")
    assert row["removed_at"]
    assert client.get(api_url(message).replace("/1/", "/2/")).status_code == 404


def test_a_removed_text_is_in_no_table(client: Client, world: World) -> None:
    client.force_login(world.owner)
    address = f"/api/v1/workstreams/{world.labels.public_id}/messages/"
    for key, body in (("a", 'hunter2 “secret”\n"\\'), ("b", "hunter2 <edited>")):
        client.post(address, {"body": body}, "application/json", headers={"Idempotency-Key": key})
    note = write(world.labels, world.isr, "hunter2 note")
    message, edited = Message.objects.all()
    changes.remove_message(message=message, actor=world.owner)
    changes.edit_message(message=edited, actor=world.owner, body="better")
    changes.remove_note(note=note, actor=world.isr)

    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} AS row WHERE row::text LIKE '%%hunter2%%'")  # noqa: S608
            assert cursor.fetchone() == (0,), table
