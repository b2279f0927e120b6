"""What workers do for the grid: counting, and changes of many WorkStreams that took longer than a request."""

from celery import shared_task
from django.utils import timezone

from workstreams import bulk, facets


@shared_task(acks_late=True, ignore_result=True)
def recount_for_grid() -> None:
    """Renew the counts beside the grid's boxes. Safe to run twice, late, or at the same time as itself."""
    facets.recount(now=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def work_waiting_bulk() -> None:
    """Go on with every begun bulk change. Safe to run twice, late, or at the same time as itself."""
    bulk.work_waiting()
