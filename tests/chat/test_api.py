"""The chat over the API."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chat.actions import post_message, post_note
from chat.models import Message, Note
from tests.conftest import World
from workstreams.actions import close
from workstreams.choices import CloseReason
from workstreams.models import WorkStream


def url(workstream: WorkStream, rest: str) -> str:
    return f"/api/v1/workstreams/{workstream.public_id}/{rest}/"


def say(workstream: WorkStream, author: User, count: int = 1) -> None:
    for number in range(1, count + 1):
        post_message(workstream=workstream, author=author, body=f"Message {number}", client_key=uuid4())


def test_messages_come_newest_first_with_who_wrote_them(client: Client, world: World) -> None:
    say(world.labels, world.owner)
    say(world.labels, world.isr)
    client.force_login(world.member)
    page = client.get(url(world.labels, "messages")).json()

    assert (page["last"], page["next"]) == (2, None)
    assert [(each["number"], each["author"], each["team"], each["side"]) for each in page["results"]] == [
        (2, "ISR / Sales Colleague", "CloudFactory", "team"),
        (1, "Olive Owner", "Acme", "client"),
    ]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [("", [7, 6, 5, 4, 3, 2, 1]), ("&order=oldest", [1, 2, 3, 4, 5, 6, 7]), ("&order=oldest&after=4", [5, 6, 7])],
)
def test_pages_follow_one_another_without_gaps(asked: str, numbers: list[int], client: Client, world: World) -> None:
    say(world.labels, world.owner, 7)
    client.force_login(world.owner)
    seen, address = [], url(world.labels, "messages") + f"?page_size=3{asked}"
    while address:
        page = client.get(address).json()
        seen += [each["number"] for each in page["results"]]
        address = page["next"]

    assert seen == numbers


def test_posting_again_with_the_same_key_stores_one_message(client: Client, world: World) -> None:
    client.force_login(world.owner)
    sent = {"body": "Hello", "client_key": str(uuid4())}
    first, again = (client.post(url(world.labels, "messages"), sent, "application/json") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["number"] == again.json()["number"] == 1
    assert Message.objects.get(workstream=world.labels).body == "Hello"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [("  \u200d\n", 422, "nothing_to_say"), ("x" * 20_001, 422, "too_long"), (None, 400, "invalid")],
)
def test_what_cannot_be_said_is_refused(body: str | None, status: int, code: str, client: Client, world: World) -> None:
    client.force_login(world.owner)
    answer = client.post(url(world.labels, "messages"), {"body": body}, "application/json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Message.objects.exists()


def test_a_nul_is_left_out_as_on_the_page(client: Client, world: World) -> None:
    client.force_login(world.owner)
    assert client.post(url(world.labels, "messages"), {"body": "a\x00b"}, "application/json").json()["body"] == "ab"


def test_read_marks_move_forward_only(client: Client, world: World) -> None:
    say(world.labels, world.owner, 5)
    client.force_login(world.member)
    assert client.get(url(world.labels, "chat")).json()["unread"] == 5
    marks = [
        client.post(url(world.labels, "messages/read"), {"number": number}, "application/json").json()
        for number in (4, 2, 99)
    ]

    assert [mark["read"] for mark in marks] == [4, 4, 5]
    assert client.get(url(world.labels, "chat")).json()["unread"] == 0


def test_a_client_asks_to_reopen_once(client: Client, world: World) -> None:
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    client.force_login(world.owner)
    assert client.get(url(world.labels, "chat")).json()["may_write"] is False
    asked = [client.post(url(world.labels, "chat/ask-to-reopen")).json()["is_first"] for _ in range(2)]

    assert asked == [True, False]
    assert client.get(url(world.labels, "chat")).json()["reopening_is_asked"] is True


def test_colleagues_write_and_read_notes_beside_the_messages(client: Client, world: World) -> None:
    client.force_login(world.delivery)
    posted = client.post(url(world.labels, "notes"), {"body": "Mind the margin"}, "application/json")

    assert (posted.status_code, posted.json()["role"]) == (201, "Delivery Squad")
    assert [each["body"] for each in client.get(url(world.labels, "notes")).json()["results"]] == ["Mind the margin"]
    assert client.get(url(world.labels, "messages")).json()["last"] == 0
    assert client.post(url(world.labels, "notes/read"), {"number": 1}, "application/json").json()["unread"] == 0


@pytest.mark.parametrize("who", ["owner", "member", "agile_worker", "stranger"])
@pytest.mark.parametrize("rest", ["notes", "notes/read"])
def test_for_everybody_else_the_addresses_of_notes_are_unknown_ones(
    who: str, rest: str, client: Client, world: World
) -> None:
    post_note(workstream=world.labels, author=world.isr, body="Secret", client_key=uuid4())
    client.force_login(getattr(world, who))
    unknown = client.get(f"/api/v1/workstreams/{world.labels.public_id}/nothing-of-the-kind/")
    for method in ("get", "post", "put", "patch", "delete", "options", "trace"):
        answer = getattr(client, method)(url(world.labels, rest))
        assert (answer.status_code, answer.content) == (404, unknown.content), method
        assert "Allow" not in answer

    assert Note.objects.count() == 1


def test_a_longer_page_costs_no_more_queries(client: Client, world: World) -> None:
    client.force_login(world.isr)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url(world.labels, "messages"))
        return len(captured)

    say(world.labels, world.owner)
    few = queries()
    for person in (world.member, world.isr, world.architect, world.owner):
        say(world.labels, person)
    assert queries() == few
