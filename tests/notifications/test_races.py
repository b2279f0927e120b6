"""Workers that die, hurry or stand beside each other: nothing is told twice, nothing is lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import Message
from notifications import compose, dispatch, rounds
from notifications.models import Mail
from notifications.notices import Heard, Notification
from tests.chat.conftest import in_threads
from tests.conftest import World
from workstreams.models import WorkStream

pytestmark = pytest.mark.django_db(transaction=True)
Say = Callable[..., Message]


@pytest.fixture
def waiting(world: World, say: Say) -> WorkStream:
    """Six messages of a client to a lead and a colleague, gone through, their mails not due yet."""
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.architect)
    world.labels.refresh_from_db()
    for number in range(6):
        say(world.labels, world.owner, f"Point {number}")
    rounds.go_round(now=timezone.now())
    return world.labels


class Killed(BaseException):
    """As a worker ends that is killed: nothing that handles errors is run."""


def test_two_workers_write_one_mail(waiting: WorkStream) -> None:
    now = (timezone.now() + timedelta(days=1)).replace(hour=12)
    for future in in_threads(*[lambda: dispatch.write_due(now=now)] * 4):
        future.result()
    assert Mail.objects.count() == 1
    assert Notification.objects.get().mail == Notification.MailState.WRITTEN


def test_two_rounds_tell_once(world: World, waiting: WorkStream, say: Say) -> None:
    say(waiting, world.owner, "Point 6")
    now = timezone.now()
    for future in in_threads(*[lambda: rounds.go_round(now=now)] * 4):
        future.result()
    assert (Notification.objects.get().count, Heard.objects.get().message) == (7, 7)


def test_a_worker_that_dies_between_mail_and_mark_has_done_neither(
    waiting: WorkStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = (timezone.now() + timedelta(days=1)).replace(hour=12)
    write = compose.compose

    def write_and_die(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type]
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(compose, "compose", write_and_die)
        with pytest.raises(Killed):
            dispatch.write_due(now=now)
    assert not Mail.objects.exists()
    assert Notification.objects.get().mail == Notification.MailState.WAITING

    for _ in range(2):
        dispatch.write_due(now=now)
    assert "Point 5" in Mail.objects.get().text


def test_a_round_that_dies_is_made_again(
    world: World, waiting: WorkStream, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(waiting, world.owner, "Point 6")

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(rounds, "_wait", die)
        with pytest.raises(Killed):
            rounds.go_round(now=timezone.now())
    assert Notification.objects.get().count == 6
    rounds.go_round(now=timezone.now())
    assert Notification.objects.get().count == 7


def test_one_person_whose_mail_fails_keeps_nobody_waiting(
    world: World, waiting: WorkStream, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(waiting, world.architect, "An answer")
    rounds.go_round(now=timezone.now())
    now = (timezone.now() + timedelta(days=1)).replace(hour=12)
    write = compose.compose

    def fail_for_one(person: object, rows: list[Notification]) -> list[Notification]:
        if person == world.owner:
            raise ValueError("no such template")
        return write(person, rows)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(compose, "compose", fail_for_one)
        dispatch.write_due(now=now)
    assert not Mail.objects.filter(recipients=[world.owner.email]).exists()
    assert Mail.objects.filter(recipients=[world.member.email]).count() == 1

    dispatch.write_due(now=now + dispatch.AFTER_A_FAULT)
    assert Mail.objects.filter(recipients=[world.owner.email]).count() == 1
