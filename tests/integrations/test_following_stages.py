"""The milestone follows the newest stage, and every other push is explained (R103, R104, A11-A13, A24-A28)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from activity.models import Event
from integrations.models import InboundEvent
from integrations.salesforce import stages
from integrations.salesforce.models import Opportunity
from integrations.tasks import work_waiting_inbound
from milestones import actions as milestones
from milestones import tracks
from milestones.models import MilestoneChange
from tests.conftest import World
from tests.integrations.conftest import OPPORTUNITY, Salesforce, Tie
from workstreams import actions as workstreams
from workstreams.choices import CloseReason, DeliveryMode, Milestone, SubscriptionType
from workstreams.models import WorkStream

State = InboundEvent.State


def outcome(event: InboundEvent) -> tuple[str, str]:
    return event.state, event.reason


@pytest.mark.parametrize(
    ("stage", "milestone"),
    [
        ("Validation", Milestone.GATHERING_REQUIREMENTS),
        ("Analysis", Milestone.GATHERING_REQUIREMENTS),
        ("Proposal", Milestone.PREPARING_PROPOSAL),
        ("Contracting", Milestone.REVIEWING_AGREEMENT),
        ("Booked", Milestone.ASSEMBLING_DATASQUAD),
        (" booked ", Milestone.ASSEMBLING_DATASQUAD),
    ],
)
def test_each_stage_has_its_milestone(
    salesforce: Salesforce, world: World, tied: Tie, stage: str, milestone: str
) -> None:
    labels = tied(world.labels)
    event = salesforce.tell(stage)

    labels.refresh_from_db()
    assert labels.milestone == milestone
    assert outcome(event) == (State.APPLIED, f"Moved to {Milestone(milestone).label}.")
    assert event.workstream == labels


def test_what_was_followed_is_on_record_as_salesforces_doing(salesforce: Salesforce, world: World, tied: Tie) -> None:
    tied(world.labels)
    salesforce.tell("Booked")

    heard, followed = Event.objects.filter(workstream=world.labels)
    assert (followed.verb, followed.actor_name) == ("milestone.followed", "Salesforce")
    assert followed.data["without_go_aheads"] is True
    assert (heard.verb, heard.data["stage"], heard.data["outcome"]) == ("salesforce.stage_heard", "Booked", "applied")


def test_lean_books_rapid_prototyping(salesforce: Salesforce, world: World, tied: Tie) -> None:
    lean = tied(world.labels, subscription_type=SubscriptionType.LEAN)
    salesforce.tell("Booked")

    lean.refresh_from_db()
    assert lean.milestone == Milestone.RAPID_PROTOTYPING


def test_a_repeat_changes_nothing(salesforce: Salesforce, world: World, tied: Tie) -> None:
    tied(world.labels)
    for _ in range(3):
        salesforce.tell("Proposal")

    assert MilestoneChange.objects.count() == 1
    assert InboundEvent.objects.get().repeats == 2


def test_an_older_stage_that_comes_late_changes_nothing(salesforce: Salesforce, world: World, tied: Tie) -> None:
    labels = tied(world.labels)
    salesforce.tell("Contracting", minute=30)
    late = salesforce.tell("Proposal", minute=29)

    labels.refresh_from_db()
    assert labels.milestone == Milestone.REVIEWING_AGREEMENT
    assert outcome(late) == (
        State.IGNORED,
        "Older than “Contracting” of 01 Mar 2026, 10:30:31 UTC, which is known already.",
    )


@pytest.mark.parametrize("first", ["Proposal", "Contracting"])
def test_of_two_stages_with_one_stamp_the_one_further_along_stands(
    salesforce: Salesforce, world: World, tied: Tie, first: str
) -> None:
    labels = tied(world.labels)
    salesforce.tell(first)
    salesforce.tell("Contracting" if first == "Proposal" else "Proposal")

    labels.refresh_from_db()
    assert labels.milestone == Milestone.REVIEWING_AGREEMENT


def test_salesforce_may_go_back(salesforce: Salesforce, world: World, tied: Tie) -> None:
    labels = tied(world.labels)
    salesforce.tell("Contracting", minute=1)
    salesforce.tell("Validation", minute=2)

    labels.refresh_from_db()
    assert labels.milestone == Milestone.GATHERING_REQUIREMENTS


def test_a_move_by_hand_stands_until_the_stage_changes(salesforce: Salesforce, world: World, tied: Tie) -> None:
    labels = tied(world.labels)
    salesforce.tell("Validation", minute=1)
    milestones.advance(workstream=labels, to=Milestone.PREPARING_PROPOSAL, actor=world.isr)
    same = salesforce.tell("Validation", minute=2)

    labels.refresh_from_db()
    assert outcome(same) == (State.UNCHANGED, "The stage is still “Validation”.")
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
    assert stages.drifts(labels, "Validation")

    salesforce.tell("Analysis", minute=3)
    labels.refresh_from_db()
    assert labels.milestone == Milestone.GATHERING_REQUIREMENTS
    assert not stages.drifts(labels, "Analysis")


def test_booked_leaves_processing_data_alone(salesforce: Salesforce, world: World, tied: Tie) -> None:
    labels = tied(world.labels, milestone=Milestone.PROCESSING_DATA)
    event = salesforce.tell("Booked")

    labels.refresh_from_db()
    assert labels.milestone == Milestone.PROCESSING_DATA
    assert outcome(event) == (State.UNCHANGED, "It already stood at Processing Data.")
    assert not stages.drifts(labels, "Booked")


@pytest.mark.parametrize(
    ("stage", "reason"),
    [
        ("Negotiation", "No milestone belongs to the stage “Negotiation”."),
        ("Closed Lost", "“Closed Lost” has no milestone. Close the WorkStream if the opportunity was lost."),
    ],
)
def test_a_stage_without_milestone_is_shown_and_not_followed(
    salesforce: Salesforce, world: World, tied: Tie, stage: str, reason: str
) -> None:
    labels = tied(world.labels, milestone=Milestone.PREPARING_PROPOSAL)
    event = salesforce.tell(stage, isClosed=stage == "Closed Lost")

    labels.refresh_from_db()
    assert outcome(event) == (State.IGNORED, reason)
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
    assert labels.is_open


def test_an_installation_may_name_stages_of_its_own(
    salesforce: Salesforce, world: World, tied: Tie, settings: Any
) -> None:
    settings.SALESFORCE_STAGE_STEPS = {"Proposal/Price Quote": 2}
    labels = tied(world.labels)
    salesforce.tell("proposal/price quote")

    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL


def test_a_closed_workstream_is_not_moved(salesforce: Salesforce, world: World, tied: Tie) -> None:
    labels = tied(world.labels)
    workstreams.close(workstream=labels, actor=world.isr, reason=CloseReason.LOST)
    event = salesforce.tell("Proposal")

    labels.refresh_from_db()
    assert labels.milestone is None
    assert outcome(event) == (State.IGNORED, "“Street labels” is closed.")


@pytest.mark.parametrize(
    ("mode", "milestone"),
    [
        (DeliveryMode.IN_HOUSE, Milestone.ASSEMBLING_DATASQUAD),
        (DeliveryMode.DISTRIBUTED, Milestone.RAPID_PROTOTYPING),
    ],
)
def test_booked_on_batch_waits_for_the_choice_of_delivery(
    salesforce: Salesforce, world: World, tied: Tie, mode: DeliveryMode, milestone: str
) -> None:
    batch = tied(world.scans)
    event = salesforce.tell("Booked")
    batch.refresh_from_db()
    assert (event.state, batch.milestone) == (State.NEEDS_DECISION, None)

    milestones.choose_delivery(workstream=batch, mode=mode, actor=world.isr)
    work_waiting_inbound()

    batch.refresh_from_db()
    event.refresh_from_db()
    assert batch.milestone == milestone
    assert event.state == State.APPLIED


def test_the_choice_made_by_advancing_settles_what_waited(salesforce: Salesforce, world: World, tied: Tie) -> None:
    batch = tied(world.scans, milestone=Milestone.REVIEWING_AGREEMENT)
    event = salesforce.tell("Booked")
    milestones.advance(workstream=batch, to=Milestone.RAPID_PROTOTYPING, actor=world.isr, override_reason="By phone.")
    work_waiting_inbound()

    event.refresh_from_db()
    assert outcome(event) == (State.UNCHANGED, "It already stood at Rapid Prototyping.")


def test_a_newer_stage_replaces_the_one_that_waits(salesforce: Salesforce, world: World, tied: Tie) -> None:
    batch = tied(world.scans)
    waiting = salesforce.tell("Booked", minute=1)
    salesforce.tell("Contracting", minute=2)
    milestones.choose_delivery(workstream=batch, mode=DeliveryMode.IN_HOUSE, actor=world.isr)
    work_waiting_inbound()

    waiting.refresh_from_db()
    batch.refresh_from_db()
    assert outcome(waiting) == (State.IGNORED, "A newer stage came: “Contracting”.")
    assert batch.milestone == Milestone.REVIEWING_AGREEMENT


def test_a_stage_without_milestone_does_not_answer_the_question(
    salesforce: Salesforce, world: World, tied: Tie
) -> None:
    batch = tied(world.scans)
    waiting = salesforce.tell("Booked", minute=1)
    salesforce.tell("Negotiation", minute=2)
    waiting.refresh_from_db()
    assert waiting.state == State.NEEDS_DECISION

    milestones.choose_delivery(workstream=batch, mode=DeliveryMode.IN_HOUSE, actor=world.isr)
    work_waiting_inbound()

    waiting.refresh_from_db()
    batch.refresh_from_db()
    assert outcome(waiting) == (State.APPLIED, "Moved to Assembling DataSquad.")
    assert batch.milestone == Milestone.ASSEMBLING_DATASQUAD
    assert Opportunity.objects.get().stage == "Negotiation"


def test_a_lost_opportunity_answers_the_question(salesforce: Salesforce, world: World, tied: Tie) -> None:
    tied(world.scans)
    waiting = salesforce.tell("Booked", minute=1)
    salesforce.tell("Closed Lost", minute=2, isClosed=True)

    waiting.refresh_from_db()
    assert outcome(waiting) == (State.IGNORED, "A newer stage came: “Closed Lost”.")


def test_a_stage_that_came_while_it_was_closed_is_followed_when_it_is_reopened(
    salesforce: Salesforce, world: World, tied: Tie
) -> None:
    labels = tied(world.labels)
    salesforce.tell("Validation", minute=1)
    labels = workstreams.close(workstream=labels, actor=world.isr, reason=CloseReason.LOST)
    ignored = salesforce.tell("Contracting", minute=2)
    workstreams.reopen(workstream=labels, actor=world.isr)
    work_waiting_inbound()

    labels.refresh_from_db()
    ignored.refresh_from_db()
    assert outcome(ignored) == (State.APPLIED, "Moved to Reviewing Service Agreement.")
    assert labels.milestone == Milestone.REVIEWING_AGREEMENT


def test_reopening_what_followed_already_changes_nothing(salesforce: Salesforce, world: World, tied: Tie) -> None:
    labels = tied(world.labels)
    followed = salesforce.tell("Validation")
    labels = milestones.advance(workstream=labels, to=Milestone.PREPARING_PROPOSAL, actor=world.isr)
    labels = workstreams.close(workstream=labels, actor=world.isr, reason=CloseReason.LOST)
    workstreams.reopen(workstream=labels, actor=world.isr)
    work_waiting_inbound()

    labels.refresh_from_db()
    followed.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
    assert outcome(followed) == (State.APPLIED, "Moved to Gathering Requirements.")


def test_a_batch_that_chose_before_is_booked_at_once(salesforce: Salesforce, world: World, tied: Tie) -> None:
    batch = tied(world.scans, delivery_mode=DeliveryMode.DISTRIBUTED)

    assert salesforce.tell("Booked").state == State.APPLIED
    batch.refresh_from_db()
    assert batch.milestone == Milestone.RAPID_PROTOTYPING


def test_an_unknown_opportunity_waits_for_its_tie(salesforce: Salesforce, world: World) -> None:
    older = salesforce.tell("Validation", minute=1)
    newest = salesforce.tell("Proposal", minute=2)
    older.refresh_from_db()

    assert outcome(newest) == (State.WAITING_FOR_TIE, "No WorkStream is tied to this opportunity yet.")
    assert outcome(older) == (State.IGNORED, "A newer stage came: “Proposal”.")
    assert Opportunity.objects.get().stage == "Proposal"


STAGES = ["Validation", "Analysis", "Proposal", "Contracting", "Booked"]
SERIES = st.lists(st.sampled_from([*STAGES, "Negotiation", "Closed Lost"]), max_size=5).flatmap(
    lambda before: st.sampled_from(STAGES).map(lambda last: [*before, last])
)


@given(data=st.data(), series=SERIES, mode=st.sampled_from(DeliveryMode))
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_in_whatever_order_and_however_often_they_come_the_newest_decides(
    data: st.DataObject, series: list[str], mode: DeliveryMode, salesforce: Salesforce, world: World
) -> None:
    InboundEvent.objects.all().delete()
    Opportunity.objects.all().delete()
    WorkStream.objects.filter(pk=world.scans.pk).update(
        opportunity_id=OPPORTUNITY, milestone=None, delivery_mode=mode, last_activity_at=timezone.now()
    )
    told = list(enumerate(series))
    for minute, stage in data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=4)))):
        salesforce.push(stage, minute=minute)
        if data.draw(st.booleans()):
            work_waiting_inbound()
    work_waiting_inbound()

    world.scans.refresh_from_db()
    step = stages.step_of(series[-1])
    assert step
    assert world.scans.milestone == tracks.at(SubscriptionType.BATCH, step, mode)
    assert not InboundEvent.objects.filter(state=State.RECEIVED).exists()
    assert Opportunity.objects.get().modified_at == datetime(2026, 3, 1, 10, len(series) - 1, 31, tzinfo=UTC)
