"""What workers do: counting for the grid, changes that took longer than a request, files that nobody keeps."""

from celery import shared_task
from django.utils import timezone

from workstreams import bulk, facets, sweeping


@shared_task(acks_late=True, ignore_result=True)
def recount_for_grid() -> None:
    """Renew the counts beside the grid's boxes. Safe to run twice, late, or at the same time as itself."""
    facets.recount(now=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def work_waiting_bulk() -> None:
    """Go on with every begun bulk change. Safe to run twice, late, or at the same time as itself."""
    bulk.work_waiting()


@shared_task(acks_late=True, ignore_result=True)
def delete_stray_files() -> None:
    """Delete what no attachment keeps. Safe to run twice, late, or at the same time as itself."""
    sweeping.delete_stray_files(now=timezone.now())
