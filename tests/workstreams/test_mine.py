"""A person's own list."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.actions import mark_read, post_message
from milestones.actions import give_go_ahead
from tests.conftest import World
from tests.factories import WorkStreamFactory, join
from tests.milestones.steps import FIRST, SECOND, THIRD, stand_at
from workstreams.actions import close
from workstreams.choices import CloseReason, Side
from workstreams.listing import PER_PAGE
from workstreams.models import WorkStream

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


def mine(client: Client, viewer: User, query: str = "") -> str:
    """The list as this person sees it, in one line."""
    client.force_login(viewer)
    response = client.get(f"/my-workstreams/{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def rows(html: str) -> list[str]:
    """Each row of the list."""
    return re.findall(r'<li class="workstream-row.*?</li>', html)


def names(html: str) -> list[str]:
    return re.findall(r'workstream-row__link" href="[^"]+"><bdi>(.*?)</bdi>', html)


def say(workstream: WorkStream, author: User, body: str) -> None:
    post_message(workstream=workstream, author=author, body=body, client_key=uuid4())


def another(world: World, name: str) -> WorkStream:
    """One more of acme's, past its first step, so that no first answer is owed."""
    return stand_at(WorkStreamFactory.create(name=name, owner=world.owner), FIRST)


def test_a_row_tells_what_one_wants_to_know(client: Client, world: World) -> None:
    stand_at(world.labels, SECOND)
    say(world.labels, world.isr, "Could you send us ten samples?")
    html = mine(client, world.owner)
    (row,) = rows(html)
    assert "<title>My WorkStreams - WorkStream Portal (1 unread)</title>" in html

    for words in (
        "Street labels",
        ">Open<",
        ">AGILE<",
        "<b>2 of 5</b> Preparing a Proposal",
        "<b><bdi>ISR / Sales Colleague</bdi>:</b> <bdi>Could you send us ten samples?</bdi>",
        "Waiting on you",
        '<span class="count">1<span class="visually-hidden"> unread</span>',
        "workstream-row--yours",
    ):
        assert words in row


def test_what_waits_on_you_comes_first_then_unread_then_the_latest(client: Client, world: World) -> None:
    with time_machine.travel(MONDAY) as clock:
        yours, unread, older, latest = (another(world, name) for name in ("yours", "unread", "older", "latest"))
        WorkStream.objects.filter(pk=world.labels.pk).delete()
        join(unread, world.member)
        wrote = [(yours, world.isr), (unread, world.member), (older, world.owner), (latest, world.owner)]
        for workstream, author in wrote:
            clock.shift(timedelta(hours=1))
            say(workstream, author, "Hello")
        mark_read(workstream=yours, reader=world.owner, message=1)
        html = mine(client, world.owner)

    assert names(html) == ["yours", "unread", "latest", "older"]
    assert [("Waiting on you" in row, "Waiting on us" in row) for row in rows(html)] == [(True, False)] + [
        (False, True)
    ] * 3


def test_a_go_ahead_that_is_wanted_waits_on_the_client(client: Client, world: World) -> None:
    stand_at(world.labels, THIRD)
    say(world.labels, world.owner, "Thank you")
    html = mine(client, world.owner)
    assert "Waiting on you" in html
    assert "Your go-ahead is wanted" in html

    give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.member)
    assert "Waiting on us" in mine(client, world.owner)


def test_until_the_first_answer_the_promise_is_told(client: Client, world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(created_at=MONDAY)
    with time_machine.travel(MONDAY + timedelta(hours=2)):
        html = mine(client, world.owner)
        assert "Waiting on us" in html
        assert re.search(r"Answer promised by <time [^>]*>Tue 10:00</time>", html)

        say(world.labels, world.isr, "Hello!")
        assert "Answer promised" not in mine(client, world.owner)


def test_a_late_answer_is_admitted(client: Client, world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(created_at=MONDAY)
    with time_machine.travel(MONDAY + timedelta(days=3)):
        assert "Answer was due <time" in mine(client, world.owner)


def test_closed_ones_are_folded_away(client: Client, world: World) -> None:
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    html = mine(client, world.owner)

    assert "No open WorkStreams" in html
    before, closed = html.split("<summary>Closed (1)</summary>")
    assert names(before) == []
    assert names(closed) == ["Street labels"]
    assert "Waiting on" not in closed


def test_somebody_new_is_told_what_to_do(client: Client, world: World) -> None:
    WorkStream.objects.all().delete()
    html = mine(client, world.owner)

    assert "No open WorkStreams" in html
    assert html.count("Start a WorkStream</a>") == 3  # in the frame, in its menu on small screens, and here


def test_an_agile_worker_sees_the_list_without_the_chat(client: Client, world: World) -> None:
    say(world.labels, world.owner, "Confidential")
    html = mine(client, world.agile_worker)

    assert names(html) == ["Street labels"]
    for words in ("Confidential", "Waiting on", "unread", "Start a WorkStream", "No messages yet"):
        assert words not in html


def test_colleagues_see_what_they_are_members_of(client: Client, world: World) -> None:
    assert names(mine(client, world.isr)) == []

    stand_at(world.labels, FIRST)
    say(world.labels, world.isr, "Hello")
    html = mine(client, world.isr)
    assert names(html) == ["Street labels"]
    assert "Waiting on the client" in html
    assert "<bdi>Acme</bdi>" in html


def test_nobody_sees_the_ones_of_others(client: Client, world: World) -> None:
    assert names(mine(client, world.stranger)) == ["Invoice scans"]


def test_more_than_a_page_can_be_turned(client: Client, world: World) -> None:
    WorkStreamFactory.create_batch(PER_PAGE + 1, owner=world.owner)
    first = mine(client, world.owner)
    older = re.search(r'href="(\?before=[^"]+)"', first)

    assert older is not None
    assert len(names(first)) == PER_PAGE
    second = mine(client, world.owner, older[1])
    assert len(names(second)) == 2
    assert len({*names(first), *names(second)}) == PER_PAGE + 2
    assert "?before=" not in second


@pytest.mark.parametrize("before", ["x", "00000000-0000-4000-8000-000000000000", ""])
def test_an_address_that_names_nothing_shows_the_first_page(client: Client, world: World, before: str) -> None:
    assert names(mine(client, world.owner, f"?before={before}")) == ["Street labels"]


def test_a_page_cannot_begin_behind_a_foreign_one(client: Client, world: World) -> None:
    WorkStream.objects.filter(pk=world.scans.pk).update(last_activity_at=MONDAY - timedelta(days=900))
    assert names(mine(client, world.owner, f"?before={world.scans.public_id}")) == ["Street labels"]


@pytest.mark.parametrize("length", [1, 6])
def test_the_list_costs_the_same_however_long(
    client: Client, world: World, django_assert_num_queries: DjangoAssertNumQueries, length: int
) -> None:
    WorkStream.objects.all().delete()
    for _ in range(length):
        for here in (None, THIRD):
            workstream = stand_at(WorkStreamFactory.create(owner=world.owner), here)
            say(workstream, world.owner, "Hello")
    closed = WorkStreamFactory.create(owner=world.owner)
    close(workstream=closed, actor=world.isr, reason=CloseReason.LOST)
    client.force_login(world.owner)

    # session, person; unread in the title; how many, which open, which closed, their rows; chats, answers, go-aheads;
    # the closed ones' chats
    with django_assert_num_queries(11):
        client.get("/my-workstreams/")


@pytest.mark.parametrize(("few", "many"), [(500, 5000), (2, 5000), (2, 2)], ids=["collected", "walked", "walked all"])
def test_every_way_leads_to_the_same_list(
    few: int, many: int, client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workstreams.listing.FEW", few)
    monkeypatch.setattr("workstreams.listing.MANY", many)
    monkeypatch.setattr("workstreams.listing.PER_PAGE", 3)
    own = [another(world, f"own {number}") for number in range(5)]
    elsewhere = WorkStreamFactory.create(name="elsewhere", owner=world.stranger)
    for row in (elsewhere, *own):
        for person in (world.owner, world.agile_worker):
            if not row.memberships.filter(user=person).exists():
                join(row, person)
    WorkStreamFactory.create(name="not theirs", owner=world.stranger)
    WorkStream.objects.filter(pk=world.labels.pk).delete()
    for number, row in enumerate((own[0], elsewhere, *own[1:])):
        WorkStream.objects.filter(pk=row.pk).update(last_activity_at=MONDAY - timedelta(hours=number // 2))

    for person in (world.owner, world.agile_worker):
        first = mine(client, person)
        older = re.search(r"\?before=([0-9a-f-]{36})", first)
        assert older
        second = mine(client, person, f"?before={older[1]}")
        assert set(names(first)) == {"own 0", "elsewhere", "own 2"}
        assert set(names(second)) == {"own 1", "own 3", "own 4"}
        assert "?before=" not in second
