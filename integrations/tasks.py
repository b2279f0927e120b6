"""Working what vendors told us, and sending what we tell them."""

import logging
import time
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from integrations import deliveries, leases
from integrations.connectors import those_on
from integrations.drain import send_next
from integrations.models import Mailbox
from integrations.work import work_next

logger = logging.getLogger(__name__)

# A task ends after so long although more is due, so that a worker can be stopped and each vendor gets its turn; the
# sweep has the next one started.
TURN = 10.0


@shared_task(acks_late=True, ignore_result=True)
def work_waiting_inbound() -> None:
    """Work every due inbound event. Safe to run twice, late, or at the same time as itself."""
    while work_next():
        pass


@shared_task(acks_late=True, ignore_result=True, expires=60)
def send_waiting(provider: str = "", mailbox: int | None = None) -> None:
    """Send what is due: of one mailbox first, then of every other. Safe to run twice, late, or beside itself."""
    ends = time.monotonic() + TURN
    if mailbox is not None:
        send_next(provider, mailbox=mailbox)
    for vendor in [provider] if provider else those_on():
        while time.monotonic() < ends and send_next(vendor):
            pass


@shared_task(acks_late=True, ignore_result=True)
def send_what_waits() -> None:
    """Start as many senders as there are mailboxes due: what a nudge was lost for, and what had to wait.

    Those of the last sweep that found no free worker have expired by then.
    """
    for vendor in those_on():
        due = Mailbox.objects.due(vendor, now=timezone.now())
        for _ in due.values_list("pk")[: settings.VENDOR_SENDERS]:
            send_waiting.apply_async((vendor.value,), expires=max(settings.SWEEP_SECONDS, 1), retry=False)


@shared_task(acks_late=True, ignore_result=True)
def rearm_mailboxes() -> None:
    """Wake mailboxes that hold something and would never come due."""
    if count := leases.rearm(now=timezone.now()):
        logger.error("%s mailboxes held something and were not due. They are now; somebody should find out why.", count)


@shared_task(acks_late=True, ignore_result=True)
def forget_old_deliveries() -> None:
    """Delete deliveries that were settled long ago, some at a time. What waits for a person stays, however old."""
    deliveries.forget(before=timezone.now() - timedelta(days=settings.DELIVERY_KEEP_DAYS))
