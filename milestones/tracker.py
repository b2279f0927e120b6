"""What the milestone tracker shows: the steps of the track, and where the WorkStream stands on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from milestones import tracks
from milestones.models import GoAhead, MilestoneChange
from milestones.tracks import Explanation
from workstreams.choices import Milestone, Side
from workstreams.models import WorkStream


class State(StrEnum):
    """How a step stands to where the WorkStream is now."""

    DONE = "done"
    SKIPPED = "skipped"
    CURRENT = "current"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True)
class Branch:
    """A milestone and its explanation."""

    milestone: Milestone
    explanation: Explanation

    @property
    def label(self) -> str:
        """The milestone in words."""
        return self.milestone.label


@dataclass(frozen=True)
class Step:
    """One step of the tracker. It has two branches while the BATCH fork is undecided (R54), else one.

    `reached_at` is when the WorkStream came to it last; unknown for steps that were jumped over or lie ahead.
    """

    number: int
    state: State
    branches: tuple[Branch, ...]
    reached_at: datetime | None

    @property
    def label(self) -> str:
        """The milestone in words; both while the fork is undecided."""
        return " or ".join(branch.label for branch in self.branches)


@dataclass(frozen=True)
class Decision:
    """Whether one side has given its go-ahead for the service agreement (R52)."""

    side: Side
    who: str
    given: GoAhead | None


def steps_of(workstream: WorkStream, changes: Iterable[MilestoneChange]) -> list[Step]:
    """The steps of the track of this WorkStream's type, with its history; `changes` in the order they happened."""
    kind = workstream.subscription_type
    here = tracks.position(kind, workstream.milestone)
    reached = _last_reached(changes)
    steps = []
    for number, milestones in enumerate(tracks.track_of(kind), start=1):
        entered = reached.get(number)
        state = _state(number, here)
        if state == State.DONE and number in reached and entered is None:
            state = State.SKIPPED
        steps.append(
            Step(
                number=number,
                state=state,
                branches=tuple(
                    Branch(milestone, tracks.explanation(milestone, kind))
                    for milestone in _branches(milestones, workstream)
                ),
                reached_at=entered if number <= here else None,
            )
        )
    return steps


def decisions_on(workstream: WorkStream, go_aheads: Iterable[GoAhead], *, provider: str) -> list[Decision]:
    """What both sides have decided, the client first; `go_aheads` are the standing ones."""
    given = {go_ahead.side: go_ahead for go_ahead in go_aheads}
    return [
        Decision(Side.CLIENT, workstream.organization.name, given.get(Side.CLIENT)),
        Decision(Side.TEAM, provider, given.get(Side.TEAM)),
    ]


def _branches(milestones: tracks.Step, workstream: WorkStream) -> tracks.Step:
    """One milestone where the fork is decided: by standing on a branch, or by the stored choice of delivery."""
    if len(milestones) == 1:
        return milestones
    if workstream.milestone in milestones:
        return (Milestone(workstream.milestone),)
    for mode, milestone in tracks.BY_DELIVERY_MODE.items():
        if workstream.delivery_mode == mode:
            return (milestone,)
    return milestones


def _state(number: int, here: int) -> State:
    if number < here:
        return State.DONE
    if number == here:
        return State.CURRENT
    return State.NEXT if number == here + 1 else State.LATER


def _last_reached(changes: Iterable[MilestoneChange]) -> dict[int, datetime | None]:
    """When each step was entered last, by its number; None for one that was last jumped over."""
    reached: dict[int, datetime | None] = {}
    for change in changes:
        for skipped in change.skipped:
            reached[tracks.number_of(skipped)] = None
        if change.after:
            reached[tracks.number_of(change.after)] = change.at
    return reached
