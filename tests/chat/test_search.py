"""Searching chats: everything one may read, nothing else, whether or not a worker has come by."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from activity.record import record
from chat import actions, events
from chat.models import Message, MessageWords, Note, NoteWords
from chat.search import find, index
from chat.search.find import Question, find_messages, find_notes
from chat.search.words import terms_of
from tests.conftest import World
from workstreams.models import WorkStream


def say(workstream: WorkStream, author: User, *bodies: str) -> None:
    for body in bodies:
        actions.post_message(workstream=workstream, author=author, body=body, client_key=uuid4())


def note(workstream: WorkStream, author: User, body: str) -> None:
    actions.post_note(workstream=workstream, author=author, body=body, client_key=uuid4())


@pytest.fixture(params=["fresh", "indexed", "block by block"])
def talk(request: pytest.FixtureRequest, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two clients' chats: just posted, written down by a worker, and asked as by somebody with a great many."""
    say(world.labels, world.owner, "The zebra crossing is missing", "Another line", "Zebras again")
    say(world.scans, world.stranger, "A zebra of Globex")
    note(world.labels, world.isr, "They pay for each zebra")
    if request.param != "fresh":
        assert index.index_waiting() == 5
    if request.param == "block by block":
        monkeypatch.setattr(find, "FEW", 0)
    return world


def bodies(reader: User, words: str, **more: object) -> list[str]:
    question = Question(terms=terms_of(words), **more)  # type: ignore[arg-type]
    return [entry.body for entry in find_messages(question, reader).entries]


def notes(reader: User, words: str) -> list[str]:
    return [entry.body for entry in find_notes(Question(terms=terms_of(words)), reader).entries]


def test_everybody_finds_what_they_may_read(talk: World) -> None:
    own = ["Zebras again", "The zebra crossing is missing"]
    assert bodies(talk.owner, "zebra") == own
    assert bodies(talk.member, "zebra") == own
    assert bodies(talk.stranger, "zebra") == ["A zebra of Globex"]
    assert bodies(talk.isr, "zebra") == ["A zebra of Globex", *own]
    assert bodies(talk.agile_worker, "zebra") == []


def test_notes_are_found_by_colleagues_only(talk: World) -> None:
    assert notes(talk.architect, "zebra") == ["They pay for each zebra"]
    for person in (talk.owner, talk.stranger, talk.agile_worker):
        assert notes(person, "zebra") == []


def test_a_client_who_searches_asks_no_table_of_notes(talk: World, client: Client) -> None:
    client.force_login(talk.owner)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/search/", {"q": "zebra"})

    assert "each zebra" not in answer.content.decode()
    assert "chat_note" not in " ".join(query["sql"] for query in asked.captured_queries).lower()


def test_filters_narrow_it_down(talk: World) -> None:
    today = talk.labels.created_at.date()
    assert bodies(talk.isr, "zebra", workstream=talk.scans) == ["A zebra of Globex"]
    assert bodies(talk.isr, "", authors=[talk.stranger.pk]) == ["A zebra of Globex"]
    assert bodies(talk.isr, "zebra", authors=[]) == []
    assert len(bodies(talk.isr, "zebra", since=today - timedelta(days=1))) == 3
    assert bodies(talk.isr, "zebra", until=today - timedelta(days=2)) == []
    assert bodies(talk.isr, "zebra", with_files=True) == []


def test_what_was_removed_or_edited_is_found_as_it_is_now(talk: World) -> None:
    first, _, last = Message.objects.filter(workstream=talk.labels)
    Message.objects.filter(pk=first.pk).update(body="The lion", edited_at=first.created_at)
    record(events.MESSAGE_EDITED, actor=talk.owner, workstream=talk.labels, data={"number": first.number})
    Message.objects.filter(pk=last.pk).update(body="", removed_at=last.created_at)
    record(events.MESSAGE_REMOVED, actor=talk.owner, workstream=talk.labels, data={"number": last.number})
    written = Note.objects.get()
    Note.objects.update(body="", removed_at=written.created_at)
    record(events.NOTE_REMOVED, actor=talk.isr, workstream=talk.labels, data={"number": written.number})

    assert bodies(talk.owner, "zebra") == []
    assert bodies(talk.owner, "lion") == ["The lion"]
    assert notes(talk.isr, "zebra") == []
    index.index_waiting()
    assert bodies(talk.owner, "zebra") == []
    assert NoteWords.objects.count() == 0


def test_pages_follow_each_other_without_gaps(world: World) -> None:
    say(world.labels, world.owner, *(f"zebra {number}" for number in range(25)))
    index.index_waiting()
    say(world.labels, world.owner, *(f"zebra {number}" for number in range(25, 45)))

    found, before = [], None
    for _ in range(10):
        page = find_messages(Question(terms=terms_of("zebra")), world.owner, before=before, size=10)
        found += [entry.body for entry in page.entries]
        if (before := page.next) is None:
            break
    assert found == [f"zebra {number}" for number in reversed(range(45))]


def test_very_old_answers_are_found_block_by_block(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "BLOCK", 2)
    say(world.labels, world.owner, *(f"zebra {number}" for number in range(20)))
    index.index_waiting()

    assert bodies(world.isr, "zebra") == [f"zebra {number}" for number in reversed(range(20))]


def test_whoever_was_taken_off_finds_nothing_any_more(talk: World) -> None:
    talk.labels.memberships.filter(user=talk.member).delete()

    assert bodies(talk.member, "zebra") == []


def test_the_worker_writes_each_once_and_sees_what_came_late(world: World) -> None:
    say(world.labels, world.owner, "one", "two", "three")
    late = Message.objects.get(body="two")
    index.index_waiting()
    MessageWords.objects.filter(pk=late.pk).delete()  # as if it was committed after the third

    assert index.index_waiting() == 1
    assert index.index_waiting() == 0
    assert bodies(world.owner, "two") == ["two"]


@pytest.mark.parametrize("who", ["owner", "isr"])
def test_a_search_costs_the_same_however_much_there_is(world: World, client: Client, who: str) -> None:
    client.force_login(getattr(world, who))

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/search/", {"q": "zebra"}).status_code == 200
        return len(asked)

    say(world.labels, world.owner, "zebra")
    index.index_waiting()
    cost()
    before = cost()
    say(world.labels, world.owner, *["zebra"] * 30)
    index.index_waiting()
    assert cost() == before


def test_the_page_leads_to_the_place_in_the_conversation(talk: World, client: Client) -> None:
    client.force_login(talk.isr)
    page = client.get("/search/", {"q": "zebra"}).content.decode()

    assert f"{talk.labels.get_absolute_url()}?at=3#message-3" in page
    assert f"{talk.labels.get_absolute_url()}?conversation=notes&amp;at=1#note-1" in page
    assert "<mark>Zebras</mark> again" in page


def test_the_page_goes_on_where_it_ended(world: World, client: Client) -> None:
    say(world.labels, world.owner, *(f"zebra {number}" for number in range(30)))
    for number in range(30):
        note(world.labels, world.isr, f"zebra note {number}")
    client.force_login(world.isr)
    found, address = 0, "/search/?q=zebra"
    for _ in range(5):
        answer = client.get(address)
        found += len(answer.context["answers"])
        if answer.context["next"] is None:
            break
        address = f"/search/{answer.context['next']}"
    assert found == 60


@pytest.mark.parametrize("address", ["/search/?workstream={scans}", "/api/v1/messages/search/?q=x&workstream={scans}"])
def test_a_foreign_workstream_cannot_be_searched(world: World, client: Client, address: str) -> None:
    client.force_login(world.owner)

    assert client.get(address.format(scans=world.scans.public_id)).status_code == 404


@pytest.mark.parametrize(
    "asked", ["since=x", "after=x", "after=1.x", "kind=poem", "workstream=1", "q=%00", "q=" + "x" * 500]
)
def test_nonsense_is_answered_with_a_page(world: World, client: Client, asked: str) -> None:
    client.force_login(world.owner)

    assert client.get(f"/search/?{asked}").status_code == 200


def test_the_api_finds_the_same(talk: World, client: Client) -> None:
    client.force_login(talk.owner)
    answer = client.get("/api/v1/messages/search/", {"q": "zebra", "page_size": "1"}).json()
    assert [(each["number"], each["workstream"]["name"]) for each in answer["results"]] == [(3, "Street labels")]
    following = client.get(answer["next"]).json()
    assert [each["number"] for each in following["results"]] == [1]
    assert following["next"] is None
    assert client.get("/api/v1/notes/search/", {"q": "zebra"}).status_code == 404
    client.force_login(talk.isr)
    assert len(client.get("/api/v1/notes/search/", {"q": "zebra"}).json()["results"]) == 1
