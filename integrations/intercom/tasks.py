"""Fetching files of Intercom's conversations, looking for what its notifications missed, and forgetting old ones."""

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from integrations import inbox
from integrations.failures import VendorFailure
from integrations.intercom.arriving_files import fetch_next
from integrations.intercom.poll import poll
from integrations.models import Provider

logger = logging.getLogger(__name__)


@shared_task(acks_late=True, ignore_result=True)
def fetch_arriving_files() -> None:
    """Fetch every file that is due. Safe to run twice, late, or at the same time as itself."""
    while fetch_next():
        pass


@shared_task(acks_late=True, ignore_result=True)
def forget_old_hints() -> None:
    """Delete notifications that were settled long ago; most are about conversations that carry no WorkStream."""
    inbox.forget(Provider.INTERCOM, before=timezone.now() - timedelta(days=settings.DELIVERY_KEEP_DAYS))


@shared_task(acks_late=True, ignore_result=True)
def look_for_missed() -> None:
    """Find what no notification told. Safe to run twice, late, or beside itself."""
    try:
        poll()
    except VendorFailure as failure:
        logger.warning("Intercom could not be asked what changed: %s", failure.reason)
