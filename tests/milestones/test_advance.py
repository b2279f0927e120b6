"""Moving a WorkStream forward by hand."""

import pytest

from accounts.errors import NotAllowed
from activity.models import Event
from milestones import actions, tracks
from milestones.errors import GoAheadMissing, NotTheNextMilestone
from milestones.models import MilestoneChange
from tests.conftest import World
from tests.milestones.steps import FIRST, LAST, PROTOTYPE, SECOND, SQUAD, THIRD, both_go_ahead, stand_at
from tests.races import all_at_once
from workstreams.actions import close
from workstreams.choices import CloseReason, DeliveryMode, Milestone, Side, SubscriptionType
from workstreams.errors import Closed
from workstreams.models import WorkStream


@pytest.mark.parametrize(
    ("subscription_type", "fourth"), [("agile", SQUAD), ("batch", SQUAD), ("batch", PROTOTYPE), ("lean", PROTOTYPE)]
)
def test_a_workstream_goes_all_the_way(world: World, subscription_type: str, fourth: Milestone) -> None:
    workstream = stand_at(world.labels, None, subscription_type)
    for to in (FIRST, SECOND, THIRD):
        actions.advance(workstream=workstream, to=to, actor=world.isr)
    both_go_ahead(workstream, world)
    for to in (fourth, LAST):
        workstream = actions.advance(workstream=workstream, to=to, actor=world.isr)

    assert workstream.milestone == LAST
    changes = MilestoneChange.objects.order_by("pk")
    assert [change.after for change in changes] == [FIRST, SECOND, THIRD, fourth, LAST]
    assert not any(change.without_go_aheads for change in changes)
    assert Event.objects.filter(verb="milestone.advanced").count() == 5


@pytest.mark.parametrize("subscription_type", SubscriptionType)
@pytest.mark.parametrize("here", [None, FIRST, SECOND, THIRD, LAST])
def test_only_the_next_step_is_open(world: World, subscription_type: str, here: Milestone | None) -> None:
    workstream = stand_at(world.labels, here, subscription_type)
    for to in set(Milestone) - {here, *tracks.next_steps(subscription_type, here)}:
        with pytest.raises(NotTheNextMilestone, match="cannot go from"):
            actions.advance(workstream=workstream, to=to, actor=world.admin, override_reason="agreed by phone")

    workstream.refresh_from_db()
    assert workstream.milestone == here
    assert not MilestoneChange.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("role", ["isr", "admin"])
def test_an_isr_or_an_administrator_sets_the_first_milestone(world: World, role: str) -> None:
    workstream = actions.advance(workstream=world.labels, to=FIRST, actor=getattr(world, role))

    assert workstream.milestone == FIRST


@pytest.mark.parametrize(
    "role", ["owner", "member", "agile_worker", "architect", "solutions", "delivery", "accounts", "billing"]
)
def test_nobody_else_sets_the_first_milestone(world: World, role: str) -> None:
    with pytest.raises(NotAllowed, match="that takes an ISR or an administrator"):
        actions.advance(workstream=world.labels, to=FIRST, actor=getattr(world, role))

    assert not MilestoneChange.objects.exists()


@pytest.mark.parametrize("role", ["owner", "member", "agile_worker", "accounts", "billing"])
def test_later_milestones_are_not_for_everybody(world: World, role: str) -> None:
    stand_at(world.labels, FIRST)
    with pytest.raises(NotAllowed, match="You may not change the milestone"):
        actions.advance(workstream=world.labels, to=SECOND, actor=getattr(world, role))

    assert not MilestoneChange.objects.exists()


def test_a_stranger_does_not_find_it(world: World) -> None:
    with pytest.raises(WorkStream.DoesNotExist):
        actions.advance(workstream=world.labels, to=FIRST, actor=world.stranger)


def test_advancing_twice_changes_it_once(world: World) -> None:
    actions.advance(workstream=world.labels, to=FIRST, actor=world.isr)
    actions.advance(workstream=world.labels, to=FIRST, actor=world.isr)

    assert MilestoneChange.objects.count() == 1
    assert Event.objects.filter(verb="milestone.advanced").count() == 1


def test_a_closed_workstream_stays_where_it_is(world: World) -> None:
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    with pytest.raises(Closed, match="Reopen it first"):
        actions.advance(workstream=world.labels, to=FIRST, actor=world.isr)

    assert not MilestoneChange.objects.exists()


@pytest.mark.parametrize(
    ("given", "missing"), [([], "the client's and our own"), (["client"], "our own"), (["team"], "the client's")]
)
def test_step_four_waits_for_both_go_aheads(world: World, given: list[str], missing: str) -> None:
    workstream = stand_at(world.labels, THIRD)
    for side in given:
        actions.give_go_ahead(workstream=workstream, side=Side(side), actor=world.isr, note="by phone")

    with pytest.raises(GoAheadMissing, match=f"Record {missing} go-ahead first"):
        actions.advance(workstream=workstream, to=SQUAD, actor=world.isr, override_reason="  ")
    workstream.refresh_from_db()
    assert workstream.milestone == THIRD


def test_a_reason_overrides_missing_go_aheads_and_the_history_shows_it(world: World) -> None:
    stand_at(world.labels, THIRD)
    actions.advance(workstream=world.labels, to=SQUAD, actor=world.isr, override_reason=" Signed on paper. ")

    change = MilestoneChange.objects.get()
    assert (change.without_go_aheads, change.reason) == (True, "Signed on paper.")
    assert Event.objects.get(verb="milestone.advanced").data["without_go_aheads"] is True


def test_a_reason_that_was_not_needed_is_not_kept(world: World) -> None:
    stand_at(world.labels, THIRD)
    both_go_ahead(world.labels, world)
    actions.advance(workstream=world.labels, to=SQUAD, actor=world.isr, override_reason="Signed on paper.")

    change = MilestoneChange.objects.get()
    assert (change.without_go_aheads, change.reason) == (False, "")


@pytest.mark.parametrize(("to", "mode"), [(SQUAD, DeliveryMode.IN_HOUSE), (PROTOTYPE, DeliveryMode.DISTRIBUTED)])
def test_taking_a_branch_of_the_fork_is_the_choice_of_delivery(world: World, to: Milestone, mode: str) -> None:
    stand_at(world.labels, THIRD, "batch")
    both_go_ahead(world.labels, world)
    workstream = actions.advance(workstream=world.labels, to=to, actor=world.delivery)

    workstream.refresh_from_db()
    assert (workstream.milestone, workstream.delivery_mode) == (to, mode)


@pytest.mark.parametrize("subscription_type", ["agile", "lean"])
def test_only_batch_has_a_choice_of_delivery(world: World, subscription_type: str) -> None:
    stand_at(world.labels, FIRST, subscription_type)
    with pytest.raises(NotTheNextMilestone, match="Only BATCH"):
        actions.choose_delivery(workstream=world.labels, mode=DeliveryMode.IN_HOUSE, actor=world.isr)


def test_the_delivery_is_chosen_before_the_fork_only(world: World) -> None:
    stand_at(world.labels, SECOND, "batch")
    actions.choose_delivery(workstream=world.labels, mode=DeliveryMode.IN_HOUSE, actor=world.isr)
    actions.choose_delivery(workstream=world.labels, mode=DeliveryMode.IN_HOUSE, actor=world.isr)
    assert Event.objects.filter(verb="milestone.delivery_chosen").count() == 1

    stand_at(world.labels, SQUAD, "batch")
    with pytest.raises(NotTheNextMilestone, match="already at Assembling DataSquad"):
        actions.choose_delivery(workstream=world.labels, mode=DeliveryMode.DISTRIBUTED, actor=world.isr)


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_advancing_at_once_make_one_change(world: World) -> None:
    stand_at(world.labels, FIRST)
    results = all_at_once(
        world.labels,
        lambda: actions.advance(workstream=world.labels, to=SECOND, actor=world.isr),
        lambda: actions.advance(workstream=world.labels, to=SECOND, actor=world.architect),
    )

    assert [getattr(result, "milestone", result) for result in results] == [SECOND, SECOND]
    assert MilestoneChange.objects.count() == 1
    assert Event.objects.filter(verb="milestone.advanced").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_branches_taken_at_once_leave_one(world: World) -> None:
    stand_at(world.labels, THIRD, "batch")
    both_go_ahead(world.labels, world)
    results = all_at_once(
        world.labels,
        lambda: actions.advance(workstream=world.labels, to=SQUAD, actor=world.isr),
        lambda: actions.advance(workstream=world.labels, to=PROTOTYPE, actor=world.architect),
    )

    assert [isinstance(result, NotTheNextMilestone) for result in results].count(True) == 1
    change = MilestoneChange.objects.get()
    world.labels.refresh_from_db()
    assert world.labels.milestone == change.after
    assert tracks.BY_DELIVERY_MODE[DeliveryMode(world.labels.delivery_mode)] == change.after
