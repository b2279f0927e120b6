"""What workers do for people: copies of their data, and looking for what is left of erased ones."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from accounts import erasure, own_data
from accounts.models import Erasure
from activity.claims import claim_first

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=30)


@shared_task(acks_late=True, ignore_result=True)
def work_waiting_personal() -> None:
    """Put copies together and go on with erasures. Safe to run twice, late, or at the same time as itself."""
    own_data.work_waiting()
    while waiting := claim_first(Erasure.objects.filter(state=Erasure.State.WAITING), now=timezone.now(), lease=LEASE):
        try:
            erasure.sweep(waiting)
        except Exception:
            logger.exception("An erasure did not end; it is tried again.")


@shared_task(acks_late=True, ignore_result=True)
def forget_old_copies() -> None:
    """Delete copies of personal data that are older than a week."""
    own_data.delete_old()
