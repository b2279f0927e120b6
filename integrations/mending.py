"""What administrators do by hand: pause a vendor and let it go on, replay what was refused, or leave it out.

Locks are taken in the order of the workers: the mailbox, then its deliveries; an event of a vendor by itself.
"""

from django.db import transaction
from django.utils import timezone

from accounts.capabilities import Can
from accounts.errors import NotAllowed
from accounts.models import User
from activity.record import nudge, record
from integrations import events
from integrations.errors import Behind, NotRefused, Settled
from integrations.inbox import settle
from integrations.models import Connector, Delivery, InboundEvent, Mailbox, Provider
from integrations.tasks import send_waiting, work_waiting_inbound


@transaction.atomic
def pause(*, provider: Provider, actor: User, reason: str) -> Connector:
    """Stop everything that goes to a vendor, for all workers. It is kept. Pausing again changes nothing.

    Raises: NotAllowed.
    """
    connector = _connector(provider, actor)
    if connector.paused_at:
        return connector
    connector.paused_at, connector.paused_by, connector.pause_reason = timezone.now(), actor, reason
    connector.save(update_fields=["paused_at", "paused_by", "pause_reason"])
    record(events.PAUSED, actor=actor, data={"vendor": provider.label, "provider": provider, "reason": reason})
    return connector


@transaction.atomic
def go_on(*, provider: Provider, actor: User) -> Connector:
    """Let what was kept go out, in its order, and try a vendor that was waited for at once.

    Raises: NotAllowed.
    """
    connector = _connector(provider, actor)
    if connector.paused_at is None and connector.open_until is None:
        return connector
    connector.paused_at = connector.paused_by = connector.open_until = connector.probing_until = None
    connector.pause_reason = connector.open_reason = ""
    connector.failures = connector.openings = 0
    connector.save()
    record(events.RESUMED, actor=actor, data={"vendor": provider.label, "provider": provider})
    nudge(send_waiting, str(provider))
    return connector


@transaction.atomic
def replay(*, delivery: Delivery, actor: User) -> Delivery:
    """Send a delivery again now, one that was refused or one that waits for its next attempt.

    Whether an attempt that nobody heard of was done is looked up first, as always.

    Raises: NotAllowed, Settled, Behind.
    """
    delivery = _held(delivery, actor)
    if delivery.settled_at or delivery.state not in {Delivery.State.WAITING, Delivery.State.PARKED}:
        raise Settled("This was done meanwhile, so there is nothing to send again.")
    if delivery.mailbox.deliveries.filter(state=Delivery.State.PARKED, pk__lt=delivery.pk).exists():
        raise Behind("Something before it was refused. Send that again, or leave it out; then this one follows.")
    if delivery.state == Delivery.State.PARKED:
        delivery.state = Delivery.State.WAITING
        delivery.save(update_fields=["state"])
    _set_going(delivery.mailbox)
    record(events.REPLAYED, actor=actor, workstream=delivery.mailbox.workstream, data=_told(delivery))
    return delivery


@transaction.atomic
def ignore(*, delivery: Delivery, actor: User, reason: str) -> Delivery:
    """Leave out a delivery that was refused; what waits behind it goes on.

    Raises: NotAllowed, NotRefused.
    """
    delivery = _held(delivery, actor)
    if delivery.state == Delivery.State.IGNORED:
        return delivery
    if delivery.state != Delivery.State.PARKED:
        raise NotRefused("Only what the vendor refused can be left out. This one is done, or still tried.")
    delivery.state = Delivery.State.IGNORED
    delivery.settled_at = timezone.now()
    delivery.begun_at = None
    delivery.ignored_by, delivery.ignored_because = actor, reason[:500]
    delivery.save(update_fields=["state", "settled_at", "begun_at", "ignored_by", "ignored_because"])
    _set_going(delivery.mailbox)
    told = _told(delivery) | {"reason": reason}
    record(events.LEFT_OUT, actor=actor, workstream=delivery.mailbox.workstream, data=told)
    return delivery


@transaction.atomic
def leave_out_of(*, person: User) -> None:
    """Leave out what was refused about somebody who is erased: what undoes them at the vendors waits behind it."""
    boxes = Mailbox.objects.select_for_update(no_key=True).filter(person=person, parked_at__isnull=False)
    for mailbox in boxes.order_by("pk"):
        mailbox.deliveries.filter(state=Delivery.State.PARKED).update(
            state=Delivery.State.IGNORED,
            settled_at=timezone.now(),
            begun_at=None,
            ignored_because="The person was erased.",
        )
        _set_going(mailbox)


@transaction.atomic
def replay_event(*, event: InboundEvent, actor: User) -> InboundEvent:
    """Work an event of a vendor again that could not be worked.

    Raises: NotAllowed, Settled.
    """
    event = _held_event(event, actor)
    if event.state != InboundEvent.State.FAILED:
        raise Settled("This was worked meanwhile.")
    event.state, event.attempts, event.due_at, event.settled_at = event.State.RECEIVED, 0, timezone.now(), None
    event.save(update_fields=["state", "attempts", "due_at", "settled_at"])
    vendor = Provider(event.provider).label
    record(events.EVENT_REPLAYED, actor=actor, workstream=event.workstream, data={"vendor": vendor, "id": event.pk})
    nudge(work_waiting_inbound)
    return event


@transaction.atomic
def ignore_event(*, event: InboundEvent, actor: User, reason: str) -> InboundEvent:
    """Leave out an event of a vendor that could not be worked.

    Raises: NotAllowed, NotRefused.
    """
    event = _held_event(event, actor)
    if event.state == InboundEvent.State.IGNORED:
        return event
    if event.state != InboundEvent.State.FAILED:
        raise NotRefused("Only what could not be worked can be left out. This one is done, or still worked.")
    settle(event, InboundEvent.State.IGNORED, f"{actor.display_name} left it out: {reason}")
    told = {"vendor": Provider(event.provider).label, "id": event.pk, "reason": reason}
    record(events.EVENT_LEFT_OUT, actor=actor, workstream=event.workstream, data=told)
    return event


def _connector(provider: Provider, actor: User) -> Connector:
    _insist(actor)
    Connector.objects.get_or_create(provider=provider)
    return Connector.objects.select_for_update().get(provider=provider)


def _held(delivery: Delivery, actor: User) -> Delivery:
    """The delivery as it is now, under its mailbox's lock."""
    _insist(actor)
    Mailbox.objects.select_for_update(no_key=True).get(pk=delivery.mailbox_id)
    return Delivery.objects.select_related("mailbox__workstream").get(pk=delivery.pk)


def _held_event(event: InboundEvent, actor: User) -> InboundEvent:
    _insist(actor)
    return InboundEvent.objects.select_for_update(of=("self",)).select_related("workstream").get(pk=event.pk)


def _insist(actor: User) -> None:
    if not actor.may(Can.MANAGE_PORTAL):
        raise NotAllowed(f"You may not {Can.MANAGE_PORTAL}.")


def _set_going(mailbox: Mailbox) -> None:
    """The mailbox comes due now, as if nothing had failed; its version grows, so that nobody gives it back to rest."""
    mailbox.parked_at = None
    mailbox.trying_since = None
    mailbox.attempts = 0
    mailbox.version += 1
    mailbox.due_at = timezone.now()
    mailbox.save(update_fields=["parked_at", "trying_since", "attempts", "version", "due_at"])
    nudge(send_waiting, mailbox.provider, mailbox.pk)


def _told(delivery: Delivery) -> dict[str, object]:
    vendor = Provider(delivery.mailbox.provider)
    return {"vendor": vendor.label, "what": delivery.operation, "delivery": delivery.pk}
