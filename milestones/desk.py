"""What the Milestones tab of the administration screen shows: the step, the ways on from it, and how it came here."""

from dataclasses import dataclass
from typing import Self

from accounts.capabilities import CAPABILITIES, Can, Role, Standing
from accounts.models import User
from milestones import tracks
from milestones.actions import STEP_AFTER_AGREEMENT
from milestones.forms import GoBackForm
from milestones.history import Stay, stays
from milestones.models import GoAhead
from workstreams.choices import Milestone, Side
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of


@dataclass(frozen=True)
class Gate:
    """One side's go-ahead: recorded, or missing."""

    side: Side
    whose: str
    go_ahead: GoAhead | None


@dataclass(frozen=True)
class Desk:
    """Everything the tab prints, read in three queries whatever the length of the history."""

    number: int
    steps: int
    carried_by: str
    next_steps: tuple[Milestone, ...]
    may_move: bool
    who_may: str
    gates: list[Gate]
    is_under_review: bool
    may_choose_delivery: bool
    delivery_modes: list[tuple[str, str, Milestone]]
    needs_opportunity: bool
    go_back_form: GoBackForm | None
    history: list[Stay]

    @property
    def is_first(self) -> bool:
        """Whether the request still has to be verified (R46)."""
        return self.number == 0

    @property
    def missing(self) -> list[Gate]:
        """The sides whose go-ahead is not recorded."""
        return [gate for gate in self.gates if gate.go_ahead is None]

    @property
    def is_held_back(self) -> bool:
        """Whether the next step waits for a go-ahead (A13)."""
        return self.number == STEP_AFTER_AGREEMENT - 1 and bool(self.missing)

    @property
    def is_at_fork(self) -> bool:
        """Whether the next step is one of two (R54)."""
        return len(self.next_steps) > 1

    @classmethod
    def of(cls, workstream: WorkStream, user: User, *, go_back_form: GoBackForm | None = None) -> Self:
        """The tab of this WorkStream for this person; `go_back_form` is one that came back with what was typed."""
        kind, milestone = workstream.subscription_type, workstream.milestone
        number = tracks.position(kind, milestone)
        capability = Can.SET_FIRST_MILESTONE if milestone is None else Can.ADVANCE_MILESTONE
        may_move = workstream.is_open and capability in capabilities_of(user, workstream)
        earlier = tracks.earlier_steps(kind, milestone, workstream.delivery_mode)
        if may_move and earlier:
            go_back_form = go_back_form or GoBackForm()
            go_back_form.offer(earlier)
        else:
            go_back_form = None
        is_fork = len(tracks.track_of(kind)[STEP_AFTER_AGREEMENT - 1]) > 1
        return cls(
            number=number,
            steps=len(tracks.track_of(kind)),
            carried_by=tracks.explanation(milestone, kind).who,
            next_steps=tracks.next_steps(kind, milestone),
            may_move=may_move,
            who_may=holders(capability),
            gates=_gates(workstream),
            is_under_review=workstream.is_open and milestone == Milestone.REVIEWING_AGREEMENT,
            may_choose_delivery=may_move and is_fork and number < STEP_AFTER_AGREEMENT,
            delivery_modes=[(str(mode), mode.label, step) for mode, step in tracks.BY_DELIVERY_MODE.items() if is_fork],
            needs_opportunity=number > 0 and workstream.opportunity_id is None,
            go_back_form=go_back_form,
            history=stays(workstream),
        )


def holders(capability: Can) -> str:
    """Which roles hold a capability, in words, read off the table."""
    names = [
        Role(standing.value).label
        for standing, capabilities in CAPABILITIES.items()
        if capability in capabilities and standing.value in Role.values and standing != Standing.AGILE_WORKER
    ]
    return " or ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _gates(workstream: WorkStream) -> list[Gate]:
    given = {go_ahead.side: go_ahead for go_ahead in workstream.go_aheads.standing()}
    return [
        Gate(Side.CLIENT, workstream.organization.name, given.get(Side.CLIENT)),
        Gate(Side.TEAM, "", given.get(Side.TEAM)),
    ]
