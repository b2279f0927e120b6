"""Mails about the chat: held, bundled, and not written for what was read."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from chat.actions import mark_read, post_automatic_message, post_message
from chat.models import Message
from notifications import actions, bell
from notifications.models import Mail
from notifications.notices import Loudness, Notification
from notifications.tasks import write_due_mails
from tests.conftest import World
from tests.notifications.conftest import Clock, mailed
from workstreams.models import Membership, WorkStream

pytestmark = pytest.mark.django_db
Say = Callable[..., Message]
TALK = "WorkStream: Street labels"


@pytest.fixture
def led(world: World) -> WorkStream:
    """`labels`, led by the architect, who answered before."""
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.architect)
    world.labels.refresh_from_db()
    return world.labels


@pytest.fixture
def answered(led: WorkStream, world: World, clock: Clock, say: Say) -> WorkStream:
    """The first answer is given, read by everybody and mailed to nobody."""
    say(led, world.architect, "Welcome")
    for reader in (world.owner, world.member):
        mark_read(workstream=led, reader=reader, message=1)
    clock.later(60)
    Mail.objects.all().delete()
    return led


def test_a_message_is_in_the_bell_at_once_and_mailed_after_three_minutes(
    led: WorkStream, world: World, clock: Clock, say: Say
) -> None:
    say(led, world.owner, "Where do we send the samples?")
    clock.later(0.1)
    assert bell.count_of(world.architect).number == 1
    clock.later(2.8)
    assert mailed() == []
    clock.later(0.2)

    mail = Mail.objects.get()
    assert mail.recipients == [world.architect.email]
    assert "Olive Owner (Acme), 3 Mar 2026, 10:00\nWhere do we send the samples?" in mail.text
    assert "in “Street labels”:" in mail.text
    assert f"{led.full_url}#message-1" in mail.text
    assert "You get this mail because you are its WorkStream Lead." in mail.text


def test_messages_wait_for_silence_but_no_longer_than_ten_minutes(
    answered: WorkStream, world: World, clock: Clock, say: Say
) -> None:
    for number in range(5):
        say(answered, world.architect, f"Point {number}")
        clock.later(2)
    assert mailed() == [("owner", TALK), ("member", TALK)]
    assert all(f"Point {number}" in Mail.objects.all()[0].text for number in range(5))

    say(answered, world.architect, "One more")
    clock.later(3)
    assert len(mailed()) == 4
    assert "Point 4" not in Mail.objects.latest("id").text


def test_the_first_answer_is_held_one_minute(led: WorkStream, world: World, clock: Clock, say: Say) -> None:
    say(led, world.architect, "Welcome")
    clock.later(0.9)
    assert ("owner", TALK) not in mailed()
    clock.later(0.1)
    assert mailed()[-2:] == [("owner", TALK), ("member", TALK)]


def test_what_was_read_in_the_portal_is_not_mailed(answered: WorkStream, world: World, clock: Clock, say: Say) -> None:
    message = say(answered, world.architect, "Here is the plan")
    clock.later(1)
    mark_read(workstream=answered, reader=world.owner, message=message.number)
    clock.later(30)

    assert mailed() == [("member", TALK)]
    assert bell.count_of(world.owner).number == 0


def test_only_what_is_new_since_reading_is_mailed(answered: WorkStream, world: World, clock: Clock, say: Say) -> None:
    message = say(answered, world.architect, "Seen at once")
    clock.later(2)
    mark_read(workstream=answered, reader=world.owner, message=message.number)
    say(answered, world.architect, "Said later")
    clock.later(2.5)
    assert ("owner", TALK) not in mailed()
    clock.later(0.5)

    text = Mail.objects.get(recipients=[world.owner.email]).text
    assert "Said later" in text
    assert "Seen at once" not in text


def test_nobody_is_told_of_their_own_words_or_those_of_their_side(
    answered: WorkStream, world: World, clock: Clock, say: Say
) -> None:
    say(answered, world.member, "From the client")
    say(answered, world.owner, "From the client too")
    clock.later(10)
    assert mailed() == [("architect", TALK)]


def test_what_the_portal_says_by_itself_is_no_news(answered: WorkStream, clock: Clock) -> None:
    post_automatic_message(workstream=answered, body="Somebody asks to reopen.")
    clock.later(10)
    assert mailed() == []
    assert not Notification.objects.filter(read_at=None, last__gt=1).exists()


def test_a_removed_message_is_not_mailed(answered: WorkStream, world: World, clock: Clock, say: Say) -> None:
    message = say(answered, world.architect, "A secret by mistake")
    clock.later(1)
    Message.objects.filter(pk=message.pk).update(removed_at=timezone.now(), body="")
    clock.later(10)
    assert mailed() == []


def test_agile_workers_and_those_who_left_are_told_nothing(
    answered: WorkStream, world: World, clock: Clock, say: Say
) -> None:
    say(answered, world.architect, "To the client")
    say(answered, world.owner, "To the team")
    clock.later(1)
    Membership.objects.filter(user=world.owner).delete()
    User.objects.filter(pk=world.member.pk).update(is_active=False)
    clock.later(10)

    assert mailed() == [("architect", TALK)]
    assert bell.count_of(world.owner).number == 0
    assert not Notification.objects.filter(person=world.agile_worker).exists()


@pytest.mark.parametrize(
    "case",
    [
        (Loudness.EVERYTHING, False, True),
        (Loudness.ANSWERS, False, False),
        (Loudness.ANSWERS, True, True),
        (Loudness.NOTHING, True, False),
    ],
    ids=str,
)
def test_the_level_of_a_workstream_decides(
    answered: WorkStream, world: World, clock: Clock, say: Say, case: tuple[Loudness, bool, bool]
) -> None:
    level, wrote, told = case
    actions.set_level(actor=world.member, workstream=answered, level=level)
    if wrote:
        say(answered, world.member, "A question")
    say(answered, world.architect, "An answer")
    clock.later(10)
    assert (("member", TALK) in mailed()) is told
    assert bell.count_of(world.member).number == told


@pytest.mark.parametrize(
    "case",
    [
        ("Europe/Berlin", datetime(2026, 3, 3, 18, 30, tzinfo=UTC), datetime(2026, 3, 3, 18, 33, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 3, 18, 58, tzinfo=UTC), datetime(2026, 3, 4, 6, 0, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 3, 3, 22, 0, tzinfo=UTC), datetime(2026, 3, 4, 1, 15, tzinfo=UTC)),
        # The nights on which clocks change: summer begins and ends in Berlin.
        ("Europe/Berlin", datetime(2026, 3, 28, 20, 0, tzinfo=UTC), datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 24, 20, 0, tzinfo=UTC), datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
    ],
    ids=str,
)
def test_quiet_hours_are_those_of_the_reader(
    answered: WorkStream, world: World, clock: Clock, say: Say, case: tuple[str, datetime, datetime]
) -> None:
    zone, said_at, mailed_at = case
    User.objects.filter(pk=world.member.pk).update(time_zone=zone)
    clock.at(said_at)
    say(answered, world.architect, "Good evening")
    clock.later(2)
    clock.at(mailed_at)
    clock.later(-0.1)
    assert ("member", TALK) not in mailed()
    clock.later(0.1)
    assert ("member", TALK) in mailed()


def test_without_quiet_hours_mails_come_at_night(answered: WorkStream, world: World, clock: Clock, say: Say) -> None:
    actions.set_preferences(actor=world.member, has_quiet_hours=False)
    clock.at(datetime(2026, 3, 3, 23, 0, tzinfo=UTC))
    say(answered, world.architect, "Good night")
    clock.later(3)
    assert mailed() == [("member", TALK)]


def test_what_is_not_wanted_by_mail_stands_in_the_bell(
    answered: WorkStream, world: World, clock: Clock, say: Say
) -> None:
    actions.set_preferences(actor=world.member, not_by_mail=["team_message"])
    actions.set_preferences(actor=world.owner, not_in_app=["team_message"])
    say(answered, world.architect, "Hello")
    clock.later(3)
    assert mailed() == [("owner", TALK)]
    assert (bell.count_of(world.owner).number, bell.count_of(world.member).number) == (0, 1)


def test_a_chat_that_is_old_when_the_portal_first_looks_tells_nobody(
    led: WorkStream, world: World, clock: Clock, say: Say
) -> None:
    for _ in range(3):
        say(led, world.owner)
    clock.at(timezone.now().replace(day=20))
    say(led, world.owner, "After three weeks")
    clock.later(5)
    text = Mail.objects.get().text
    assert text.count("Olive Owner (Acme)") == 1


def test_a_worker_that_was_away_for_days_tells_of_everything_since(
    answered: WorkStream, world: World, clock: Clock, say: Say
) -> None:
    say(answered, world.owner, "Monday")
    clock.at(datetime(2026, 3, 6, 9, 0, tzinfo=UTC))
    say(answered, world.owner, "Friday")
    clock.later(5)
    text = Mail.objects.get(recipients=[world.architect.email]).text
    assert "Monday" in text
    assert "Friday" in text


def test_two_hundred_members_cost_a_message_nothing(answered: WorkStream, world: World, clock: Clock) -> None:
    post_message(workstream=answered, author=world.architect, body="Hello", client_key=uuid4())
    assert Notification.objects.filter(last=2).count() == 0
    write_due_mails()
    assert Notification.objects.filter(last=2).count() == 2
