"""What is done each minute."""

from celery import shared_task
from django.utils import timezone

from workstreams import facets


@shared_task(acks_late=True, ignore_result=True)
def recount_for_grid() -> None:
    """Renew the counts beside the grid's boxes. Safe to run twice, late, or at the same time as itself."""
    facets.recount(now=timezone.now())
