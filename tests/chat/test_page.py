"""The chat widget on the WorkStream page, and its addresses."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat import actions
from chat.models import Message, Note
from tests.conftest import World
from tests.factories import ClientFactory, join
from workstreams.actions import start
from workstreams.choices import CloseReason, Status
from workstreams.models import WorkStream

JSON = {"Accept": "application/json"}


def say(workstream: WorkStream, author: User, body: str = "Hello") -> Message:
    return actions.post_message(workstream=workstream, author=author, body=body, client_key=uuid4())


def note(workstream: WorkStream, author: User, body: str) -> Note:
    return actions.post_note(workstream=workstream, author=author, body=body, client_key=uuid4())


def page(client: Client, world: World, reader: User, query: str = "") -> str:
    client.force_login(reader)
    return client.get(world.labels.get_absolute_url() + query).content.decode()


def url(world: World, kind: str = "chat") -> str:
    return f"/workstreams/{world.labels.public_id}/{kind}/"


def close(workstream: WorkStream) -> None:
    workstream.status, workstream.close_reason = Status.CLOSED, CloseReason.LOST
    workstream.closed_at = datetime.now(UTC)
    workstream.save()


# --- Reading


def test_everybody_sees_the_team_on_the_right_and_clients_on_the_left(client: Client, world: World) -> None:
    say(world.labels, world.owner)
    say(world.labels, world.isr)

    for reader in (world.owner, world.member, world.isr, world.architect):
        html = page(client, world, reader)
        assert 'class="message message--client"\n         id="message-1"' in html
        assert 'class="message message--team"\n         id="message-2"' in html


def test_name_and_team_stand_beside_each_message(client: Client, world: World) -> None:
    say(world.labels, world.owner)
    say(world.labels, world.isr)
    actions.post_automatic_message(workstream=world.labels, body="Welcome")

    html = page(client, world, world.owner)
    for words in ("Olive Owner", ">Acme<", "ISR / Sales Colleague", ">CloudFactory<", ">automatic<", ">You<"):
        assert words in html


def test_markup_that_people_write_stays_text(client: Client, world: World) -> None:
    say(world.labels, world.owner, "<img src=x onerror=alert(1)> https://example.com/?a=1&b=2")

    html = page(client, world, world.isr)
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; <a href=" in html


def test_a_day_begins_where_it_begins_for_the_reader(client: Client, world: World) -> None:
    for hour in (20, 23):
        message = say(world.labels, world.owner)
        message.created_at = datetime(2025, 11, 4, hour, 30, tzinfo=UTC)
        message.save()
    world.isr.time_zone = "Europe/Berlin"
    world.isr.save()

    assert page(client, world, world.owner).count('class="day-separator"') == 1
    html = page(client, world, world.isr)
    assert html.index("Tuesday 4 November 2025") < html.index("21:30") < html.index("Wednesday 5 November 2025")


def test_the_first_unread_message_is_marked(client: Client, world: World) -> None:
    for body in ("one", "two", "three"):
        say(world.labels, world.isr, body)
    actions.mark_read(workstream=world.labels, reader=world.owner, message=1)

    html = page(client, world, world.owner)
    assert html.index(">one<") < html.index('class="unread-line"') < html.index(">two<")
    assert 'class="unread-line"' not in page(client, world, world.isr)


def test_a_long_history_shows_its_last_fifty(client: Client, world: World) -> None:
    for number in range(1, 71):
        say(world.labels, world.owner, f"number {number}.")

    html = page(client, world, world.owner)
    assert "number 20." not in html
    assert "number 21." in html
    older = page(client, world, world.owner, "?before=21")
    assert "number 1." in older
    assert "number 21." not in older
    assert client.get(url(world) + "?before=21").content.decode().count("<article") == 20
    assert client.get(url(world) + "?after=65").content.decode().count("<article") == 5


@pytest.mark.parametrize("query", ["?before=-1", "?before=x", "?after=99999999999999"])
def test_a_part_of_the_history_is_asked_for_with_numbers(client: Client, world: World, query: str) -> None:
    client.force_login(world.owner)

    assert client.get(url(world) + query).status_code == 400
    assert client.get(world.labels.get_absolute_url() + query).status_code == 200


@pytest.mark.parametrize("messages", [1, 6])
@pytest.mark.parametrize("reader", ["owner", "isr"])
def test_a_piece_of_history_costs_the_same_however_long(
    client: Client, world: World, django_assert_num_queries: DjangoAssertNumQueries, messages: int, reader: str
) -> None:
    for _ in range(messages):
        person = ClientFactory.create()
        join(world.labels, person)
        say(world.labels, person)
    client.force_login(getattr(world, reader))

    # Session, person, WorkStream and membership (colleagues need none), messages with their authors, their files.
    with django_assert_num_queries(6 if reader == "owner" else 5):
        client.get(url(world) + "?after=0")


def test_the_page_costs_the_same_however_much_is_written(client: Client, world: World) -> None:
    def cost(reader: User) -> int:
        client.force_login(reader)
        with CaptureQueriesContext(connection) as queries:
            client.get(world.labels.get_absolute_url())
        return len(queries)

    def write() -> None:
        person = ClientFactory.create()
        join(world.labels, person)
        say(world.labels, person)
        say(world.labels, world.isr)
        note(world.labels, world.isr, "a note")

    write()
    before = {reader: cost(reader) for reader in (world.owner, world.isr)}
    for _ in range(5):
        write()
    assert {reader: cost(reader) for reader in (world.owner, world.isr)} == before


# --- Notes are the team's own


def test_a_client_gets_nothing_of_notes(client: Client, world: World) -> None:
    note(world.labels, world.isr, "they will pay double")

    html = page(client, world, world.owner, "?conversation=notes")
    for word in ("they will pay double", "Internal Note", "Add note", "notes", "chat-tab", "Only CloudFactory"):
        assert word not in html
    for answer in (client.get(url(world, "notes")), client.post(url(world, "notes"), {"body": "mine"})):
        assert answer.status_code == 404
        assert "note" not in answer.content.decode().lower()
    assert Note.objects.count() == 1
    assert "they will pay double" not in client.get(url(world) + "?after=0").content.decode()


def test_a_colleague_has_them_beside_the_chat(client: Client, world: World) -> None:
    note(world.labels, world.isr, "they will pay double")

    html = page(client, world, world.architect, "?conversation=notes")
    assert "they will pay double" in html
    assert "Only CloudFactory sees this" in html
    assert "chat--notes" in html


def test_a_note_is_added_with_a_plain_form(client: Client, world: World) -> None:
    client.force_login(world.isr)
    answer = client.post(url(world, "notes"), {"body": "call them", "client_key": str(uuid4())})

    assert answer["Location"] == f"{world.labels.get_absolute_url()}?conversation=notes#note-1"
    assert Note.objects.get().body == "call them"


def test_the_creation_note_can_be_copied_from(client: Client, world: World) -> None:
    workstream = start(actor=world.owner, organization=world.acme, name="Signs")
    client.force_login(world.isr)

    html = client.get(workstream.get_absolute_url() + "?conversation=notes").content.decode()
    assert f'data-copy="{workstream.full_url}"' in html
    assert "Name: Signs\nSubscription Type: AGILE\nURL: " in html


# --- Who takes no part


def test_an_agile_worker_has_no_chat(client: Client, world: World) -> None:
    say(world.labels, world.owner, "a secret")

    html = page(client, world, world.agile_worker)
    assert "a secret" not in html
    assert 'id="chat"' not in html
    for kind, status in (("chat", 403), ("notes", 404)):
        assert client.get(url(world, kind)).status_code == status
        assert client.post(url(world, kind), {"body": "x"}).status_code == status
    for live, status in (("", 403), ("team/", 404)):
        assert client.get(f"/live/workstreams/{world.labels.public_id}/{live}").status_code == status


def test_for_a_client_there_is_no_stream_of_the_team(client: Client, world: World) -> None:
    client.force_login(world.owner)

    answer = client.get(f"/live/workstreams/{world.labels.public_id}/team/")
    assert answer.status_code == 404
    assert "note" not in answer.content.decode().lower()


# --- Posting


def test_a_nul_in_the_text_goes_and_the_rest_is_posted(client: Client, world: World) -> None:
    client.force_login(world.owner)
    answer = client.post(url(world), {"body": "pasted\x00 from a log"}, headers=JSON)

    assert answer.status_code == 200
    assert Message.objects.get().body == "pasted from a log"


def test_a_plain_form_leads_back_to_the_message(client: Client, world: World) -> None:
    client.force_login(world.owner)
    answer = client.post(url(world), {"body": "Hello", "client_key": str(uuid4())})

    assert answer["Location"] == f"{world.labels.get_absolute_url()}#message-1"


def test_a_script_gets_the_message_as_it_is_shown(client: Client, world: World) -> None:
    client.force_login(world.owner)
    answer = client.post(url(world), {"body": "Hello", "client_key": str(uuid4())}, headers=JSON)

    assert answer.json()["number"] == 1
    assert 'id="message-1"' in answer.json()["html"]
    assert ">You<" not in answer.json()["html"]


def test_a_form_of_a_page_gone_back_to_posts_what_it_now_says(client: Client, world: World) -> None:
    client.force_login(world.owner)
    key = str(uuid4())
    for body in ("First", "First", "Second"):
        client.post(url(world), {"body": body, "client_key": key})

    assert [message.body for message in Message.objects.all()] == ["First", "Second"]


@pytest.mark.parametrize("key", ["", "not a key"])
def test_a_form_without_a_key_is_posted(client: Client, world: World, key: str) -> None:
    client.force_login(world.owner)
    client.post(url(world), {"body": "Hello", "client_key": key})

    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "reason"), [("   ", "Write something first."), ("x" * 1_000_000, "1,000,000 characters")]
)
def test_a_text_that_is_refused_comes_back(client: Client, world: World, body: str, reason: str) -> None:
    client.force_login(world.owner)
    plain = client.post(url(world), {"body": body})
    script = client.post(url(world), {"body": body}, headers=JSON)

    assert plain.status_code == script.status_code == 422
    assert reason in plain.content.decode()
    assert reason in script.json()["message"]
    assert body in plain.content.decode()
    assert not Message.objects.exists()


def test_more_than_the_portal_reads_at_all_gets_a_sentence(client: Client, world: World) -> None:
    client.force_login(world.owner)
    client.raise_request_exception = False
    answer = client.post(url(world), {"body": "x" * 3_000_000}, content_type="application/x-www-form-urlencoded")

    assert answer.status_code == 400
    assert "too much" in answer.content.decode()


# --- Closed


def test_in_a_closed_workstream_a_client_reads_and_may_ask_to_reopen(client: Client, world: World) -> None:
    say(world.labels, world.owner, "an old message")
    close(world.labels)

    html = page(client, world, world.owner)
    assert "an old message" in html
    assert "Ask to reopen" in html
    assert "<textarea" not in html
    answer = client.post(url(world), {"body": "One more thing"}, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "closed")
    assert "<textarea" in page(client, world, world.isr)


def test_the_team_is_asked_once_per_closing(client: Client, world: World) -> None:
    close(world.labels)
    client.force_login(world.owner)
    for _ in range(2):
        answer = client.post(url(world) + "ask-to-reopen/")
        assert answer["Location"] == f"{world.labels.get_absolute_url()}#chat"

    assert [message.body for message in Message.objects.all()] == ["Olive Owner asks to reopen this WorkStream."]
    assert "was asked to reopen it" in page(client, world, world.member)

    close(world.labels)
    client.post(url(world) + "ask-to-reopen/")
    assert Message.objects.count() == 2


@pytest.mark.parametrize(("person", "status"), [("owner", 409), ("isr", 403), ("agile_worker", 403)])
def test_only_a_client_asks_and_only_when_it_is_closed(client: Client, world: World, person: str, status: int) -> None:
    if person != "owner":
        close(world.labels)
    client.force_login(getattr(world, person))

    assert client.post(url(world) + "ask-to-reopen/").status_code == status
    assert not Message.objects.exists()


def test_the_greeting_offers_to_upload_what_it_asks_for(client: Client, world: World) -> None:
    started = start(actor=world.owner, organization=world.acme, name="Signs")
    say(started, world.owner, "Welcome to “the club”")
    client.force_login(world.owner)
    shown = client.get(started.get_absolute_url()).text
    link = 'href="attachments/new/?kind=sample_data" data-upload-kind="sample_data">Upload sample data</a>'

    assert shown.count(link) == 1
    assert 'href="attachments/new/?kind=business_rules"' in shown
    form = client.get(f"{started.get_absolute_url()}attachments/new/?kind=sample_data").text
    assert '<option value="sample_data" selected>' in form
    assert "sample-input.csv" in form
