"""Every change to a WorkStream and its people. Pages, API, admin, commands and tasks call these."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from accounts.capabilities import Can
from accounts.models import Organization, User
from activity.models import SystemActor
from activity.record import record
from workstreams import events
from workstreams.choices import CloseReason, EntryPoint, Side, Status, SubscriptionType
from workstreams.errors import ChangedMeanwhile, NotATeamMember, ReasonMissing
from workstreams.models import Invitation, Membership, WorkStream
from workstreams.tenancy import require


def lock(workstream: WorkStream, actor: User | SystemActor) -> WorkStream:
    """Re-read one WorkStream under a row lock, if the actor may know it exists.

    The lock leaves the key alone: a message or event that points at the row is stored without waiting. Otherwise
    somebody holding a chat's counter would wait here at their commit, while we wait for that counter.

    Raises: WorkStream.DoesNotExist for a foreign one. Call inside a transaction.
    """
    rows = WorkStream.objects.all() if isinstance(actor, SystemActor) else WorkStream.objects.visible_to(actor)
    return rows.select_for_update(of=("self",), no_key=True).get(pk=workstream.pk)


@transaction.atomic
def start(
    *,
    actor: User,
    organization: Organization,
    name: str,
    description: str = "",
    intended_start: date | None = None,
    subscription_type: SubscriptionType = SubscriptionType.AGILE,
    self_selected: bool = False,
    entry_point: EntryPoint = EntryPoint.APP_DIRECT,
    public_id: UUID | None = None,
) -> WorkStream:
    """Start a WorkStream. A client becomes its owner (R39, R72); one made by staff waits for one (R74).

    `public_id` may be chosen by the caller's form, so that sending it twice starts one WorkStream.

    Raises: NotAllowed.
    """
    require(actor, Can.START_WORKSTREAM)
    workstream = WorkStream.objects.create(
        public_id=public_id or uuid4(),
        name=name,
        description=description,
        organization=organization,
        owner=None if actor.is_team else actor,
        created_by=actor,
        intended_start=intended_start,
        subscription_type=subscription_type,
        self_selected=self_selected and not actor.is_team,
        entry_point=EntryPoint.STAFF if actor.is_team else entry_point,
    )
    Membership.objects.create(
        workstream=workstream,
        user=actor,
        side=Side.TEAM if actor.is_team else Side.CLIENT,
        origin=Membership.Origin.STARTED,
    )
    record(
        events.STARTED,
        actor=actor,
        workstream=workstream,
        data={"subscription_type": str(subscription_type), "entry_point": workstream.entry_point},
    )
    return workstream


@dataclass(frozen=True)
class GeneralFields:
    """What the General section of the administration screen edits (R28, R29)."""

    name: str
    description: str
    starts_on: date | None
    organization: Organization

    names: tuple[str, ...] = field(default=("name", "description", "starts_on", "organization"), repr=False)


FIELD_WORDS = {
    "name": "the name",
    "description": "the description",
    "starts_on": "WorkStream Starting",
    "organization": "the client organisation",
}


@transaction.atomic
def edit_general(
    *, workstream: WorkStream, actor: User, fields: GeneralFields, seen_version: int | None = None
) -> WorkStream:
    """Save the General section (R28, R29). The intended start stays what the customer gave (R30).

    `seen_version` is the version the person's form was made from; None saves regardless.

    Raises: NotAllowed; ChangedMeanwhile when somebody saved since.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.ADMINISTER, workstream)

    changed = {n: getattr(fields, n) for n in fields.names if getattr(workstream, n) != getattr(fields, n)}
    if not changed:
        return workstream
    if seen_version is not None and seen_version != workstream.version:
        raise ChangedMeanwhile(
            f"“{workstream.name}” was saved by somebody else while you were editing. "
            "Your entries are still here: compare them with what is stored now, then save again."
        )
    for name, value in changed.items():
        setattr(workstream, name, value)
    workstream.version += 1
    workstream.save(update_fields=[*changed, "version"])
    words = [FIELD_WORDS[name] for name in sorted(changed)]
    record(events.EDITED, actor=actor, workstream=workstream, data={"fields": sorted(changed), "words": words})
    return workstream


@transaction.atomic
def close(*, workstream: WorkStream, actor: User, reason: CloseReason, note: str = "", bulk: str = "") -> WorkStream:
    """Close a WorkStream with a reason (R25, R27, A9). Closing a closed one changes nothing.

    `bulk` is the public id of the bulk change this is part of; the event carries it.

    Raises: NotAllowed, ReasonMissing.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.ADMINISTER, workstream)
    if not workstream.is_open:
        return workstream
    if reason not in CloseReason:
        raise ReasonMissing("Choose why this WorkStream is closed.")
    if reason == CloseReason.COMPLETED and workstream.subscription_type != SubscriptionType.BATCH:
        raise ReasonMissing("Only a BATCH job can be completed. Choose another reason.")
    workstream.status = Status.CLOSED
    workstream.close_reason = reason
    workstream.close_note = note
    workstream.closed_at = timezone.now()
    workstream.save(update_fields=["status", "close_reason", "close_note", "closed_at"])
    data = {"reason": CloseReason(reason).label, **_part_of(bulk)}
    record(events.CLOSED, actor=actor, workstream=workstream, data=data)
    return workstream


@transaction.atomic
def reopen(*, workstream: WorkStream, actor: User, bulk: str = "") -> WorkStream:
    """Open a closed WorkStream again, where it stood (R27, A9). `bulk` as in `close`.

    Raises: NotAllowed.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.ADMINISTER, workstream)
    if workstream.is_open:
        return workstream
    workstream.status = Status.OPEN
    workstream.close_reason = ""
    workstream.close_note = ""
    workstream.closed_at = None
    workstream.save(update_fields=["status", "close_reason", "close_note", "closed_at"])
    record(events.REOPENED, actor=actor, workstream=workstream, data=_part_of(bulk))
    return workstream


@transaction.atomic
def set_lead(*, workstream: WorkStream, actor: User, lead: User, seen: str | None = None, bulk: str = "") -> WorkStream:
    """Make a colleague WorkStream Lead; they become a member if they were none (R85, R87, A38).

    `seen` is the public id of the lead the person saw when choosing, empty for none; if somebody else was chosen
    since, nothing happens. `bulk` is the public id of the bulk change this is part of: its people are told once, of
    all of it, and not of each WorkStream.

    Raises: NotAllowed; NotATeamMember for clients, Agile Workers and people who left; ChangedMeanwhile.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.SET_LEAD, workstream)
    if workstream.lead_id == lead.pk:
        return workstream
    if seen is not None and seen != (str(workstream.lead.public_id) if workstream.lead else ""):
        raise ChangedMeanwhile(
            f"{workstream.lead or 'Nobody'} is WorkStream Lead meanwhile, so nothing was changed. Choose again."
        )
    if not (lead.is_internal and lead.is_active):
        raise NotATeamMember(f"{lead.display_name} cannot be WorkStream Lead: choose an active team member.")
    _become_lead(workstream, lead, actor=actor, origin=Membership.Origin.LEAD, bulk=bulk)
    return workstream


@transaction.atomic
def leave_without_lead(*, workstream: WorkStream, actor: User, bulk: str) -> WorkStream:
    """Take the WorkStream Lead away, where a bulk change is undone that gave one to a WorkStream without.

    Raises: NotAllowed.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.SET_LEAD, workstream)
    if workstream.lead is None:
        return workstream
    lead, workstream.lead = workstream.lead, None
    workstream.save(update_fields=["lead"])
    data = {"user_id": lead.pk, "name": lead.display_name, **_part_of(bulk)}
    record(events.LEAD_TAKEN_BACK, actor=actor, workstream=workstream, data=data)
    return workstream


@transaction.atomic
def take_off(*, workstream: WorkStream, actor: User, user: User, bulk: str) -> None:
    """Take a colleague off a WorkStream who became a member by a bulk change that is undone.

    Whoever is on it for another reason, leads it, or has done anything there since stays.

    Raises: NotAllowed.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.SET_LEAD, workstream)
    membership = Membership.objects.filter(workstream=workstream, user=user, origin=Membership.Origin.LEAD).first()
    if membership is None or workstream.lead_id == user.pk:
        return
    if (
        workstream.events.filter(actor=user, at__gte=membership.joined_at)
        .exclude(data__contains={"bulk": bulk})
        .exists()
    ):
        return
    membership.delete()
    data = {"user_id": user.pk, "name": user.display_name, **_part_of(bulk)}
    record(events.MEMBER_TAKEN_OFF, actor=actor, workstream=workstream, data=data)


def join_by_responding(*, workstream: WorkStream, responder: User) -> bool:
    """A colleague answered in the chat: they become a member, and the lead if there is none (R64, R65, A15).

    The row lock makes two first answers take turns, so exactly one becomes lead. Returns whether they became lead. Call
    inside the transaction that stores the answer.
    """
    if not responder.is_internal:
        return False
    # Most answers come from members of a led WorkStream; those take no lock.
    if Membership.objects.filter(workstream=workstream, user=responder, workstream__lead__isnull=False).exists():
        return False
    workstream = lock(workstream, responder)
    if workstream.lead_id is None:
        _become_lead(workstream, responder, actor=responder, origin=Membership.Origin.RESPONDED)
        return True
    add_member(workstream=workstream, user=responder, actor=responder, origin=Membership.Origin.RESPONDED)
    return False


def add_member(
    *,
    workstream: WorkStream,
    user: User,
    actor: User | SystemActor,
    origin: Membership.Origin,
    becomes_lead: bool = False,
    about_to_own: bool = False,
) -> Membership:
    """Put a person on a WorkStream, once. The first client person of a staff-made WorkStream owns it (R74).

    For other actions; whoever calls has checked that the actor may. `becomes_lead` says that the next event will tell
    so, and that this one need not be told on its own. While somebody is invited to own it nobody else comes to, and
    `about_to_own` says that this is who was (A16).
    """
    side = Side.TEAM if user.is_team else Side.CLIENT
    with transaction.atomic():
        membership, is_new = Membership.objects.get_or_create(
            workstream=workstream, user=user, defaults={"side": side, "origin": origin}
        )
        if is_new:
            if side == Side.CLIENT and workstream.owner_id is None and (about_to_own or not _awaits_owner(workstream)):
                workstream.owner = user
                workstream.save(update_fields=["owner"])
            record(
                events.MEMBER_ADDED,
                actor=actor,
                workstream=workstream,
                data={
                    "user_id": user.pk,
                    "name": user.display_name,
                    "origin": str(origin),
                    "becomes_lead": becomes_lead,
                },
            )
    return membership


def _awaits_owner(workstream: WorkStream) -> bool:
    return Invitation.objects.pending().filter(workstream=workstream, becomes_owner=True).exists()


def touch(workstream: WorkStream, *, now: Any = None) -> None:
    """Move the WorkStream up in lists that are ordered by activity, at most once a minute.

    Every move is a new entry in all indexes of the row. The time never goes back, so what was read of it before is
    enough to see that there is nothing to do.
    """
    now = now or timezone.now()
    a_minute_ago = now - timedelta(seconds=60)
    if workstream.last_activity_at >= a_minute_ago:
        return
    WorkStream.objects.filter(pk=workstream.pk, last_activity_at__lt=a_minute_ago).update(last_activity_at=now)


def _part_of(bulk: str) -> dict[str, str]:
    return {"bulk": bulk} if bulk else {}


def _become_lead(workstream: WorkStream, lead: User, *, actor: User, origin: Membership.Origin, bulk: str = "") -> None:
    add_member(workstream=workstream, user=lead, actor=actor, origin=origin, becomes_lead=True)
    before = workstream.lead
    workstream.lead = lead
    workstream.save(update_fields=["lead"])
    record(
        events.LEAD_SET,
        actor=actor,
        workstream=workstream,
        data={
            "user_id": lead.pk,
            "name": lead.display_name,
            "before_id": before.pk if before else None,
            "by_responding": origin == Membership.Origin.RESPONDED,
            **_part_of(bulk),
        },
    )
