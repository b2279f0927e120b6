"""The milestone goes where Salesforce's stage says (R103, R104, A11, A13, A24, A27)."""

import pytest

from milestones import actions
from milestones.errors import ForkUndecided
from milestones.models import GoAhead, MilestoneChange
from tests.conftest import World
from workstreams.choices import DeliveryMode, Milestone, Side, Status, SubscriptionType
from workstreams.errors import Closed
from workstreams.models import WorkStream


def put(workstream: WorkStream, **fields: object) -> WorkStream:
    WorkStream.objects.filter(pk=workstream.pk).update(**fields)
    workstream.refresh_from_db()
    return workstream


def newest_change(workstream: WorkStream) -> MilestoneChange:
    return MilestoneChange.objects.filter(workstream=workstream).latest("id")


def test_a_jump_forward_remembers_what_was_skipped(world: World) -> None:
    moved = actions.follow_salesforce(workstream=world.labels, step=3)

    assert moved.milestone == Milestone.REVIEWING_AGREEMENT
    assert newest_change(moved).skipped == [Milestone.GATHERING_REQUIREMENTS, Milestone.PREPARING_PROPOSAL]
    assert newest_change(moved).actor_name == "Salesforce"


def test_booked_without_go_aheads_leaves_a_mark(world: World) -> None:
    moved = actions.follow_salesforce(workstream=world.labels, step=4)

    assert moved.milestone == Milestone.ASSEMBLING_DATASQUAD
    assert newest_change(moved).without_go_aheads


def test_going_back_leaves_what_people_decided(world: World) -> None:
    batch = put(world.scans, milestone=Milestone.RAPID_PROTOTYPING, delivery_mode=DeliveryMode.DISTRIBUTED)
    for side in Side:
        GoAhead.objects.create(workstream=batch, side=side, given_by=world.isr)

    back = actions.follow_salesforce(workstream=batch, step=2)
    again = actions.follow_salesforce(workstream=batch, step=4)

    assert back.milestone == Milestone.PREPARING_PROPOSAL
    assert again.milestone == Milestone.RAPID_PROTOTYPING
    assert not newest_change(again).without_go_aheads


def test_booked_leaves_processing_data_alone(world: World) -> None:
    put(world.labels, milestone=Milestone.PROCESSING_DATA)

    assert actions.follow_salesforce(workstream=world.labels, step=4).milestone == Milestone.PROCESSING_DATA
    assert not MilestoneChange.objects.exists()


def test_an_undecided_fork_is_never_guessed(world: World) -> None:
    with pytest.raises(ForkUndecided):
        actions.follow_salesforce(workstream=world.scans, step=4)

    world.scans.refresh_from_db()
    assert world.scans.subscription_type == SubscriptionType.BATCH
    assert world.scans.milestone is None


def test_a_closed_workstream_stays(world: World) -> None:
    put(world.labels, status=Status.CLOSED, close_reason="lost", closed_at=world.labels.created_at)

    with pytest.raises(Closed):
        actions.follow_salesforce(workstream=world.labels, step=1)
