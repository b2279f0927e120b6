"""Who is told when a stage of Salesforce asks for a person (A24, A25, A27)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations import work
from integrations.models import InboundEvent
from integrations.work import work_next
from notifications import actions, dispatch
from notifications.models import Mail
from tests.conftest import World
from tests.integrations.conftest import Salesforce, Tie
from workstreams.actions import close
from workstreams.choices import CloseReason
from workstreams.models import WorkStream


@pytest.fixture
def led(world: World, tied: Tie) -> WorkStream:
    """A BATCH WorkStream with a lead, tied."""
    return tied(world.scans, lead=world.architect)


@pytest.fixture(autouse=True)
def _nobody_is_asleep(world: World) -> None:
    for person in (world.architect, world.isr, world.admin):
        actions.set_preferences(actor=person, has_quiet_hours=False)


def told(subject: str) -> list[str]:
    dispatch.write_due(now=timezone.now() + timedelta(hours=1))
    return sorted(person for mail in Mail.objects.filter(subject=subject) for person in mail.recipients)


def test_the_lead_is_asked_for_the_choice_of_delivery_once(
    salesforce: Salesforce, world: World, led: WorkStream
) -> None:
    salesforce.tell("Booked", minute=1)
    salesforce.tell("Booked", minute=2)

    assert told("Salesforce says “Booked”: Invoice scans") == [world.architect.email]
    mail = Mail.objects.get(subject="Salesforce says “Booked”: Invoice scans")
    assert "Choose in-house squad or distributed workers" in mail.text
    assert f"/workstreams/{led.public_id}/administration/salesforce/" in mail.text


def test_the_lead_hears_of_a_stage_without_milestone(salesforce: Salesforce, world: World, led: WorkStream) -> None:
    salesforce.tell("Closed Lost", isClosed=True)

    assert told("Salesforce says “Closed Lost”: Invoice scans") == [world.architect.email]


def test_the_lead_hears_what_comes_after_closing(salesforce: Salesforce, world: World, led: WorkStream) -> None:
    close(workstream=led, actor=world.architect, reason=CloseReason.LOST)
    salesforce.tell("Proposal")

    assert told("Salesforce says “Proposal”: Invoice scans") == [world.architect.email]


def test_administrators_hear_what_failed_too(salesforce: Salesforce, world: World, led: WorkStream) -> None:
    salesforce.push("Proposal")
    InboundEvent.objects.update(attempts=work.GIVE_UP_AFTER)
    work_next()

    assert told("Salesforce says “Proposal”: Invoice scans") == sorted([world.admin.email, world.architect.email])


def test_what_was_followed_or_came_late_tells_nobody(salesforce: Salesforce, led: WorkStream) -> None:
    salesforce.tell("Contracting", minute=2)
    salesforce.tell("Proposal", minute=1)

    assert told("Salesforce says “Contracting”: Invoice scans") == []
    assert told("Salesforce says “Proposal”: Invoice scans") == []


def test_without_an_active_lead_those_are_asked_who_are_told_of_new_ones(
    salesforce: Salesforce, world: World, tied: Tie
) -> None:
    world.architect.is_active = False
    world.architect.save()
    tied(world.scans, lead=world.architect)
    salesforce.tell("Booked")

    assert told("Salesforce says “Booked”: Invoice scans") == [world.isr.email]
