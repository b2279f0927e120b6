"""What becomes of a stage that Salesforce told us: the newest one moves the milestone, the others are explained."""

from dataclasses import dataclass
from datetime import datetime

from activity.models import SystemActor
from activity.record import record
from integrations.inbox import settle
from integrations.models import InboundEvent, Provider
from integrations.salesforce import events
from integrations.salesforce.models import Opportunity
from integrations.salesforce.stages import step_of
from milestones.actions import follow_salesforce
from milestones.errors import ForkUndecided
from workstreams.actions import lock
from workstreams.models import WorkStream

State = InboundEvent.State


@dataclass(frozen=True)
class Heard:
    """One stage of one opportunity at one time, from an event or from what is already known."""

    stage: str
    is_closed: bool
    is_won: bool
    at: datetime

    @property
    def is_lost(self) -> bool:
        """Whether nothing will come of the opportunity."""
        return self.is_closed and not self.is_won

    @property
    def order(self) -> tuple[datetime, bool, int, str]:
        """What makes one newer than another, in whatever order they arrive.

        The stamp decides. It may be cut to the second, so two stages can carry the same one; then the one further
        along the track stands, a closed one without milestone last of all.
        """
        step = step_of(self.stage)
        return (self.at, step is None and self.is_closed, step or 0, self.stage)


def apply(event: InboundEvent) -> None:
    """Follow the stage if it is the newest, and settle the event with a sentence about it (R103, D1, A24-A28).

    Call in a transaction that holds the event and its opportunity (`inbox.lock_subject`).
    """
    heard = _heard(event)
    event.workstream = _tied_to(event.subject_id)
    opportunity = Opportunity.objects.filter(opportunity_id=event.subject_id).first()
    if opportunity and heard.order < _known(opportunity).order:
        if _still_stands(event, heard):
            _follow(event, heard, opportunity, is_news=True)
        else:
            _settle(event, State.IGNORED, _older_than(opportunity, heard))
        return
    is_news = opportunity is None or opportunity.stage != heard.stage or _was_handed_back(event)
    opportunity = _learn(event.subject_id, heard)
    _replace_waiting(event, heard)
    followed = _follow(event, heard, opportunity, is_news=is_news)
    Opportunity.objects.filter(pk=opportunity.pk).update(followed_stage=heard.stage if followed else "")


def gave_up(event: InboundEvent) -> None:
    """Record on the WorkStream that a stage could not be worked."""
    event.workstream = _tied_to(event.subject_id)
    _settle(event, State.FAILED, event.reason, asks="failed")


def newest_event(opportunity: Opportunity) -> InboundEvent | None:
    """The event that told what is known of an opportunity."""
    return (
        InboundEvent.objects.about(Provider.SALESFORCE, opportunity.opportunity_id)
        .filter(happened_at=opportunity.modified_at, payload__stageName=opportunity.stage)
        .first()
    )


def _was_handed_back(event: InboundEvent) -> bool:
    """Whether it was settled, or waited, before somebody's act made it due once more."""
    return event.settled_at is not None


def _still_stands(event: InboundEvent, heard: Heard) -> bool:
    """Whether a stage that waited is still the newest with a milestone: what has none replaces no milestone (A25)."""
    if not _was_handed_back(event) or step_of(heard.stage) is None:
        return False
    others = InboundEvent.objects.about(event.provider, event.subject_id).exclude(pk=event.pk)
    return not any(
        step_of(other.payload["stageName"]) and _heard(other).order > heard.order
        for other in others.filter(happened_at__gte=heard.at)
    )


def _follow(event: InboundEvent, heard: Heard, opportunity: Opportunity, *, is_news: bool) -> bool:
    """Settle the newest event; returns whether the milestone now follows its stage.

    People are asked about a stage when it is news, not each time the record is saved with the same one.
    """
    workstream = event.workstream
    step = step_of(heard.stage)
    if workstream is None:
        _settle(event, State.WAITING_FOR_TIE, "No WorkStream is tied to this opportunity yet.")
    elif not workstream.is_open:
        _settle(event, State.IGNORED, f"“{workstream.name}” is closed.", asks="closed" if is_news else "")
    elif step is None:
        _settle(event, State.IGNORED, _without_milestone(heard), asks="without_milestone" if is_news else "")
    elif opportunity.followed_stage == heard.stage:
        _settle(event, State.UNCHANGED, f"The stage is still “{heard.stage}”.")
        return True
    else:
        before = workstream.milestone
        try:
            workstream = follow_salesforce(workstream=workstream, step=step)
        except ForkUndecided:
            choose = "Choose in-house squad or distributed workers; then it is followed."
            _settle(event, State.NEEDS_DECISION, choose, asks="delivery" if is_news else "")
            return False
        if workstream.milestone == before:
            _settle(event, State.UNCHANGED, f"It already stood at {workstream.milestone_label}.")
        else:
            _settle(event, State.APPLIED, f"Moved to {workstream.milestone_label}.")
        return True
    return False


def _tied_to(opportunity_id: str) -> WorkStream | None:
    """The WorkStream of an opportunity, locked; before any event but the one being worked, so that nobody waits
    for us who holds it."""
    workstream = WorkStream.objects.filter(opportunity_id=opportunity_id).first()
    return lock(workstream, SystemActor.SALESFORCE) if workstream else None


def _heard(event: InboundEvent) -> Heard:
    return Heard(
        stage=event.payload["stageName"],
        is_closed=event.payload["isClosed"],
        is_won=event.payload["isWon"],
        at=event.happened_at or event.received_at,
    )


def _known(opportunity: Opportunity) -> Heard:
    return Heard(opportunity.stage, opportunity.is_closed, opportunity.is_won, opportunity.modified_at)


def _learn(opportunity_id: str, heard: Heard) -> Opportunity:
    opportunity, _ = Opportunity.objects.update_or_create(
        opportunity_id=opportunity_id,
        defaults={
            "stage": heard.stage,
            "is_closed": heard.is_closed,
            "is_won": heard.is_won,
            "modified_at": heard.at,
        },
    )
    return opportunity


def _replace_waiting(event: InboundEvent, heard: Heard) -> None:
    """What waited for a tie or a decision waits no longer: only the newest stage is followed (A26).

    A stage without milestone answers no question about one, unless the opportunity is lost with it.
    """
    replaced = [State.WAITING_FOR_TIE]
    if step_of(heard.stage) or heard.is_lost:
        replaced.append(State.NEEDS_DECISION)
    waiting = InboundEvent.objects.about(event.provider, event.subject_id).filter(state__in=replaced)
    for older in waiting.exclude(pk=event.pk):
        settle(older, State.IGNORED, f"A newer stage came: “{event.payload['stageName']}”.")


def _settle(event: InboundEvent, state: State, reason: str, *, asks: str = "") -> None:
    """Settle an event and record it on its WorkStream; `asks` names what a person is now asked to look at."""
    settle(event, state, reason)
    if event.workstream:
        record(
            events.STAGE_HEARD,
            actor=SystemActor.SALESFORCE,
            workstream=event.workstream,
            data={
                "opportunity_id": event.subject_id,
                "stage": event.payload["stageName"],
                "state": str(state),
                "outcome": State(state).label.lower(),
                "reason": event.reason,
                "asks": asks,
            },
        )


def _older_than(opportunity: Opportunity, heard: Heard) -> str:
    when = f"{opportunity.modified_at:%d %b %Y, %H:%M:%S} UTC"
    if heard.at == opportunity.modified_at:
        return f"It has the same time as “{opportunity.stage}” ({when}), which is further along."
    return f"Older than “{opportunity.stage}” of {when}, which is known already."


def _without_milestone(heard: Heard) -> str:
    if heard.is_lost:
        return f"“{heard.stage}” has no milestone. Close the WorkStream if the opportunity was lost."
    return f"No milestone belongs to the stage “{heard.stage}”."
