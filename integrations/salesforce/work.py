"""What becomes of a stage that Salesforce told us: the newest one moves the milestone, the others are explained."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from activity.models import SystemActor
from activity.record import record
from integrations.connectors import is_on
from integrations.failures import NotNow, Refused, VendorFailure
from integrations.inbox import lock_subject, remember, settle
from integrations.models import InboundEvent, Provider
from integrations.querysets import InboundEventQuerySet
from integrations.salesforce import asking, events
from integrations.salesforce.asking import Found
from integrations.salesforce.ids import OPPORTUNITY_PREFIX
from integrations.salesforce.models import Opportunity
from integrations.salesforce.stages import step_of
from milestones.actions import follow_salesforce
from milestones.errors import ForkUndecided
from workstreams.actions import lock
from workstreams.models import WorkStream

logger = logging.getLogger(__name__)
State = InboundEvent.State
# However often somebody tells of one opportunity, it is read no more often than this.
SHORTEST_GAP = timedelta(seconds=5)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


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


def ask(event: InboundEvent) -> Found | None:
    """Read back what an event tells, where that is possible and is still news; None where it is not.

    What an Outbound Message tells is a hint and must be read. The Flow shows that it is ours, so what it tells is
    followed also while Salesforce cannot be asked. An opportunity that no WorkStream is tied to is read at the tie.

    Raises: VendorFailure, for a hint only.
    """
    is_hint = _is_hint(event)
    if not is_hint and (_was_handed_back(event) or "askedAt" in event.payload):
        return None
    if not event.subject_id:
        raise Refused("It names no opportunity, so there is nothing to follow.")
    if not is_on(Provider.SALESFORCE):
        if is_hint:
            raise Refused("It cannot be read back, because no connection to Salesforce is set up.")
        return None
    if not WorkStream.objects.filter(opportunity_id=event.subject_id).exists():
        return None
    opportunity = Opportunity.objects.filter(opportunity_id=event.subject_id).first()
    read_at = opportunity.read_at if opportunity else None
    if read_at and read_at > event.received_at:
        return None
    is_too_soon = read_at is not None and timezone.now() < read_at + SHORTEST_GAP
    try:
        if read_at and is_too_soon:
            raise NotNow("It was read a moment ago.", retry_at=read_at + SHORTEST_GAP)
        [found] = asking.ask([event.subject_id])
    except VendorFailure as failure:
        if is_hint:
            raise
        logger.info("%s is followed as it was told: %s", event, failure.reason)
        return None
    return found


def apply(event: InboundEvent, answer: Found | None = None) -> None:
    """Follow the stage if it is the newest, and settle the event with a sentence about it (R103, D1, A24-A28).

    Call in a transaction that holds the event and its opportunity (`inbox.lock_subject`). `answer` is what Salesforce
    said when it was asked about what the event tells.

    Raises: NotNow, for a hint that must be read and was not.
    """
    event.workstream = _tied_to(event.subject_id)
    opportunity = Opportunity.objects.filter(opportunity_id=event.subject_id).first()
    if answer:
        _write_down(event, answer)
    elif _is_hint(event):
        _settle_unread(event, opportunity)
        return
    found = Found.of_payload(event.subject_id, event.payload)
    if found and not found.is_there:
        _note_absence(event, found, opportunity)
        return
    heard = _heard(event)
    if opportunity and heard.order < _known(opportunity).order and not _is_the_truth(found, opportunity):
        if _still_stands(event, heard):
            _follow(event, heard, opportunity, is_news=True)
        else:
            _settle(event, State.IGNORED, _older_than(opportunity, heard))
        return
    is_news = opportunity is None or opportunity.stage != heard.stage or _was_handed_back(event)
    opportunity = _learn(event, heard, found)
    _replace_waiting(event, heard)
    followed = _follow(event, heard, opportunity, is_news=is_news)
    Opportunity.objects.filter(pk=opportunity.pk).update(followed_stage=heard.stage if followed else "")


def note(found: Found, opportunity_id: str, *, source: str) -> bool:
    """Take in what was read without anybody telling: an event where it is news, a fresh row where it is not.

    Returns whether it is news. Safe to call twice and late.
    """
    with transaction.atomic():
        lock_subject(Provider.SALESFORCE, opportunity_id)
        opportunity = Opportunity.objects.filter(opportunity_id=opportunity_id).first()
        if opportunity and not _is_news(found, opportunity):
            if opportunity.heard_at <= found.asked_at:
                _refresh(opportunity, found)
            return False
        since = opportunity.heard_at.isoformat() if opportunity else ""
        read = found.reading
        said = f"{read.modified_at.isoformat()} {read.stage} {read.is_deleted}" if read else "missing"
        payload = found.as_payload()
        if read is None:
            payload |= {"stageName": opportunity.stage if opportunity else "", "isClosed": False, "isWon": False}
        return remember(
            provider=Provider.SALESFORCE,
            dedupe_key=f"read {opportunity_id} {since} {said}"[:320],
            payload={"source": source, "opportunityId": opportunity_id, **payload},
            subject_id=opportunity_id,
            happened_at=read.modified_at if read else found.asked_at,
        )


def hint(opportunity_id: str, *, source: str, key: str) -> None:
    """Have a worker read an opportunity and follow its stage, as soon as Salesforce can be asked."""
    if not is_on(Provider.SALESFORCE) or not opportunity_id.startswith(OPPORTUNITY_PREFIX):
        return
    remember(
        provider=Provider.SALESFORCE,
        dedupe_key=f"{source} {key}",
        payload={
            "source": source,
            "isHint": True,
            "opportunityId": opportunity_id,
            "stageName": "",
            "isClosed": False,
            "isWon": False,
        },
        subject_id=opportunity_id,
        happened_at=timezone.now(),
    )


def gave_up(event: InboundEvent) -> None:
    """Record on the WorkStream that a stage could not be worked."""
    event.workstream = _tied_to(event.subject_id)
    _settle(event, State.FAILED, event.reason, asks="failed")


def newest_event(opportunity: Opportunity) -> InboundEvent | None:
    """The event that told what is known of an opportunity; the record may have been saved since with the same stage."""
    return (
        _told_of(opportunity.opportunity_id)
        .filter(payload__stageName=opportunity.stage, happened_at__lte=opportunity.modified_at)
        .exclude(payload__has_key="isMissing")
        .order_by("-happened_at", "-received_at")
        .first()
    )


def just_read(opportunity_id: str) -> InboundEvent | None:
    """What was read of an opportunity and is not followed yet; the latest."""
    waiting = _told_of(opportunity_id).filter(state=State.RECEIVED, payload__has_key="askedAt")
    return waiting.order_by("-payload__askedAt", "-pk").first()


def _told_of(opportunity_id: str) -> InboundEventQuerySet[InboundEvent]:
    """Everything known to have been so: hints that nobody has read back are not."""
    told = InboundEvent.objects.about(Provider.SALESFORCE, opportunity_id)
    return told.exclude(payload__has_key="isHint")


def _is_hint(event: InboundEvent) -> bool:
    """Whether it only says that something may have changed."""
    return bool(event.payload.get("isHint"))


def _write_down(event: InboundEvent, found: Found) -> None:
    """Let an event say what was read in place of what it told, which is kept beside it."""
    told = {name: event.payload.get(name) for name in ("stageName", "isClosed", "isWon", "systemModstamp")}
    event.payload = {**event.payload, "told": told, **found.as_payload()}
    event.payload.pop("isHint", None)
    event.happened_at = found.reading.modified_at if found.reading else found.asked_at
    event.save(update_fields=["payload", "happened_at"])


def _settle_unread(event: InboundEvent, opportunity: Opportunity | None) -> None:
    """A hint that there was no need to read back, or no way yet."""
    if event.workstream is None:
        _settle(event, State.WAITING_FOR_TIE, "No WorkStream is tied to this opportunity yet; it is read at the tie.")
    elif opportunity and opportunity.read_at and opportunity.read_at > event.received_at:
        _settle(event, State.UNCHANGED, "It was read after this came, together with what came before.")
    else:
        raise NotNow("A WorkStream was tied to it a moment ago.", retry_at=timezone.now())


def _note_absence(event: InboundEvent, found: Found, opportunity: Opportunity | None) -> None:
    """The opportunity is deleted or not to be seen: the milestone stays, and people are asked when it is news."""
    presence = Opportunity.Presence.DELETED if found.reading else Opportunity.Presence.HIDDEN
    if opportunity and opportunity.heard_at > found.asked_at:
        _settle(event, State.IGNORED, "Something newer was told meanwhile.")
        return
    is_news = opportunity is None or opportunity.presence != presence
    Opportunity.objects.update_or_create(
        opportunity_id=event.subject_id,
        defaults={"presence": presence, "read_at": found.asked_at, "heard_at": found.asked_at},
        create_defaults={
            "presence": presence,
            "read_at": found.asked_at,
            "heard_at": found.asked_at,
            # Anything that is told of it later is newer.
            "modified_at": LONG_AGO,
        },
    )
    reason = (
        "The opportunity was deleted in Salesforce. Untie it, or close the WorkStream."
        if found.reading
        else "Salesforce has no such opportunity, or does not show it to the portal. Check the ID, or untie it."
    )
    _settle(event, State.IGNORED, reason, asks="gone" if is_news else "")


def _is_the_truth(found: Found | None, opportunity: Opportunity) -> bool:
    """Whether it was read after all that is known was told; then no stamp makes it old."""
    return found is not None and opportunity.heard_at <= found.asked_at


def _is_news(found: Found, opportunity: Opportunity) -> bool:
    """Whether an answer differs from what is known, and is not older than that."""
    if opportunity.heard_at > found.asked_at:
        return False
    read = found.reading
    if read is None:
        return opportunity.presence != Opportunity.Presence.HIDDEN
    if read.is_deleted:
        return opportunity.presence != Opportunity.Presence.DELETED
    known = (opportunity.stage, opportunity.is_closed, opportunity.is_won)
    return opportunity.is_gone or (read.stage, read.is_closed, read.is_won) != known


def _refresh(opportunity: Opportunity, found: Found) -> None:
    """Keep what was read of an opportunity whose stage is known already."""
    changed: dict[str, Any] = {"read_at": found.asked_at}
    if read := found.reading:
        changed |= {"name": read.name, "stage_since": read.stage_since}
        if not read.is_deleted:
            changed |= {"presence": Opportunity.Presence.THERE, "modified_at": read.modified_at}
    Opportunity.objects.filter(pk=opportunity.pk).update(**changed)


def _was_handed_back(event: InboundEvent) -> bool:
    """Whether it was settled, or waited, before somebody's act made it due once more."""
    return event.settled_at is not None


def _still_stands(event: InboundEvent, heard: Heard) -> bool:
    """Whether a stage that waited is still the newest with a milestone: what has none replaces no milestone (A25)."""
    if not _was_handed_back(event) or step_of(heard.stage) is None:
        return False
    others = _told_of(event.subject_id).exclude(pk=event.pk)
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


def _learn(event: InboundEvent, heard: Heard, found: Found | None) -> Opportunity:
    told: dict[str, Any] = {
        "stage": heard.stage,
        "is_closed": heard.is_closed,
        "is_won": heard.is_won,
        "modified_at": heard.at,
        "heard_at": found.asked_at if found else event.received_at,
    }
    if found and found.reading:
        told |= {
            "name": found.reading.name,
            "stage_since": found.reading.stage_since,
            "presence": Opportunity.Presence.THERE,
            "read_at": found.asked_at,
        }
    opportunity, _ = Opportunity.objects.update_or_create(opportunity_id=event.subject_id, defaults=told)
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
