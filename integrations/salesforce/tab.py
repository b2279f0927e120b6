"""What the Salesforce tab of the administration screen shows: the tie, both sides of it, and all that was told."""

from dataclasses import dataclass
from typing import Self

from django.conf import settings

from accounts.capabilities import Can
from accounts.models import User
from activity.models import Event
from integrations.models import InboundEvent
from integrations.salesforce import events, stages, work
from integrations.salesforce.asking import Found, NotVerified, look_up
from integrations.salesforce.client import Reading
from integrations.salesforce.ids import Parsed
from integrations.salesforce.models import Opportunity
from milestones import tracks
from milestones.models import MilestoneChange
from workstreams.choices import Milestone
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of

MOST_EVENTS = 50
State = InboundEvent.State
TONES = {
    State.APPLIED: "success",
    State.NEEDS_DECISION: "warning",
    State.WAITING_FOR_TIE: "warning",
    State.FAILED: "danger",
    State.RECEIVED: "info",
}


# How the portal came to know of a stage.
SOURCES = {
    "flow": "Told by its Flow",
    "outbound": "Told by an Outbound Message",
    "poll": "Found by looking",
    "tie": "Read at the tie",
    "reopened": "Read on reopening",
}


@dataclass(frozen=True)
class Told:
    """One stage that Salesforce reported, and what became of it."""

    event: InboundEvent
    is_newest: bool

    @property
    def stage(self) -> str:
        """Its name there; empty while it is not known."""
        return str(self.event.payload["stageName"])

    @property
    def source(self) -> str:
        """How the portal came to know."""
        return SOURCES.get(self.event.payload.get("source", "flow"), "")

    @property
    def tone(self) -> str:
        """How the outcome's chip looks."""
        return TONES.get(State(self.event.state), "")


@dataclass(frozen=True)
class Understood:
    """What a pasted ID or link names, before anything is saved."""

    parsed: Parsed
    opportunity: Opportunity | None
    taken_by: WorkStream | None
    looked: Found | NotVerified
    milestone: str

    @property
    def reading(self) -> Reading | None:
        """The opportunity as Salesforce has it now; None when it could not be asked or has none."""
        return self.looked.reading if isinstance(self.looked, Found) else None

    @property
    def is_verified(self) -> bool:
        """Whether Salesforce answered, be it that there is none."""
        return isinstance(self.looked, Found)

    @property
    def not_verified_because(self) -> str:
        """Why Salesforce was not asked, as the end of a sentence; empty when it was."""
        return self.looked.reason if isinstance(self.looked, NotVerified) else ""

    @property
    def exists(self) -> bool | None:
        """Whether it is there and not deleted; None when nobody knows."""
        return self.looked.is_there if isinstance(self.looked, Found) else None

    @property
    def stage(self) -> str:
        """The newest stage anybody knows; empty for none."""
        if self.reading:
            return self.reading.stage
        return self.opportunity.stage if self.opportunity else ""

    @classmethod
    def of(cls, parsed: Parsed, workstream: WorkStream, user: User) -> Self:
        """Look it up among what is known here, and shortly in Salesforce (A36)."""
        opportunity = Opportunity.objects.visible_to(user).filter(opportunity_id=parsed.opportunity_id).first()
        others = WorkStream.objects.visible_to(user).exclude(pk=workstream.pk)
        looked = look_up(parsed.opportunity_id)
        reading = looked.reading if isinstance(looked, Found) else None
        stage = reading.stage if reading else (opportunity.stage if opportunity else "")
        return cls(
            parsed=parsed,
            opportunity=opportunity,
            taken_by=others.filter(opportunity_id=parsed.opportunity_id).first(),
            looked=looked,
            milestone=stages.milestone_of(workstream, stage),
        )


@dataclass(frozen=True)
class Tab:
    """Everything the tab prints, in as many queries for one event as for fifty."""

    needs_opportunity: bool
    opportunity: Opportunity | None
    record_url: str
    milestone: str
    drifts: bool
    suggests_closing: bool
    last_change: MilestoneChange | None
    tied: Event | None
    told: list[Told]
    delivery_modes: list[tuple[str, str, str]]
    may_choose_delivery: bool
    may_try_again: bool

    @property
    def last_word(self) -> str:
        """Whether Salesforce's stage or the portal's milestone changed last; empty where nobody can say (A28)."""
        if self.opportunity is None or not self.opportunity.stage or self.last_change is None:
            return ""
        there = self.opportunity.stage_since or self.opportunity.modified_at
        return "portal" if self.last_change.at > there else "salesforce"

    @property
    def is_waiting(self) -> bool:
        """Whether a worker is about to settle something."""
        return any(told.event.state == State.RECEIVED for told in self.told)

    @property
    def needs_decision(self) -> bool:
        """Whether a stage waits for the choice of delivery (A24)."""
        return bool(self.undecided_stage)

    @property
    def undecided_stage(self) -> str:
        """The stage that waits for it; another one without milestone may have come since."""
        return next((told.stage for told in self.told if told.event.state == State.NEEDS_DECISION), "")

    @property
    def has_failed(self) -> bool:
        """Whether something could not be worked."""
        return any(told.event.state == State.FAILED for told in self.told)

    @classmethod
    def of(cls, workstream: WorkStream, user: User) -> Self:
        """The tab of this WorkStream for this person."""
        tied_id = workstream.opportunity_id
        opportunity = Opportunity.objects.visible_to(user).filter(opportunity_id=tied_id).first() if tied_id else None
        step = stages.step_of(opportunity.stage) if opportunity else None
        may = capabilities_of(user, workstream)
        told = InboundEvent.objects.visible_to(user).shown_at(workstream)[:MOST_EVENTS]
        newest = work.newest_event(opportunity) if opportunity else None
        return cls(
            needs_opportunity=workstream.milestone == Milestone.GATHERING_REQUIREMENTS and tied_id is None,
            opportunity=opportunity,
            record_url=record_url(tied_id) if tied_id else "",
            milestone=stages.milestone_of(workstream, opportunity.stage) if opportunity else "",
            drifts=stages.drifts(workstream, opportunity.stage) if opportunity else False,
            suggests_closing=bool(
                opportunity and opportunity.is_closed and not opportunity.is_won and step is None and workstream.is_open
            ),
            last_change=MilestoneChange.objects.filter(workstream=workstream).select_related("actor").first(),
            tied=Event.objects.filter(workstream=workstream, verb=events.TIED).select_related("actor").first()
            if tied_id
            else None,
            told=[Told(event, is_newest=event == newest) for event in told],
            delivery_modes=[
                (str(mode), mode.label, milestone.label) for mode, milestone in tracks.BY_DELIVERY_MODE.items()
            ],
            may_choose_delivery=Can.ADVANCE_MILESTONE in may,
            may_try_again=Can.MANAGE_PORTAL in may,
        )


def record_url(opportunity_id: str) -> str:
    """The opportunity in our own Salesforce; empty where its address is not configured."""
    base = settings.SALESFORCE_BASE_URL
    return f"{base}/lightning/r/Opportunity/{opportunity_id}/view" if base else ""
