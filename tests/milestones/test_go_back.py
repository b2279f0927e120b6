"""Taking a WorkStream back."""

import pytest

from accounts.errors import NotAllowed
from activity.models import Event
from milestones import actions
from milestones.errors import NotTheNextMilestone
from milestones.models import GoAhead, MilestoneChange
from tests.conftest import World
from tests.milestones.steps import FIRST, LAST, PROTOTYPE, SECOND, SQUAD, THIRD, both_go_ahead, stand_at
from workstreams.actions import close
from workstreams.choices import CloseReason, DeliveryMode, Milestone, Side
from workstreams.errors import ChangedMeanwhile, Closed, ReasonMissing


@pytest.mark.parametrize(
    ("here", "to"), [(SECOND, FIRST), (THIRD, FIRST), (SQUAD, THIRD), (LAST, SQUAD), (LAST, FIRST)]
)
def test_it_goes_back_any_distance_with_a_reason(world: World, here: Milestone, to: Milestone) -> None:
    stand_at(world.labels, here)
    workstream = actions.go_back(workstream=world.labels, to=to, actor=world.architect, reason=" New scope. ")

    change = MilestoneChange.objects.get()
    assert workstream.milestone == to
    assert (change.kind, change.before, change.after, change.reason) == ("went_back", here, to, "New scope.")
    assert Event.objects.filter(verb="milestone.went_back").count() == 1


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_no_way_back_without_a_reason(world: World, reason: str) -> None:
    stand_at(world.labels, SECOND)
    with pytest.raises(ReasonMissing):
        actions.go_back(workstream=world.labels, to=FIRST, actor=world.isr, reason=reason)

    assert not MilestoneChange.objects.exists()


@pytest.mark.parametrize(("here", "to"), [(FIRST, SECOND), (SECOND, LAST), (LAST, PROTOTYPE), (None, FIRST)])
def test_back_is_not_forward_nor_aside(world: World, here: Milestone | None, to: Milestone) -> None:
    stand_at(world.labels, here)
    with pytest.raises(NotTheNextMilestone, match="does not lie before"):
        actions.go_back(workstream=world.labels, to=to, actor=world.isr, reason="New scope.")

    assert not MilestoneChange.objects.exists()


def test_going_back_before_step_four_withdraws_the_go_aheads(world: World) -> None:
    stand_at(world.labels, THIRD)
    both_go_ahead(world.labels, world)
    actions.advance(workstream=world.labels, to=SQUAD, actor=world.isr)
    actions.go_back(workstream=world.labels, to=THIRD, actor=world.isr, reason="New price.")

    assert GoAhead.objects.filter(workstream=world.labels).missing_sides() == [Side.CLIENT, Side.TEAM]
    assert Event.objects.filter(verb="milestone.go_ahead_withdrawn").count() == 2


def test_going_back_to_step_four_leaves_the_go_aheads(world: World) -> None:
    stand_at(world.labels, THIRD)
    both_go_ahead(world.labels, world)
    stand_at(world.labels, LAST)
    actions.go_back(workstream=world.labels, to=SQUAD, actor=world.isr, reason="Retrain the squad.")

    assert GoAhead.objects.filter(workstream=world.labels).missing_sides() == []


def test_going_back_before_the_fork_opens_the_choice_again(world: World) -> None:
    world.labels.delivery_mode = DeliveryMode.DISTRIBUTED
    stand_at(world.labels, PROTOTYPE, "batch")
    workstream = actions.go_back(workstream=world.labels, to=THIRD, actor=world.isr, reason="New scope.")

    workstream.refresh_from_db()
    assert workstream.delivery_mode == ""


def test_going_back_to_the_fork_takes_the_branch_that_was_taken(world: World) -> None:
    world.labels.delivery_mode = DeliveryMode.DISTRIBUTED
    stand_at(world.labels, LAST, "batch")
    with pytest.raises(NotTheNextMilestone):
        actions.go_back(workstream=world.labels, to=SQUAD, actor=world.isr, reason="Retrain.")
    workstream = actions.go_back(workstream=world.labels, to=PROTOTYPE, actor=world.isr, reason="Retrain.")

    assert (workstream.milestone, workstream.delivery_mode) == (PROTOTYPE, DeliveryMode.DISTRIBUTED)


def test_a_decision_made_from_an_old_page_does_nothing(world: World) -> None:
    stand_at(world.labels, THIRD)
    with pytest.raises(ChangedMeanwhile, match="has moved to Reviewing Service Agreement"):
        actions.go_back(workstream=world.labels, to=FIRST, actor=world.isr, reason="New scope.", seen=SECOND)

    assert not MilestoneChange.objects.exists()


def test_going_back_twice_changes_it_once(world: World) -> None:
    stand_at(world.labels, SECOND)
    for _ in range(2):
        actions.go_back(workstream=world.labels, to=FIRST, actor=world.isr, reason="New scope.")

    assert MilestoneChange.objects.count() == 1


def test_a_closed_workstream_stays_where_it_is(world: World) -> None:
    stand_at(world.labels, SECOND)
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    with pytest.raises(Closed):
        actions.go_back(workstream=world.labels, to=FIRST, actor=world.isr, reason="New scope.")

    assert not MilestoneChange.objects.exists()


@pytest.mark.parametrize("role", ["owner", "member", "agile_worker", "accounts", "billing"])
def test_it_is_not_for_everybody(world: World, role: str) -> None:
    stand_at(world.labels, SECOND)
    with pytest.raises(NotAllowed):
        actions.go_back(workstream=world.labels, to=FIRST, actor=getattr(world, role), reason="New scope.")

    assert not MilestoneChange.objects.exists()
