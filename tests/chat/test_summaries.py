"""The one line about each chat that lists of WorkStreams show."""

from uuid import uuid4

import pytest
from django.template import Context, Template
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat import actions
from chat.summaries import Summary, summaries, turns
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams.models import WorkStream


def say(workstream: WorkStream, author: User, body: str) -> None:
    actions.post_message(workstream=workstream, author=author, body=body, client_key=uuid4())


def summary(workstream: WorkStream, reader: User) -> Summary:
    return summaries([workstream], reader)[workstream.pk]


def test_the_last_line_is_shown_with_its_author(world: World) -> None:
    say(world.labels, world.isr, "Hello")
    say(world.labels, world.owner, "We have\n\n40,000   photos")

    found = summary(world.labels, world.member)
    assert (found.author, found.text) == ("Olive Owner", "We have 40,000 photos")
    assert summary(world.labels, world.owner).author == "You"


def test_unread_are_the_messages_since_the_person_last_read(world: World) -> None:
    for body in ("one", "two", "three"):
        say(world.labels, world.isr, body)
    actions.mark_read(workstream=world.labels, reader=world.owner, message=1)

    assert summary(world.labels, world.owner).unread == 2
    assert summary(world.labels, world.member).unread == 3
    assert summary(world.labels, world.isr).unread == 0


def test_whoever_wrote_last_waits_for_the_other_side(world: World) -> None:
    assert summary(world.labels, world.owner).waiting_on == "us"

    say(world.labels, world.isr, "Could you send ten samples?")
    assert summary(world.labels, world.owner).waiting_on == "you"
    assert summary(world.labels, world.isr).waiting_on == "client"

    say(world.labels, world.member, "Here they are")
    assert summary(world.labels, world.owner).waiting_on == "us"
    assert summary(world.labels, world.isr).waiting_on == "us"


def test_notes_do_not_count(world: World) -> None:
    actions.post_note(workstream=world.labels, author=world.isr, body="secret", client_key=uuid4())

    found = summary(world.labels, world.owner)
    assert (found.text, found.unread) == ("", 0)


def test_a_long_line_is_cut(world: World) -> None:
    say(world.labels, world.owner, "word " * 100)

    found = summary(world.labels, world.isr)
    assert len(found.text) <= 140
    assert found.text.endswith("word…")


def test_an_agile_worker_gets_none(world: World) -> None:
    say(world.labels, world.owner, "Hello")

    assert summaries([world.labels], world.agile_worker) == {}


def test_a_foreign_chat_is_not_told(world: World) -> None:
    say(world.labels, world.owner, "Hello")

    assert summary(world.labels, world.stranger).text == ""


@pytest.mark.parametrize("rows", [1, 6])
def test_any_number_of_workstreams_costs_one_query(
    world: World, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    chats = WorkStreamFactory.create_batch(rows, owner=world.owner)
    for workstream in chats:
        say(workstream, world.owner, "Hello")

    with django_assert_num_queries(1):
        assert len(summaries(chats, world.owner)) == rows


def test_templates_take_one_by_key(world: World) -> None:
    say(world.labels, world.owner, "<b>Hello</b>")
    template = Template(
        "{% load chat_tags %}{% chat_summaries rows as all %}{% with chat=all|of:row.pk %}{{ chat.text }}{% endwith %}"
    )

    html = template.render(Context({"rows": [world.labels], "row": world.labels, "user": world.member}))
    assert html == "&lt;b&gt;Hello&lt;/b&gt;"


def test_a_turn_says_what_the_summary_says(world: World) -> None:
    quiet = WorkStreamFactory.create(owner=world.owner)
    say(world.labels, world.owner, "one")
    say(world.labels, world.owner, "two")
    say(world.scans, world.isr, "three")
    actions.mark_read(workstream=world.labels, reader=world.isr, message=1)
    chats = [world.labels, world.scans, quiet]

    for reader in (world.isr, world.architect):
        short, long = turns(chats, reader), summaries(chats, reader)
        assert {k: (t.unread, t.waiting_on) for k, t in short.items()} == {
            k: (s.unread, s.waiting_on) for k, s in long.items()
        }
    assert turns(chats, world.isr)[world.labels.pk].unread == 1


def test_clients_and_agile_workers_get_no_turns(world: World) -> None:
    say(world.labels, world.isr, "one")
    for reader in (world.owner, world.agile_worker):
        assert turns([world.labels], reader) == {}
