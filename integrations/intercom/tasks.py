"""Fetching files of Intercom's conversations, and looking for what its notifications missed."""

import logging

from celery import shared_task

from integrations.failures import VendorFailure
from integrations.intercom.arriving_files import fetch_next
from integrations.intercom.poll import poll

logger = logging.getLogger(__name__)


@shared_task(acks_late=True, ignore_result=True)
def fetch_arriving_files() -> None:
    """Fetch every file that is due. Safe to run twice, late, or at the same time as itself."""
    while fetch_next():
        pass


@shared_task(acks_late=True, ignore_result=True)
def look_for_missed() -> None:
    """Find what no notification told. Safe to run twice, late, or beside itself."""
    try:
        poll()
    except VendorFailure as failure:
        logger.warning("Intercom could not be asked what changed: %s", failure.reason)
