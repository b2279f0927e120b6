"""A vendor that is away is away for all, until one delivery went well (D2)."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from integrations.connectors import LONGEST_OBEYED, OPENS_AFTER, Way, said_nothing, way_to
from integrations.drain import send_all, send_next
from integrations.models import Connector, Delivery, Mailbox
from tests.conftest import World
from tests.factories import WorkStreamFactory
from tests.integrations.conftest import Say
from tests.integrations.small_vendor import PROVIDER, SmallVendor

State = Delivery.State


def circuit() -> Connector:
    """How the vendor is doing."""
    return Connector.objects.get(provider=PROVIDER)


def test_a_token_that_is_refused_stops_every_mailbox_and_counts_nothing(
    small_vendor: SmallVendor, world: World, say: Say
) -> None:
    small_vendor.answers["*"] = [401, 401]
    say(world.labels, 1)
    say(world.scans, 2)
    now = timezone.now()
    send_all(now=now)

    assert small_vendor.asked == 1
    known = circuit()
    assert known.open_reason == known.last_error == "401: the token is not accepted."
    assert known.open_until
    assert now < known.open_until <= now + timedelta(seconds=5)

    send_all(now=known.open_until)  # one probe, and it is refused as well
    assert small_vendor.asked == 2
    longer = circuit()
    assert longer.open_until
    assert longer.open_until - known.open_until > known.open_until - now
    assert not Delivery.objects.exclude(attempts=0, begun_at=None).exists()

    send_all(now=longer.open_until)
    assert sorted(number for _, number in small_vendor.done) == [1, 2]
    well = circuit()
    assert (well.open_until, well.open_reason, well.failures, well.openings) == (None, "", 0, 0)
    assert well.last_success_at == longer.open_until


@pytest.mark.parametrize(("wish", "obeyed"), [(60, timedelta(seconds=60)), (9 * 24 * 3600, LONGEST_OBEYED)])
def test_a_vendor_that_names_a_time_is_not_called_before(
    small_vendor: SmallVendor, world: World, say: Say, wish: int, obeyed: timedelta
) -> None:
    small_vendor.answers["*"] = [429]
    small_vendor.headers = {"Retry-After": str(wish)}
    say(world.labels, 1)
    now = timezone.now()
    send_all(now=now)

    assert send_all(now=now + obeyed - timedelta(seconds=2)) == 0
    assert send_all(now=now + obeyed + timedelta(seconds=2)) == 1
    assert (small_vendor.asked, small_vendor.numbers(f"workstream:{world.labels.pk}")) == (2, [1])


def test_mailboxes_that_fail_one_after_another_are_the_vendors_trouble(
    small_vendor: SmallVendor, world: World, say: Say
) -> None:
    subjects = [*WorkStreamFactory.create_batch(OPENS_AFTER - 1), world.labels, world.scans]
    small_vendor.answers["*"] = [503] * OPENS_AFTER
    for number, about in enumerate(subjects):
        say(about, number)
    now = timezone.now()
    send_all(now=now)

    assert small_vendor.asked == OPENS_AFTER
    assert circuit().open_reason == "5 failures one after another, the last: 503: not now."
    send_all(now=now + timedelta(minutes=10))
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}


def test_one_mailbox_that_fails_again_and_again_is_its_own_trouble(
    small_vendor: SmallVendor, world: World, say: Say
) -> None:
    small_vendor.answers[f"workstream:{world.labels.pk}"] = [503] * 20
    say(world.labels, 1)
    now = timezone.now()
    for _ in range(OPENS_AFTER + 2):
        send_all(now=now)
        now += timedelta(hours=2)

    assert circuit().open_until is None
    say(world.scans, 2)
    send_all(now=now - timedelta(hours=1))
    assert small_vendor.numbers(f"workstream:{world.scans.pk}") == [2]
    assert circuit().failures == 0  # a success begins the count anew


@pytest.mark.django_db(transaction=True)
def test_after_the_wait_one_worker_probes_and_the_others_do_not(world: World) -> None:
    now = timezone.now()
    Connector.objects.create(provider=PROVIDER, open_until=now)
    start, ways = Barrier(4), list[Way]()

    def ask() -> None:
        start.wait()
        ways.append(way_to(PROVIDER, now=now))
        connection.close()

    askers = [Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert sorted(ways) == [Way.CLOSED] * 3 + [Way.PROBE]
    # One that dies over its probe keeps it for the time of a lease; one that found nothing to send gives it back.
    assert way_to(PROVIDER, now=now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS - 1)) == Way.CLOSED
    assert way_to(PROVIDER, now=now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS + 1)) == Way.PROBE
    said_nothing(PROVIDER)
    assert way_to(PROVIDER, now=now) == Way.PROBE


@pytest.mark.parametrize("answer", [404, 409, "lost"])
def test_a_probe_that_is_answered_closes_the_circuit_and_one_without_answer_does_not(
    small_vendor: SmallVendor, world: World, say: Say, answer: int | str
) -> None:
    now = timezone.now()
    Connector.objects.create(provider=PROVIDER, open_until=now)
    small_vendor.answers["*"] = [answer]
    say(world.labels, 1)
    assert send_next(PROVIDER, now=now)

    expected = {404: Way.PROBE, 409: Way.FREE, "lost": Way.CLOSED}
    assert way_to(PROVIDER, now=now) == expected[answer]


@pytest.mark.django_db(transaction=True)
def test_a_pause_holds_from_the_next_delivery_on(small_vendor: SmallVendor, world: World, say: Say) -> None:
    say(world.labels, 1, 2)

    def pause(_: str) -> None:
        Connector.objects.update(paused_at=timezone.now())
        connection.close()

    small_vendor.before_answering = pause  # while the first of them is under way
    assert send_next(PROVIDER)
    assert send_all(now=timezone.now() + timedelta(days=1)) == 0
    assert Mailbox.objects.filter(attempts=0, lease=None, trying_since=None, due_at__isnull=False).exists()
    assert list(Delivery.objects.order_by("pk").values_list("state", "begun_at")) == [
        (State.SENT, None),
        (State.WAITING, None),
    ]

    small_vendor.before_answering = lambda _: None
    Connector.objects.update(paused_at=None)
    send_all()
    assert small_vendor.numbers(f"workstream:{world.labels.pk}") == [1, 2]


def test_two_days_without_the_vendor_drain_in_order_afterwards(
    small_vendor: SmallVendor, world: World, say: Say
) -> None:
    subjects = [world.labels, world.scans, *WorkStreamFactory.create_batch(3)]
    small_vendor.is_down = True
    began = now = timezone.now()
    for number in range(100):
        say(subjects[number % 5], number)
    while now < began + timedelta(hours=48):
        send_all(now=now)
        now += timedelta(minutes=5)
    # Each probe and its mailbox's own wait; not each mailbox every time.
    assert 48 < small_vendor.asked <= 48 * 12 + OPENS_AFTER
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.WAITING}

    small_vendor.is_down = False
    send_all(now=now + timedelta(hours=2))
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}
    for place, about in enumerate(subjects):
        assert small_vendor.numbers(f"workstream:{about.pk}") == list(range(place, 100, 5))
    assert not Mailbox.objects.exclude(due_at=None, parked_at=None, attempts=0).exists()
