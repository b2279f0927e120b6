"""The tracks as data, and the promise that nobody skips a step by hand."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from milestones import actions, tracks
from milestones.errors import NotTheNextMilestone
from milestones.models import MilestoneChange
from tests.factories import ColleagueFactory, WorkStreamFactory
from workstreams.choices import DeliveryMode, Milestone, SubscriptionType

FIRST_THREE = [Milestone.GATHERING_REQUIREMENTS, Milestone.PREPARING_PROPOSAL, Milestone.REVIEWING_AGREEMENT]


@pytest.mark.parametrize(
    ("subscription_type", "fourth"),
    [
        (SubscriptionType.AGILE, {Milestone.ASSEMBLING_DATASQUAD}),
        (SubscriptionType.BATCH, {Milestone.ASSEMBLING_DATASQUAD, Milestone.RAPID_PROTOTYPING}),
        (SubscriptionType.LEAN, {Milestone.RAPID_PROTOTYPING}),
    ],
)
def test_each_type_has_five_steps_and_its_own_fourth(subscription_type: str, fourth: set[Milestone]) -> None:
    track = tracks.track_of(subscription_type)

    assert [set(step) for step in track] == [*({m} for m in FIRST_THREE), fourth, {Milestone.PROCESSING_DATA}]


def test_nothing_follows_processing_data() -> None:
    assert [tracks.next_steps(kind, Milestone.PROCESSING_DATA) for kind in SubscriptionType] == [(), (), ()]


@pytest.mark.parametrize("subscription_type", SubscriptionType)
def test_before_the_first_milestone_only_the_first_is_next(subscription_type: str) -> None:
    assert tracks.next_steps(subscription_type, None) == (Milestone.GATHERING_REQUIREMENTS,)


def test_an_undecided_fork_is_never_guessed() -> None:
    assert tracks.at(SubscriptionType.BATCH, 4) is None
    assert tracks.at(SubscriptionType.BATCH, 4, DeliveryMode.IN_HOUSE) == Milestone.ASSEMBLING_DATASQUAD
    assert tracks.at(SubscriptionType.BATCH, 4, DeliveryMode.DISTRIBUTED) == Milestone.RAPID_PROTOTYPING


def test_a_milestone_of_another_type_has_no_position() -> None:
    with pytest.raises(ValueError, match="not on the lean track"):
        tracks.position(SubscriptionType.LEAN, Milestone.ASSEMBLING_DATASQUAD)


def test_a_milestone_has_the_same_number_on_every_track() -> None:
    for kind in SubscriptionType:
        for number, step in enumerate(tracks.track_of(kind), start=1):
            assert {tracks.number_of(milestone) for milestone in step} == {number}


@pytest.mark.parametrize("milestone", [None, *Milestone])
@pytest.mark.parametrize("subscription_type", SubscriptionType)
def test_every_milestone_is_explained(subscription_type: str, milestone: Milestone | None) -> None:
    explanation = tracks.explanation(milestone, subscription_type)

    assert all([explanation.what, explanation.needs, explanation.who, explanation.usual_time])


class NobodySkipsAStep(TestCase):
    """Whatever a colleague tries in whatever order, the history goes forward one step at a time (R48)."""

    @settings(max_examples=40, deadline=None)
    @given(
        subscription_type=st.sampled_from(SubscriptionType),
        attempts=st.lists(st.tuples(st.sampled_from(Milestone), st.booleans()), min_size=1, max_size=12),
    )
    def test_forward_means_one_step(self, subscription_type: str, attempts: list[tuple[Milestone, bool]]) -> None:
        """Advance or go back to anything; refusals change nothing, and what was done is a walk along the track."""
        isr = ColleagueFactory.create()
        workstream = WorkStreamFactory.create(subscription_type=subscription_type)
        for to, forward in attempts:
            try:
                if forward:
                    actions.advance(workstream=workstream, to=to, actor=isr, override_reason="agreed by phone")
                else:
                    actions.go_back(workstream=workstream, to=to, actor=isr, reason="the scope changed")
            except NotTheNextMilestone:
                pass

        workstream.refresh_from_db()
        walked = [None, *MilestoneChange.objects.order_by("pk").values_list("after", flat=True)]
        positions = [tracks.position(subscription_type, milestone) for milestone in walked]
        assert all(after <= before + 1 for before, after in pairwise(positions))
        assert walked[-1] == workstream.milestone
