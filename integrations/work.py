"""Working the inbox: claim, apply in one transaction, settle; later again when something unforeseen happens."""

import logging
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from integrations.inbox import lock_subject, settle
from integrations.models import InboundEvent, Provider
from integrations.salesforce import work as salesforce

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 8
LONGEST_WAIT = timedelta(hours=1)


class Vendor(Protocol):
    """What a provider's folder does with its events."""

    def apply(self, event: InboundEvent) -> None:
        """Do what the event says and settle it. Runs in a transaction that holds the event and its subject."""

    def gave_up(self, event: InboundEvent) -> None:
        """Make known that an event could not be worked."""


VENDORS: dict[str, Vendor] = {Provider.SALESFORCE: salesforce}


def work_next(*, now: datetime | None = None) -> bool:
    """Work the oldest due event; False when there is none.

    A worker that dies after the claim leaves the event as it was, and the claim runs out. One whose claim ran out
    while it still worked holds the row; who claimed next finds the event settled.
    """
    event = InboundEvent.objects.claim(now=now or timezone.now())
    if event is None:
        return False
    if event.attempts > GIVE_UP_AFTER:
        _give_up(event, "Work on it began again and again and never ended.")
        return True
    try:
        with transaction.atomic():
            held = _hold(event)
            if held.state == InboundEvent.State.RECEIVED:
                VENDORS[held.provider].apply(held)
    except Exception as failure:
        logger.exception("%s could not be worked.", event)
        _try_again_later(event, failure)
    return True


def _hold(event: InboundEvent) -> InboundEvent:
    lock_subject(event.provider, event.subject_id)
    return InboundEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)


def _try_again_later(event: InboundEvent, failure: Exception) -> None:
    reason = f"{type(failure).__name__}: {failure}"
    if event.attempts >= GIVE_UP_AFTER:
        _give_up(event, reason)
        return
    InboundEvent.objects.filter(pk=event.pk, state=InboundEvent.State.RECEIVED).update(
        due_at=timezone.now() + min(timedelta(seconds=10 * 2**event.attempts), LONGEST_WAIT), reason=reason[:500]
    )


@transaction.atomic
def _give_up(event: InboundEvent, reason: str) -> None:
    held = _hold(event)
    if held.state != InboundEvent.State.RECEIVED:
        return
    settle(held, InboundEvent.State.FAILED, reason)
    VENDORS[held.provider].gave_up(held)
    logger.error("Gave up on %s after %s attempts: %s", held, held.attempts, reason)
