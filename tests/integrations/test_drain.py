"""What goes to vendors: in order, once, and never lost (D1, D2)."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event as Signal
from threading import Thread

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from integrations.drain import AT_ONCE, DEADLY_AFTER, GIVE_UP_AFTER, GIVE_UP_ATTEMPTS, send_all, send_next
from integrations.leases import claim, rearm
from integrations.models import Connector, Delivery, Mailbox
from integrations.outgoing import write
from integrations.tasks import rearm_mailboxes, send_waiting
from tests.conftest import World
from tests.integrations.conftest import Say
from tests.integrations.small_vendor import OPERATION, PROVIDER, SmallVendor
from workstreams.models import WorkStream

State = Delivery.State
PATIENCE = 10.0


def key(workstream: WorkStream) -> str:
    """The name of a WorkStream's mailbox."""
    return f"workstream:{workstream.pk}"


def later(**time: float) -> time_machine.travel:
    """Some time from now, going on."""
    return time_machine.travel(timezone.now() + timedelta(**time), tick=True)


def the_delivery(number: int) -> Delivery:
    """The delivery of this number."""
    return Delivery.objects.get(data__number=number)


def states() -> list[str]:
    """What became of all deliveries, in order."""
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_a_mailbox_is_emptied_in_order_and_then_rests(small_vendor: SmallVendor, world: World, say: Say) -> None:
    numbers = list(range(AT_ONCE + 3))
    say(world.labels, *numbers)
    say(world.scans, 100)

    assert send_all() == 3  # the first mailbox does not keep the second waiting

    assert small_vendor.numbers(key(world.labels)) == numbers
    assert [number for _, number in small_vendor.done].index(100) == AT_ONCE
    assert states() == [State.SENT] * (AT_ONCE + 4)
    sent = the_delivery(0)
    assert (sent.outcome, sent.digest, sent.begun_at, sent.attempts) == ({"id": 0}, "d" * 64, None, 1)
    assert sent.settled_at
    box = Mailbox.objects.get(key=key(world.labels))
    assert (box.due_at, box.lease, box.leased_until, box.attempts, box.trying_since) == (None, None, None, 0, None)


def test_nothing_is_sent_to_a_vendor_that_is_off(small_vendor: SmallVendor, world: World, say: Say) -> None:
    say(world.labels, 1)
    settings.INTERCOM_TOKEN = ""
    say(world.labels, 2)

    assert send_all() == 0
    settings.INTERCOM_TOKEN = "a-token"
    send_all()
    assert small_vendor.numbers(key(world.labels)) == [1]


def test_what_cannot_be_done_now_is_tried_again_and_holds_back_only_its_own(
    small_vendor: SmallVendor, world: World, say: Say
) -> None:
    small_vendor.answers[key(world.labels)] = [503, 503]
    say(world.labels, 1, 2)
    say(world.scans, 3)
    send_all()

    assert small_vendor.done == [(key(world.scans), 3)]
    head, box = the_delivery(1), Mailbox.objects.get(key=key(world.labels))
    assert (head.state, head.attempts, head.begun_at, head.last_error) == (State.WAITING, 1, None, "503: not now.")
    assert box.attempts == 1
    assert box.due_at is not None
    say(world.labels, 4)  # a new one does not bring it forward
    assert send_all() == 0

    first_wait = box.due_at - timezone.now()
    send_all(now=box.due_at)
    box.refresh_from_db()
    assert box.due_at - timezone.now() > first_wait * 1.5  # and now it waits longer
    send_all(now=box.due_at)
    assert small_vendor.numbers(key(world.labels)) == [1, 2, 4]
    assert the_delivery(1).attempts == 3
    assert the_delivery(1).last_error == ""
    assert Mailbox.objects.filter(attempts=0, due_at=None, key=key(world.labels)).exists()


def test_what_fails_for_days_waits_for_a_person(
    small_vendor: SmallVendor, world: World, say: Say, caplog: pytest.LogCaptureFixture
) -> None:
    small_vendor.answers[key(world.labels)] = [503] * 200
    say(world.labels, 1, 2)
    began = now = timezone.now()
    while (box := Mailbox.objects.get()).parked_at is None:
        assert box.due_at is not None
        now = max(box.due_at, now)
        send_all(now=now)

    assert timedelta(0) < now - began - GIVE_UP_AFTER < timedelta(hours=2)
    assert states() == [State.PARKED, State.WAITING]
    assert small_vendor.asked >= GIVE_UP_ATTEMPTS
    assert "waits for a person: It failed" in caplog.text
    assert send_all(now=now + timedelta(days=30)) == 0


def test_what_is_refused_for_good_parks_its_mailbox(small_vendor: SmallVendor, world: World, say: Say) -> None:
    small_vendor.answers[key(world.labels)] = [409]
    say(world.labels, 1, 2)
    send_all()
    say(world.labels, 3)
    assert send_all(now=timezone.now() + timedelta(days=9)) == 0

    assert small_vendor.done == []
    assert states() == [State.PARKED, State.WAITING, State.WAITING]
    assert the_delivery(1).last_error == "409: no."
    assert Mailbox.objects.get().due_at is None
    assert rearm(now=timezone.now()) == 0


@pytest.mark.parametrize("answer", ["lost", "garbage"])
def test_an_answer_nobody_heard_is_looked_for_and_not_repeated(
    small_vendor: SmallVendor, world: World, say: Say, answer: str
) -> None:
    small_vendor.answers[key(world.labels)] = [answer]
    say(world.labels, 1, 2)
    send_all()
    assert the_delivery(1).begun_at
    assert small_vendor.looked == 0

    send_all(now=timezone.now() + timedelta(minutes=1))
    assert small_vendor.numbers(key(world.labels)) == [1, 2]
    assert small_vendor.looked == 1
    assert states() == [State.SENT, State.SENT]


def test_what_was_begun_but_never_arrived_is_sent_again(small_vendor: SmallVendor, world: World, say: Say) -> None:
    say(world.labels, 1)
    lease = claim(PROVIDER, now=timezone.now())
    assert lease is not None
    assert lease.begin(the_delivery(1), now=timezone.now(), is_probe=False)  # and here the worker dies

    assert send_all() == 0  # its lease still holds
    send_all(now=timezone.now() + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS + 1))
    assert (small_vendor.looked, small_vendor.numbers(key(world.labels))) == (1, [1])


def test_what_kills_its_workers_waits_for_a_person(small_vendor: SmallVendor, world: World, say: Say) -> None:
    say(world.labels, 1)
    now = timezone.now()
    for _ in range(DEADLY_AFTER):
        lease = claim(PROVIDER, now=now)
        assert lease is not None
        lease.begin(the_delivery(1), now=now, is_probe=False)
        now += timedelta(seconds=settings.DELIVERY_LEASE_SECONDS + 1)
    send_all(now=now)

    assert states() == [State.PARKED]
    assert the_delivery(1).last_error == "5 workers died over it, one after another."
    assert small_vendor.asked == 0


def test_a_worker_that_outlived_its_lease_sends_nothing_more(small_vendor: SmallVendor, world: World, say: Say) -> None:
    say(world.labels, 1, 2)
    now = timezone.now()
    slow = claim(PROVIDER, now=now)
    assert slow is not None
    assert slow.begin(the_delivery(1), now=now, is_probe=False)
    send_all(now=now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS + 1))
    box = Mailbox.objects.values().get()

    assert not slow.begin(the_delivery(2), now=now, is_probe=False)
    slow.failed(the_delivery(2), "It says.", due=now)
    slow.give_back(now=now, is_empty=False)
    assert Mailbox.objects.values().get() == box
    assert small_vendor.numbers(key(world.labels)) == [1, 2]


def test_what_needs_something_of_ours_waits_without_counting(small_vendor: SmallVendor, world: World, say: Say) -> None:
    small_vendor.answers[key(world.labels)] = [404] * 3
    say(world.labels, 1)
    now = timezone.now()
    for _ in range(3):
        send_all(now=now)
        box = Mailbox.objects.get()
        assert box.due_at
        assert now < box.due_at < now + timedelta(seconds=5)
        assert (box.attempts, the_delivery(1).attempts) == (0, 0)
        now = box.due_at
    send_all(now=now)
    assert states() == [State.SENT]


@pytest.mark.django_db(transaction=True)
def test_who_writes_while_the_mailbox_is_given_back_is_not_forgotten(
    small_vendor: SmallVendor, world: World, say: Say
) -> None:
    say(world.labels, 1)
    written, may_commit = Signal(), Signal()

    def write_slowly() -> None:
        with transaction.atomic():
            write(PROVIDER, OPERATION, about=world.labels, data={"number": 2})
            written.set()
            may_commit.wait(PATIENCE)
        connection.close()

    writer = Thread(target=write_slowly)
    worker = Thread(target=alone, args=[lambda: send_next(PROVIDER)])

    def while_the_vendor_works(_: str) -> None:
        writer.start()
        written.wait(PATIENCE)

    small_vendor.before_answering = while_the_vendor_works
    worker.start()
    written.wait(PATIENCE)
    small_vendor.before_answering = lambda _: None
    while not waits_for_a_lock():  # the worker wants to give back the row that the writer holds
        pass
    may_commit.set()
    writer.join(PATIENCE)
    worker.join(PATIENCE)

    assert Mailbox.objects.get().due_at is not None
    send_all()
    assert small_vendor.numbers(key(world.labels)) == [1, 2]


def alone(act: Callable[[], object]) -> None:
    """Do something in a thread of its own, and leave no connection behind."""
    try:
        act()
    finally:
        connection.close()


def waits_for_a_lock() -> bool:
    """Whether anybody waits for a row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_many_senders_empty_many_mailboxes_side_by_side_each_in_order(
    small_vendor: SmallVendor, world: World, say: Say
) -> None:
    subjects = [world.labels, world.scans, world.owner, world.stranger]
    for number in range(12):
        for place, about in enumerate(subjects):
            say(about, number * 10 + place)
    together = Signal()
    inside: set[str] = set()

    def wait_for_company(mailbox: str) -> None:
        inside.add(mailbox)
        if len(inside) > 1:
            together.set()
        together.wait(PATIENCE)

    small_vendor.before_answering = wait_for_company
    senders = [Thread(target=alone, args=[send_waiting]) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(PATIENCE)

    assert together.is_set()
    assert len(small_vendor.done) == 48
    for name in {name for name, _ in small_vendor.done}:
        assert small_vendor.numbers(name) == sorted(small_vendor.numbers(name))
    assert set(states()) == {State.SENT}


def test_a_mailbox_that_nobody_would_ever_take_is_found(
    small_vendor: SmallVendor, world: World, say: Say, caplog: pytest.LogCaptureFixture
) -> None:
    say(world.labels, 1)
    Mailbox.objects.update(due_at=None)
    assert send_all() == 0
    rearm_mailboxes()

    assert "1 mailboxes held something" in caplog.text
    send_all()
    assert states() == [State.SENT]


def test_an_operation_nobody_declared_is_our_mistake_and_not_the_vendors(
    small_vendor: SmallVendor, world: World, say: Say, caplog: pytest.LogCaptureFixture
) -> None:
    say(world.labels, 1)
    Delivery.objects.update(operation="test.unknown")
    send_all()

    assert "Nobody sends 'test.unknown' to intercom" in the_delivery(1).last_error
    assert Connector.objects.get().failures == 0
    Delivery.objects.update(operation=OPERATION)
    send_all(now=timezone.now() + timedelta(minutes=1))
    assert (states(), small_vendor.looked) == ([State.SENT], 0)
