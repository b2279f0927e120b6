"""Posting a message: numbers, exactly once, who becomes lead, what is refused."""

from functools import partial
from uuid import UUID, uuid4

import pytest

from accounts.errors import NotAllowed
from accounts.models import User
from activity.models import Event
from chat import actions
from chat.errors import KeyTaken, NothingToSay, TooLong
from chat.models import Counter, Message
from tests.chat.conftest import await_waiting, held, in_threads
from tests.conftest import World
from workstreams.choices import CloseReason, Side
from workstreams.errors import Closed
from workstreams.models import Membership, WorkStream

KEY = UUID("00000000-0000-4000-8000-000000000001")


def post(workstream: WorkStream, author: User, body: str = "Hello", key: UUID | None = None) -> Message:
    return actions.post_message(workstream=workstream, author=author, body=body, client_key=key or uuid4())


def numbers(workstream: WorkStream) -> list[int]:
    return list(Message.objects.filter(workstream=workstream).values_list("number", flat=True))


def test_numbers_begin_with_one_in_each_workstream(world: World) -> None:
    assert [post(world.labels, world.owner).number for _ in range(3)] == [1, 2, 3]
    assert post(world.scans, world.stranger).number == 1


def test_notes_leave_no_gap_between_messages(world: World) -> None:
    post(world.labels, world.owner)
    actions.post_note(workstream=world.labels, author=world.isr, body="a note", client_key=uuid4())

    assert post(world.labels, world.owner).number == 2


@pytest.mark.django_db(transaction=True)
def test_eight_people_at_once_leave_no_gap(world: World) -> None:
    def chatter(author: User) -> None:
        for _ in range(5):
            post(world.labels, author)

    people = [world.owner, world.member, world.isr, world.architect, world.solutions, world.delivery, world.admin]
    for future in in_threads(*(partial(chatter, person) for person in [*people, world.billing])):
        future.result()

    assert numbers(world.labels) == list(range(1, 41))
    assert Counter.objects.get(workstream=world.labels).last_message == 40


def test_a_message_stands_on_the_side_of_its_author(world: World) -> None:
    assert post(world.labels, world.member).side == Side.CLIENT
    assert post(world.labels, world.isr).side == Side.TEAM


def test_the_same_key_gives_the_same_message(world: World) -> None:
    first = post(world.labels, world.owner, key=KEY)

    assert post(world.labels, world.owner, " Hello\r\n", key=KEY) == first
    assert numbers(world.labels) == [1]


@pytest.mark.parametrize(("author", "body"), [("owner", "Another text"), ("member", "Hello")])
def test_a_key_belongs_to_one_person_and_one_text(world: World, author: str, body: str) -> None:
    post(world.labels, world.owner, key=KEY)

    with pytest.raises(KeyTaken):
        post(world.labels, getattr(world, author), body, key=KEY)
    assert numbers(world.labels) == [1]


@pytest.mark.django_db(transaction=True)
def test_the_same_key_twice_at_once_gives_one_message(world: World) -> None:
    with held(world.labels, counter=True):
        both = in_threads(*[partial(post, world.labels, world.owner, key=KEY)] * 2)
        await_waiting(2)

    assert both[0].result().pk == both[1].result().pk
    assert numbers(world.labels) == [1]
    assert post(world.labels, world.owner).number == 2
    assert Event.objects.filter(verb="chat.message_posted").count() == 2


def test_the_first_colleague_who_answers_becomes_member_and_lead(world: World) -> None:
    post(world.labels, world.owner)
    post(world.labels, world.isr)
    post(world.labels, world.architect)

    world.labels.refresh_from_db()
    assert world.labels.lead == world.isr
    team = Membership.objects.filter(workstream=world.labels, origin=Membership.Origin.RESPONDED)
    assert {membership.user for membership in team} == {world.isr, world.architect}


@pytest.mark.django_db(transaction=True)
def test_two_first_answers_at_once_make_one_lead(world: World) -> None:
    with held(world.labels):
        both = in_threads(partial(post, world.labels, world.isr), partial(post, world.labels, world.architect))
        await_waiting(2)
    authors = [future.result().author for future in both]

    world.labels.refresh_from_db()
    assert world.labels.lead in authors
    assert Event.objects.filter(verb="workstream.lead_set").count() == 1
    assert Membership.objects.filter(workstream=world.labels, user__in=authors).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_message_does_not_wait_for_somebody_who_changes_the_workstream(world: World) -> None:
    post(world.labels, world.owner)

    with held(world.labels):
        [posted] = in_threads(partial(post, world.labels, world.owner))
        assert posted.result(timeout=5).number == 2


def test_clients_notes_and_automatic_messages_make_nobody_lead(world: World) -> None:
    post(world.labels, world.owner)
    actions.post_note(workstream=world.labels, author=world.isr, body="a note", client_key=uuid4())
    actions.post_automatic_message(workstream=world.labels, body="Welcome")

    world.labels.refresh_from_db()
    assert world.labels.lead is None
    assert not Membership.objects.filter(workstream=world.labels, user=world.isr).exists()


@pytest.mark.parametrize("person", ["stranger", "agile_worker"])
def test_who_takes_no_part_posts_nothing(world: World, person: str) -> None:
    with pytest.raises(NotAllowed):
        post(world.labels, getattr(world, person))
    assert numbers(world.labels) == []


def test_a_closed_workstream_is_written_in_by_the_team_only(world: World) -> None:
    as_it_was = WorkStream.objects.get(pk=world.labels.pk)
    world.labels.status, world.labels.close_reason = "closed", CloseReason.LOST
    world.labels.closed_at = world.labels.created_at
    world.labels.save()

    with pytest.raises(Closed):
        post(as_it_was, world.owner)
    assert post(as_it_was, world.isr).number == 1


@pytest.mark.parametrize("nothing", ["", "  \n\t ", "\x00\x07", "\u200b\u202e"])
def test_a_message_needs_something_to_read(world: World, nothing: str) -> None:
    with pytest.raises(NothingToSay):
        post(world.labels, world.owner, nothing)


def test_a_message_has_a_greatest_length(world: World) -> None:
    assert len(post(world.labels, world.owner, "ä" * 20_000).body) == 20_000
    with pytest.raises(TooLong, match="20,001 characters"):
        post(world.labels, world.owner, "ä" * 20_001)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x00b\x1b[31mc\x85d", "ab[31mcd"),
        ("  שלום, مرحبا  ", "שלום, مرحبا"),
        ("👩‍👩‍👧 \U0001f3f3️‍🌈", "👩‍👩‍👧 \U0001f3f3️‍🌈"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("broken \ud800 half", "broken  half"),
    ],
)
def test_text_is_stored_as_written_but_for_what_cannot_be_seen(world: World, written: str, stored: str) -> None:
    assert post(world.labels, world.owner, written).body == stored


def test_posting_marks_what_was_written_as_read_by_its_author(world: World) -> None:
    post(world.labels, world.isr)
    post(world.labels, world.owner)

    marks = {mark.user: mark.message for mark in world.labels.read_marks.all()}
    assert marks == {world.isr: 1, world.owner: 2}


def test_the_event_names_the_number_and_never_the_text(world: World) -> None:
    post(world.labels, world.owner, "secret plans")

    event = Event.objects.get(verb="chat.message_posted")
    assert event.data == {"number": 1, "side": "client"}
