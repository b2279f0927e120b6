"""Whatever the vendor answers, and whenever: everything arrives once and in order (D2).

Long random schedules of writing, sending, waiting and dying, against a vendor that fails in every way it can.
"""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from integrations.drain import send_all, send_next
from integrations.leases import claim
from integrations.models import Connector, Delivery, Mailbox
from tests.conftest import World
from tests.integrations.conftest import Say
from tests.integrations.small_vendor import PROVIDER, SmallVendor

ANSWERS = st.sampled_from([200, 200, 200, 503, 401, 429, 404, "lost", "garbage"])
STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 2)),
    st.tuples(st.just("answer"), ANSWERS),
    st.tuples(st.just("send"), st.just(0)),
    st.tuples(st.just("die"), st.just(0)),  # after the call was noted, before it was made
    st.tuples(st.just("wait"), st.sampled_from([1, 30, 3600])),
)
# Longer than any wait: of a mailbox, of the circuit, of a lease.
LONG = timedelta(hours=2)


def begin_anew(small_vendor: SmallVendor) -> None:
    """Nothing was written, and nothing done."""
    Delivery.objects.all().delete()
    Mailbox.objects.all().delete()
    Connector.objects.all().delete()
    small_vendor.done.clear()
    small_vendor.answers.clear()


def take_and_die(now: datetime) -> None:
    """A worker notes that it calls the vendor, and is never heard of again."""
    if lease := claim(PROVIDER, now=now):
        head = Delivery.objects.filter(mailbox=lease.mailbox).unsettled().order_by("pk")[0]
        lease.begin(head, now=now, is_probe=False)


@pytest.mark.usefixtures("db")
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=st.lists(STEPS, min_size=10, max_size=40))
def test_any_schedule_ends_with_everything_done_once_and_in_order(
    small_vendor: SmallVendor, world: World, say: Say, steps: list[tuple[str, int | str]]
) -> None:
    begin_anew(small_vendor)
    subjects = [world.labels, world.scans, world.owner]
    now = timezone.now()
    written = 0
    for what, how in steps:
        if what == "write":
            say(subjects[int(how)], written)
            written += 1
        elif what == "answer":
            small_vendor.answers["*"].append(how)
        elif what == "send":
            send_next(PROVIDER, now=now)
        elif what == "die":
            take_and_die(now)
        else:
            now += timedelta(seconds=int(how))

    for _ in range(len(steps) + 5):
        now += LONG
        send_all(now=now)
    assert not Delivery.objects.exclude(state=Delivery.State.SENT).exists()
    assert sorted(number for _, number in small_vendor.done) == list(range(written))
    for name in {name for name, _ in small_vendor.done}:
        assert small_vendor.numbers(name) == sorted(small_vendor.numbers(name))
    assert not Mailbox.objects.exclude(due_at=None, lease=None, attempts=0, deaths=0).exists()
