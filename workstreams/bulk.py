"""Changing several WorkStreams at once: planned, confirmed, done row by row by the single actions, and undone.

A plan is a row with an item per WorkStream, made before anything is confirmed: what the confirmation lists is what
happens, and sending the confirmation twice finds it started. Each item is its own short transaction, so nobody waits
for a thousand rows, and whoever goes on after a crash goes on where it stopped. What does not get done within a
moment in the request goes on in a worker (`docs/architecture.md`, "Many at once").
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.capabilities import Can
from accounts.errors import DomainError, NotAllowed
from accounts.models import User
from activity.claims import claim_first
from activity.record import nudge, record
from workstreams import actions, events, grid
from workstreams.choices import CloseReason, SubscriptionType
from workstreams.errors import (
    NotATeamMember,
    NotConfirmable,
    NothingChosen,
    ReasonMissing,
    TooLateToUndo,
    TooMany,
)
from workstreams.grid import GridQuery
from workstreams.models import Membership, WorkStream
from workstreams.runs import BulkChange, BulkItem
from workstreams.tenancy import require

Kind, State, ItemState = BulkChange.Kind, BulkChange.State, BulkItem.State

MOST = grid.COUNT_CAP
# Seconds: as long as somebody waits for a page without wondering; then a worker goes on, a spell at a time.
IN_THE_REQUEST = 2.0
SPELL = 20.0
LEASE = timedelta(seconds=60)
# How long one row may be held by somebody else before it is left out.
LOCK_WAIT = "2s"
FORGET_PLANS_AFTER = timedelta(days=1)

CAPABILITIES = {Kind.LEAD: Can.SET_LEAD, Kind.CLOSE: Can.ADMINISTER}


@dataclass(frozen=True)
class Preview:
    """What a plan would do: which items change, which are so already, and which cannot, with the reason."""

    changes: Sequence[BulkItem]
    already: Sequence[BulkItem]
    refused: Sequence[tuple[BulkItem, str]]


def chosen_ids(*, actor: User, public_ids: Iterable[UUID]) -> list[int]:
    """The primary keys of the chosen WorkStreams this person may know of, in the order chosen.

    Raises: TooMany.
    """
    wanted = list(dict.fromkeys(public_ids))
    if len(wanted) > MOST:
        raise _too_many()
    found = dict(WorkStream.objects.visible_to(actor).filter(public_id__in=wanted).values_list("public_id", "pk"))
    return [found[public_id] for public_id in wanted if public_id in found]


def matching_ids(*, actor: User, query: GridQuery) -> list[int]:
    """The primary keys of all WorkStreams that answer a question now.

    Raises: TooMany.
    """
    page = grid.page_of_ids(WorkStream.objects.visible_to(actor), query, None, size=MOST)
    if page.next:
        raise _too_many()
    return list(page.items)


@transaction.atomic
def plan(*, actor: User, kind: "BulkChange.Kind", ids: Sequence[int], question: str, public_id: UUID) -> BulkChange:
    """Remember which WorkStreams somebody wants to change, and who leads them now; nothing is changed yet.

    `public_id` is made by the caller: planning again under it returns the first plan. `question` is the grid's query
    string they were chosen from.

    Raises: NotAllowed, NothingChosen, TooMany.
    """
    require(actor, CAPABILITIES[kind])
    if len(ids) > MOST:
        raise _too_many()
    rows = WorkStream.objects.visible_to(actor).in_bulk(list(ids))
    if not rows:
        raise NothingChosen("Choose at least one WorkStream: tick the boxes in front of their names.")
    bulk, is_new = BulkChange.objects.get_or_create(
        public_id=public_id, defaults={"actor": actor, "kind": kind, "question": question}
    )
    if bulk.actor_id != actor.pk:
        raise NotAllowed("You may not change what somebody else has begun.")
    if is_new:
        here = [rows[pk] for pk in ids if pk in rows]
        BulkItem.objects.bulk_create(
            BulkItem(bulk=bulk, workstream=row, number=number, lead_before_id=row.lead_id)
            for number, row in enumerate(here, start=1)
        )
    return bulk


@transaction.atomic
def choose(*, bulk: BulkChange, actor: User, lead: User | None = None, reason: str = "", note: str = "") -> BulkChange:
    """Say whom or why, before it is confirmed; may be said anew until then.

    Raises: NotAllowed, NotATeamMember, ReasonMissing.
    """
    bulk = _lock(bulk, actor)
    require(actor, CAPABILITIES[Kind(bulk.kind)])
    if bulk.state != State.PLANNED:
        return bulk
    if bulk.kind == Kind.LEAD:
        if lead is None or not (lead.is_internal and lead.is_active):
            raise NotATeamMember("Choose an active team member as WorkStream Lead.")
        bulk.lead = lead
    else:
        if reason not in CloseReason:
            raise ReasonMissing("Choose why these WorkStreams are closed.")
        bulk.close_reason, bulk.close_note = reason, note
    bulk.save(update_fields=["lead", "close_reason", "close_note"])
    return bulk


def preview(bulk: BulkChange) -> Preview:
    """What would happen if it were confirmed now. Costs one statement."""
    changes, already, refused = [], [], []
    items = bulk.items.select_related("workstream__organization", "workstream__lead")
    for item in items:
        workstream = item.workstream
        if bulk.kind == Kind.LEAD:
            if bulk.lead_id and workstream.lead_id == bulk.lead_id:
                already.append(item)
            else:
                changes.append(item)
        elif not workstream.is_open:
            already.append(item)
        elif bulk.close_reason == CloseReason.COMPLETED and workstream.subscription_type != SubscriptionType.BATCH:
            refused.append((item, "Only a BATCH job can be completed."))
        else:
            changes.append(item)
    return Preview(changes, already, refused)


@transaction.atomic
def confirm(*, bulk: BulkChange, actor: User) -> BulkChange:
    """Begin to change them. Confirming twice begins once; call `carry_on` afterwards.

    Raises: NotAllowed, NotConfirmable.
    """
    bulk = _lock(bulk, actor)
    require(actor, CAPABILITIES[Kind(bulk.kind)])
    if bulk.state != State.PLANNED:
        return bulk
    if not bulk.has_choice:
        raise NotConfirmable("Say first who is to lead, or why they are closed.")
    return _begin(bulk, State.RUNNING)


@transaction.atomic
def undo(*, bulk: BulkChange, actor: User) -> BulkChange:
    """Begin to put back what it changed. Undoing twice begins once; call `carry_on` afterwards.

    Raises: NotAllowed; TooLateToUndo.
    """
    bulk = _lock(bulk, actor)
    require(actor, CAPABILITIES[Kind(bulk.kind)])
    if bulk.state in {State.UNDOING, State.UNDONE}:
        return bulk
    if not bulk.may_be_undone(timezone.now()):
        raise TooLateToUndo(
            "This cannot be undone any more. Change the WorkStreams by hand, or all of them at once from the grid."
        )
    return _begin(bulk, State.UNDOING)


def carry_on(bulk: BulkChange, *, seconds: float = IN_THE_REQUEST) -> None:
    """Work on a begun bulk change for a moment; a worker is asked to do what is left. Harmless when nothing is."""
    if _work(bulk.pk, until=time.monotonic() + seconds):
        return
    BulkChange.objects.filter(pk=bulk.pk, state__in=[State.RUNNING, State.UNDOING]).update(due_at=timezone.now())
    _nudge()


def work_waiting() -> None:
    """Take up what no request finished, and forget plans that nobody confirmed. For the workers."""
    BulkChange.objects.filter(state=State.PLANNED, created_at__lt=timezone.now() - FORGET_PLANS_AFTER).delete()
    begun = BulkChange.objects.filter(state__in=[State.RUNNING, State.UNDOING])
    while bulk := claim_first(begun, now=timezone.now(), lease=LEASE):
        carry_on(bulk, seconds=SPELL)


def _work(pk: int, *, until: float) -> bool:
    """Do item after item until none is left or the time is up; whether none is left."""
    bulk = BulkChange.objects.select_related("actor", "lead").get(pk=pk)
    while bulk.is_at_work:
        if not _next_item(bulk):
            return _finish(bulk)
        if time.monotonic() > until:
            return False
    return True


@transaction.atomic
def _next_item(bulk: BulkChange) -> bool:
    """Do one item, whatever comes of it; whether there was one. Two processes never take the same."""
    is_undo = bulk.state == State.UNDOING
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
    item = (
        bulk.items.filter(state=ItemState.CHANGED if is_undo else ItemState.WAITING)
        .select_related("workstream", "lead_before", "bulk__actor", "bulk__lead")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("number")
        .first()
    )
    if item is None:
        return False
    bulk = item.bulk  # with its people as they are now: who lost the role a moment ago changes no more
    try:
        with transaction.atomic():
            item.state = _put_back(bulk, item) if is_undo else _change(bulk, item)
    except (DomainError, WorkStream.DoesNotExist, OperationalError) as refusal:
        item.state = ItemState.KEPT if is_undo else ItemState.REFUSED
        item.reason = _said(refusal)
    item.save(update_fields=["state", "joined", "reason"])
    return True


def _change(bulk: BulkChange, item: BulkItem) -> "BulkItem.State":
    workstream = actions.lock(item.workstream, bulk.actor)
    if bulk.kind == Kind.CLOSE:
        if not workstream.is_open:
            return ItemState.ALREADY
        reason = CloseReason(bulk.close_reason)
        actions.close(
            workstream=workstream, actor=bulk.actor, reason=reason, note=bulk.close_note, bulk=str(bulk.public_id)
        )
        return ItemState.CHANGED
    assert bulk.lead is not None  # noqa: S101  a started one has a lead (constraint)
    if workstream.lead_id == bulk.lead.pk:
        return ItemState.ALREADY
    item.joined = not Membership.objects.filter(workstream=workstream, user=bulk.lead).exists()
    seen = str(item.lead_before.public_id) if item.lead_before else ""
    actions.set_lead(workstream=workstream, actor=bulk.actor, lead=bulk.lead, seen=seen, bulk=str(bulk.public_id))
    return ItemState.CHANGED


def _put_back(bulk: BulkChange, item: BulkItem) -> "BulkItem.State":
    """What was before, unless somebody changed it since."""
    workstream = actions.lock(item.workstream, bulk.actor)
    verb = events.CLOSED if bulk.kind == Kind.CLOSE else events.LEAD_SET
    last = workstream.events.latest_of(verb)
    is_ours = last is not None and last.data.get("bulk") == str(bulk.public_id)
    if bulk.kind == Kind.CLOSE:
        if workstream.is_open or not is_ours:
            item.reason = "It was reopened since." if workstream.is_open else "It was closed anew since."
            return ItemState.KEPT
        actions.reopen(workstream=workstream, actor=bulk.actor, bulk=str(bulk.public_id))
        return ItemState.PUT_BACK
    assert bulk.lead is not None  # noqa: S101  a started one has a lead (constraint)
    if workstream.lead_id != bulk.lead_id or not is_ours:
        item.reason = f"{workstream.lead or 'Nobody'} was made WorkStream Lead since."
        return ItemState.KEPT
    if item.lead_before is None:
        actions.leave_without_lead(workstream=workstream, actor=bulk.actor, bulk=str(bulk.public_id))
    else:
        actions.set_lead(workstream=workstream, actor=bulk.actor, lead=item.lead_before, bulk=str(bulk.public_id))
    if item.joined:
        actions.take_off(workstream=workstream, actor=bulk.actor, user=bulk.lead, bulk=str(bulk.public_id))
    return ItemState.PUT_BACK


@transaction.atomic
def _finish(bulk: BulkChange) -> bool:
    """Settle it once nothing is left, and tell so; whether nothing is left."""
    bulk = BulkChange.objects.select_for_update(of=("self",), no_key=True).select_related("actor").get(pk=bulk.pk)
    if not bulk.is_at_work:
        return True
    is_undo = bulk.state == State.UNDOING
    counts = bulk.items.counts()
    if counts.get(ItemState.CHANGED if is_undo else ItemState.WAITING):
        return False  # another process has the last ones in hand
    if is_undo:
        bulk.state, bulk.undone_at = State.UNDONE, timezone.now()
    else:
        bulk.state, bulk.done_at = State.DONE, timezone.now()
    bulk.save(update_fields=["state", "done_at", "undone_at"])
    changed = counts.get(ItemState.PUT_BACK if is_undo else ItemState.CHANGED, 0)
    record(
        events.BULK_UNDONE if is_undo else events.BULK_DONE,
        actor=bulk.actor,
        data={"bulk": str(bulk.public_id), "kind": bulk.kind, "changed": changed},
    )
    return True


def _begin(bulk: BulkChange, state: "BulkChange.State") -> BulkChange:
    bulk.state = state
    bulk.due_at = timezone.now() + LEASE  # whoever began goes on; a worker only if they do not
    bulk.save(update_fields=["state", "due_at"])
    return bulk


def _lock(bulk: BulkChange, actor: User) -> BulkChange:
    rows = BulkChange.objects.visible_to(actor).select_related("actor", "lead")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=bulk.pk)


def _said(refusal: Exception) -> str:
    if isinstance(refusal, DomainError):
        return refusal.message[:300]
    if isinstance(refusal, OperationalError):
        return "Somebody else was changing it at that moment. Try it again on its own."
    return "It is not there any more."


def _too_many() -> TooMany:
    return TooMany(f"At most {MOST:,} WorkStreams are changed at once. Narrow the question and take it in parts.")


def _nudge() -> None:
    from workstreams.tasks import work_waiting_bulk  # noqa: PLC0415  the task calls this module

    nudge(work_waiting_bulk)
