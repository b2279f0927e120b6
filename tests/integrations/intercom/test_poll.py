"""What no notification told is found all the same."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from integrations.failures import NotNow
from integrations.intercom.models import Poll
from integrations.intercom.poll import poll
from integrations.intercom.tasks import look_for_missed
from integrations.models import InboundEvent
from tests.conftest import World
from tests.integrations.intercom.carried import Carried, carry
from tests.vendors import Vendors


@pytest.fixture
def carried(vendors: Vendors, world: World) -> Carried:
    return carry(vendors, world)


def miss(carried: Carried, body: str) -> None:
    """Something is said, and its notification is lost."""
    carried.vendors.courier.disturb("drop")
    carried.does("reply_as", body=body)


def test_what_was_lost_is_found_once(carried: Carried) -> None:
    miss(carried, "lost")
    carried.vendors.clock.step(minutes=1)
    found = [poll(now=timezone.now() + timedelta(minutes=minutes)) for minutes in (1, 2, 3)]
    carried.work()

    assert found == [1, 0, 0]
    assert [text for _, _, text in carried.messages] == ["lost"]
    assert InboundEvent.objects.get().payload["topic"] == "poll"


def test_what_was_heard_is_not_read_again_and_again(carried: Carried) -> None:
    carried.tell("reply_as", body="heard")
    carried.vendors.clock.step(minutes=1)
    for minutes in (1, 2, 3):
        poll(now=timezone.now() + timedelta(minutes=minutes))
    carried.work()

    assert len(carried.vendors.log.of("intercom", "GET", f"/conversations/{carried.conversation}")) <= 2
    assert [text for _, _, text in carried.messages] == ["heard"]


def test_conversations_that_carry_nothing_are_left_alone(carried: Carried) -> None:
    carried.intercom.start_as_customer(contact=carried.contact, body="Something else")
    carried.vendors.clock.step(minutes=1)
    poll()
    carried.work()

    paths = [entry.path for entry in carried.vendors.log.of("intercom", "GET", "/conversations/*")]
    assert all(path.endswith(carried.conversation) for path in paths)


def test_many_pages_are_gone_through_and_a_repeated_one_ends_it(carried: Carried) -> None:
    for number in range(60):
        carried.intercom.start_as_customer(contact=carried.contact, body=f"Other {number}")
    carried.vendors.clock.step(minutes=1)
    miss(carried, "found on the last page")
    carried.vendors.clock.step(minutes=1)
    assert poll() == 1
    assert len(carried.vendors.log.of("intercom", "POST", "/conversations/search")) == 2

    before = Poll.objects.get().up_to
    carried.intercom.state.repeated_cursors = 3
    with pytest.raises(NotNow):
        poll(now=timezone.now() + timedelta(hours=1))
    assert Poll.objects.get().up_to == before


def test_while_intercom_is_away_the_next_time_begins_where_this_one_did(carried: Carried) -> None:
    poll()
    before = Poll.objects.get().up_to
    carried.vendors.faults.add(vendor="intercom", path="/conversations/search", status=503)
    look_for_missed()

    assert Poll.objects.get().up_to == before


def test_nothing_is_asked_while_it_is_off(carried: Carried, settings: Settings) -> None:
    settings.INTERCOM_TOKEN = ""

    assert poll() == 0
    assert carried.vendors.log.of("intercom", "POST", "/conversations/search") == []
