"""Tying a WorkStream to its opportunity, and untying it."""

import logging
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.capabilities import Can
from accounts.models import User
from activity.record import nudge, record
from integrations.inbox import lock_subject
from integrations.models import InboundEvent, Provider
from integrations.salesforce import events, work
from integrations.salesforce.asking import Found, look_up
from integrations.salesforce.errors import AlreadyTied, NoSuchOpportunity, OpportunityTaken
from integrations.salesforce.ids import Parsed, parse
from integrations.salesforce.models import Opportunity
from integrations.tasks import work_waiting_inbound
from workstreams.actions import lock
from workstreams.errors import ChangedMeanwhile
from workstreams.models import WorkStream
from workstreams.tenancy import require

logger = logging.getLogger(__name__)


def understand(pasted: str) -> Parsed:
    """What a pasted ID or link names, by the rules of this installation.

    Raises: NotAnOpportunity.
    """
    own_host = urlsplit(settings.SALESFORCE_BASE_URL).netloc
    return parse(pasted, own_label=own_host.partition(".")[0])


def tie_opportunity(*, workstream: WorkStream, pasted: str | Parsed, actor: User) -> WorkStream:
    """Tie a WorkStream to the opportunity a colleague names (R23, R100, A36).

    Salesforce is asked first, shortly; the stage it has is followed at once. While it is away the tie stands without,
    what was told before is followed (A26), and a worker reads the stage as soon as it can. The same tie once more
    changes nothing. Of two WorkStreams tied to one opportunity at once, the second is refused. Call with no transaction
    open.

    Raises: NotAnOpportunity, NotAllowed, NoSuchOpportunity, AlreadyTied, OpportunityTaken.
    """
    parsed = understand(pasted) if isinstance(pasted, str) else pasted
    workstream = WorkStream.objects.visible_to(actor).get(pk=workstream.pk)
    require(actor, Can.TIE_OPPORTUNITY, workstream)
    looked = look_up(parsed.opportunity_id) if workstream.opportunity_id is None else None
    if isinstance(looked, Found) and not looked.is_there:
        raise NoSuchOpportunity(
            f"{parsed.opportunity_id} was deleted in Salesforce. Restore it there first, or paste another one."
            if looked.reading
            else f"Salesforce has no opportunity {parsed.opportunity_id}, or does not show it to the portal. "
            "Copy the ID again, or ask a Salesforce administrator whether the portal may see it."
        )
    return _tie(workstream, parsed, actor, looked if isinstance(looked, Found) else None)


@transaction.atomic
def _tie(workstream: WorkStream, parsed: Parsed, actor: User, found: Found | None) -> WorkStream:
    lock_subject(Provider.SALESFORCE, parsed.opportunity_id)
    workstream = lock(workstream, actor)
    require(actor, Can.TIE_OPPORTUNITY, workstream)

    if workstream.opportunity_id == parsed.opportunity_id:
        return workstream
    if workstream.opportunity_id:
        raise AlreadyTied(
            f"“{workstream.name}” is tied to {workstream.opportunity_id}. Untie it first, then tie the other one."
        )
    other = WorkStream.objects.filter(opportunity_id=parsed.opportunity_id).first()
    if other:
        raise OpportunityTaken(
            f"{parsed.opportunity_id} is already tied to “{other.name}”. If it belongs here, untie it there first."
        )
    workstream.opportunity_id = parsed.opportunity_id
    workstream.save(update_fields=["opportunity_id"])
    tied = record(events.TIED, actor=actor, workstream=workstream, data={"opportunity_id": parsed.opportunity_id})
    if found is None:
        work.hint(parsed.opportunity_id, source="tie", key=str(tied.pk))
    else:
        work.note(found, parsed.opportunity_id, source="tie")
    _follow_what_is_known(parsed.opportunity_id)
    workstream.refresh_from_db()
    return workstream


@transaction.atomic
def untie_opportunity(*, workstream: WorkStream, actor: User, seen: str | None = None) -> WorkStream:
    """Untie a WorkStream from its opportunity. Milestone and history stay; a later tie follows the stage anew.

    `seen` is the ID the person saw when deciding. Untying an untied one changes nothing.

    Raises: NotAllowed, ChangedMeanwhile.
    """
    opportunity_id = WorkStream.objects.visible_to(actor).values_list("opportunity_id", flat=True).get(pk=workstream.pk)
    if opportunity_id:
        lock_subject(Provider.SALESFORCE, opportunity_id)
    workstream = lock(workstream, actor)
    require(actor, Can.TIE_OPPORTUNITY, workstream)

    if workstream.opportunity_id is None:
        return workstream
    if workstream.opportunity_id != opportunity_id or (seen and seen != opportunity_id):
        raise ChangedMeanwhile(
            f"“{workstream.name}” is tied to {workstream.opportunity_id} meanwhile. Look again before untying it."
        )
    workstream.opportunity_id = None
    workstream.save(update_fields=["opportunity_id"])
    InboundEvent.objects.about(Provider.SALESFORCE, opportunity_id).filter(
        state=InboundEvent.State.NEEDS_DECISION
    ).update(
        state=InboundEvent.State.WAITING_FOR_TIE,
        workstream=None,
        reason="It waited for a decision when the WorkStream was untied.",
    )
    Opportunity.objects.filter(opportunity_id=opportunity_id).update(followed_stage="")
    record(events.UNTIED, actor=actor, workstream=workstream, data={"opportunity_id": opportunity_id})
    return workstream


@transaction.atomic
def try_failed_again(*, workstream: WorkStream, actor: User) -> int:
    """Hand the stages that could not be worked back to the workers; returns how many.

    Raises: NotAllowed.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.MANAGE_PORTAL, workstream)
    failed = InboundEvent.objects.shown_at(workstream).filter(state=InboundEvent.State.FAILED)
    count = failed.update(state=InboundEvent.State.RECEIVED, attempts=0, due_at=timezone.now())
    if count:
        record(events.TRIED_AGAIN, actor=actor, workstream=workstream, data={"count": count})
        nudge(work_waiting_inbound)
    return count


def _follow_what_is_known(opportunity_id: str) -> None:
    """Follow what was read for the tie; else the newest stage told before it, also one that a wrong tie followed."""
    opportunity = Opportunity.objects.filter(opportunity_id=opportunity_id).first()
    newest = work.just_read(opportunity_id) or (work.newest_event(opportunity) if opportunity else None)
    if newest is None:
        return
    newest.state = InboundEvent.State.RECEIVED
    newest.workstream = None
    newest.attempts = 0
    newest.due_at = timezone.now()
    newest.save(update_fields=["state", "workstream", "attempts", "due_at"])
    try:
        with transaction.atomic():
            work.apply(newest)
    except Exception:
        # The tie stands by itself; whatever ails the stage, the worker tries again and shows it.
        logger.exception("%s could not be followed at the tie.", newest)
        nudge(work_waiting_inbound)
