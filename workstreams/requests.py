"""Documents the team asks the client for: asking, ticking off, and reminding in the client's morning."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.capabilities import Can
from accounts.models import User
from activity.models import SystemActor
from activity.record import record
from workstreams import events
from workstreams.actions import lock
from workstreams.choices import AttachmentKind, Side
from workstreams.errors import CannotAskFor, Closed
from workstreams.models import Attachment, DocumentRequest, WorkStream
from workstreams.tenancy import require

# A quote comes from us; a contract comes back signed.
ASKABLE = tuple(kind for kind in AttachmentKind if kind != AttachmentKind.QUOTE)
ASKABLE_CHOICES = [(kind.value, kind.label) for kind in ASKABLE]
MOST_REMINDERS = 3
# Reminders go out in these hours of the client's day; who starts the worker at noon waits for tomorrow.
MORNING = range(8, 12)
# While it is overdue, the second reminder comes this many days after the first.
PAUSE = timedelta(days=3)


@transaction.atomic
def request_document(
    *,
    workstream: WorkStream,
    actor: User,
    kind: AttachmentKind,
    note: str = "",
    due_on: date | None = None,
    public_id: UUID | None = None,
) -> DocumentRequest:
    """Ask the client for a document, perhaps by a day, which is one of the client's days.

    `public_id` may be chosen by the caller's form, so that sending it twice asks once.

    Raises: NotAllowed, Closed, CannotAskFor.
    """
    require(actor, Can.REQUEST_DOCUMENTS, workstream)
    workstream = lock(workstream, actor)
    if public_id and (asked := DocumentRequest.objects.filter(public_id=public_id).first()):
        if asked.workstream_id != workstream.pk:
            raise CannotAskFor("This form was sent for another WorkStream already. Open it again.")
        return asked
    _insist_on_open(workstream)
    if kind not in ASKABLE:
        raise CannotAskFor(f"“{kind.label}” comes from the team; clients are not asked for it.")
    if due_on and due_on < today_of(workstream):
        raise CannotAskFor(f"{due_on:%d %b %Y} has passed. Choose today or a later day.")
    asked = DocumentRequest.objects.create(
        public_id=public_id or uuid4(),
        workstream=workstream,
        kind=kind,
        note=note,
        due_on=due_on,
        requested_by=actor,
    )
    _record(events.DOCUMENT_REQUESTED, asked, actor)
    return asked


@transaction.atomic
def tick_off(*, request: DocumentRequest, actor: User) -> DocumentRequest:
    """Say that the document has come, by whatever way. Harmless when it is ticked already.

    Raises: NotAllowed, Closed.
    """
    request = _changeable(request, actor)
    return request if request.done_at else _tick(request, actor)


@transaction.atomic
def withdraw(*, request: DocumentRequest, actor: User) -> DocumentRequest:
    """Say that it is not wanted any more; what has come stays ticked.

    Raises: NotAllowed, Closed.
    """
    request = _changeable(request, actor)
    if request.is_open:
        request.withdrawn_at = timezone.now()
        request.save(update_fields=["withdrawn_at"])
        _record(events.DOCUMENT_REQUEST_WITHDRAWN, request, actor)
    return request


@transaction.atomic
def ask_again(*, request: DocumentRequest, actor: User) -> DocumentRequest:
    """Wait for it again: what came was not it, or it is wanted after all. Reminders begin anew.

    Raises: NotAllowed, Closed.
    """
    return _reopen(_changeable(request, actor), actor)


def answer(*, attachment: Attachment, actor: User) -> DocumentRequest | None:
    """Tick off what an upload answers: the request it names; else, from the client, the oldest open one of its kind.

    Call in the transaction that adds the attachment. Returns the request, if there was one.
    """
    waiting = DocumentRequest.objects.filter(workstream=attachment.workstream_id).open()
    if attachment.request_id:
        waiting = waiting.filter(pk=attachment.request_id)
    elif attachment.side == Side.CLIENT:
        waiting = waiting.filter(kind=attachment.kind).order_by("created_at", "id")
    else:
        return None
    request = waiting.select_for_update(of=("self",), no_key=True).first()
    if request is None:
        return None
    if attachment.request_id is None:
        Attachment.objects.filter(pk=attachment.pk).update(request=request)
    return _tick(request, actor)


def miss(*, attachment: Attachment, actor: User | SystemActor) -> DocumentRequest | None:
    """Wait again for what an attachment answered that is not there any more, unless another one answers it too.

    Call in the transaction that removes or quarantines the attachment, under the WorkStream's lock.
    """
    if attachment.request_id is None:
        return None
    answers = Attachment.objects.filter(request=attachment.request_id, removed_at=None).exclude(pk=attachment.pk)
    if answers.exclude(scan=Attachment.Scan.QUARANTINED).exists():
        return None
    request = DocumentRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=attachment.request_id)
    return _reopen(request, actor) if request.done_at else None


def remind(*, now: datetime) -> int:
    """Remind clients of what is due tomorrow or overdue, in their morning, at most three times a document.

    Safe to run as often as one likes and by several at once: a document is reminded of once a day, under its
    WorkStream's lock. Returns how many reminders were made.
    """
    # The day after tomorrow in UTC is tomorrow somewhere.
    soon = DocumentRequest.objects.open().filter(
        due_on__lte=now.date() + timedelta(days=2), reminders__lt=MOST_REMINDERS, workstream__status="open"
    )
    fresh = Q(reminded_on=None) | Q(reminded_on__lt=now.date() + timedelta(days=1))
    waiting = soon.filter(fresh).select_related("workstream__owner").order_by("due_on", "id")
    return sum(_remind_of(request, now=now) for request in waiting.iterator(chunk_size=500) if _when(request, now=now))


def today_of(workstream: WorkStream, *, now: datetime | None = None) -> date:
    """Which day it is for the client."""
    return (now or timezone.now()).astimezone(zone_of(workstream)).date()


def zone_of(workstream: WorkStream) -> ZoneInfo:
    """The client's time zone: the owner's; before there is one, UTC."""
    return ZoneInfo(workstream.owner.time_zone if workstream.owner else "UTC")


def _remind_of(request: DocumentRequest, *, now: datetime) -> bool:
    with transaction.atomic():
        workstream = lock(request.workstream, SystemActor.PORTAL)
        request = DocumentRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)
        request.workstream = workstream
        when = _when(request, now=now)
        if not (when and workstream.is_open):
            return False
        request.reminders = F("reminders") + 1
        request.reminded_on = today_of(workstream, now=now)
        request.save(update_fields=["reminders", "reminded_on"])
        _record(events.DOCUMENT_DUE, request, SystemActor.PORTAL, when=when)
        return True


def _when(request: DocumentRequest, *, now: datetime) -> str:
    """What a reminder would say at this moment; nothing when there is to be none."""
    zone = zone_of(request.workstream)
    here = now.astimezone(zone)
    today, due = here.date(), request.due_on
    if not request.is_open or due is None or request.reminders >= MOST_REMINDERS or here.hour not in MORNING:
        return ""
    if due == today + timedelta(days=1):
        return "" if request.reminded_on == today else "tomorrow"
    if due >= today:
        return ""
    was_overdue = request.reminded_on is not None and request.reminded_on > due
    return "" if was_overdue and request.reminded_on and today < request.reminded_on + PAUSE else "overdue"


def _changeable(request: DocumentRequest, actor: User) -> DocumentRequest:
    """The request, locked after its WorkStream, for somebody who may change it. Raises: NotAllowed, Closed."""
    require(actor, Can.REQUEST_DOCUMENTS, request.workstream)
    workstream = lock(request.workstream, actor)
    _insist_on_open(workstream)
    found = DocumentRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request.pk)
    found.workstream = workstream
    return found


def _insist_on_open(workstream: WorkStream) -> None:
    if not workstream.is_open:
        raise Closed(f"“{workstream.name}” is closed, so no documents are asked for. Reopen it first.")


def _tick(request: DocumentRequest, actor: User) -> DocumentRequest:
    request.done_at, request.done_by, request.withdrawn_at = timezone.now(), actor, None
    request.save(update_fields=["done_at", "done_by", "withdrawn_at"])
    _record(events.DOCUMENT_REQUEST_DONE, request, actor)
    return request


def _reopen(request: DocumentRequest, actor: User | SystemActor) -> DocumentRequest:
    if request.is_open:
        return request
    request.done_at = request.done_by = request.withdrawn_at = request.reminded_on = None
    request.reminders = 0
    request.save(update_fields=["done_at", "done_by", "withdrawn_at", "reminders", "reminded_on"])
    _record(events.DOCUMENT_REQUEST_REOPENED, request, actor)
    return request


def _record(verb: str, request: DocumentRequest, actor: User | SystemActor, **data: str) -> None:
    told = {"request_id": request.pk, "kind": request.get_kind_display(), **data}
    record(verb, actor=actor, workstream=request.workstream, data=told)
