"""Working the inbox: claim, apply in one transaction, settle; later again when something unforeseen happens."""

import logging
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from integrations.failures import NotNow, Refused, VendorAway, VendorFailure
from integrations.inbox import lock_subject, settle
from integrations.intercom import incoming as intercom
from integrations.models import InboundEvent, Provider
from integrations.salesforce import work as salesforce

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 8
LONGEST_WAIT = timedelta(hours=1)
# While a vendor is away or cannot answer, its events are looked at again after this time, unless it said when.
WAIT_FOR_VENDOR = timedelta(minutes=1)
# An event about which a vendor that is there gives no answer for so long waits for a person.
GIVE_UP_ON_ANSWER_AFTER = timedelta(hours=72)


class Vendor(Protocol):
    """What a provider's folder does with its events."""

    def ask(self, event: InboundEvent) -> Any:
        """Ask the vendor what has to be known first; None where nothing has. Runs with no transaction open.

        Raises: VendorFailure.
        """

    def apply(self, event: InboundEvent, answer: Any) -> None:
        """Do what the event says and settle it. Runs in a transaction that holds the event and its subject.

        Raises: NotNow, to have it asked anew and worked later.
        """

    def gave_up(self, event: InboundEvent) -> None:
        """Make known that an event could not be worked."""


VENDORS: dict[str, Vendor] = {Provider.INTERCOM: intercom, Provider.SALESFORCE: salesforce}


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
        answer = VENDORS[event.provider].ask(event)
        with transaction.atomic():
            held = _hold(event)
            if held.state == InboundEvent.State.RECEIVED:
                VENDORS[held.provider].apply(held, answer)
    except Refused as refusal:
        _give_up(event, refusal.reason)
    except VendorAway as failure:
        _wait_for_vendor(event, failure.reason, due=failure.until or timezone.now() + WAIT_FOR_VENDOR)
    except NotNow as failure:
        _wait_for_answer(event, failure)
    except VendorFailure as failure:
        _try_again_later(event, failure.reason)
    except Exception as failure:
        logger.exception("%s could not be worked.", event)
        _try_again_later(event, f"{type(failure).__name__}: {failure}")
    return True


def _hold(event: InboundEvent) -> InboundEvent:
    lock_subject(event.provider, event.subject_id)
    return InboundEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)


def _try_again_later(event: InboundEvent, reason: str, *, wanted: datetime | None = None) -> None:
    if event.attempts >= GIVE_UP_AFTER:
        _give_up(event, reason)
        return
    due = wanted or timezone.now() + min(timedelta(seconds=10 * 2**event.attempts), LONGEST_WAIT)
    InboundEvent.objects.filter(pk=event.pk, state=InboundEvent.State.RECEIVED).update(due_at=due, reason=reason[:500])


def _wait_for_answer(event: InboundEvent, failure: NotNow) -> None:
    """It is there and does not answer, so it is asked ever more seldom, for days."""
    now = timezone.now()
    waited = now - event.received_at
    if failure.retry_at is not None:
        _try_again_later(event, failure.reason, wanted=failure.retry_at)
    elif waited < GIVE_UP_ON_ANSWER_AFTER:
        _wait_for_vendor(event, failure.reason, due=now + max(waited / 10, WAIT_FOR_VENDOR))
    else:
        _give_up(event, failure.reason)


def _wait_for_vendor(event: InboundEvent, reason: str, *, due: datetime) -> None:
    """It is the vendor that fails and not the event, so the attempt does not count."""
    now = timezone.now()
    InboundEvent.objects.filter(pk=event.pk, state=InboundEvent.State.RECEIVED).update(
        due_at=min(max(due, now), now + LONGEST_WAIT), reason=reason[:500], attempts=F("attempts") - 1
    )


@transaction.atomic
def _give_up(event: InboundEvent, reason: str) -> None:
    held = _hold(event)
    if held.state != InboundEvent.State.RECEIVED:
        return
    settle(held, InboundEvent.State.FAILED, reason)
    VENDORS[held.provider].gave_up(held)
    logger.error("Gave up on %s after %s attempts: %s", held, held.attempts, reason)
