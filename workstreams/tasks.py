"""What workers do: counting for the grid, changes that took longer than a request, files that nobody keeps,
previews, and reminders of documents."""

from celery import shared_task
from django.utils import timezone

from workstreams import bulk, facets, requests, scanning, sweeping
from workstreams.previews import work


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


@shared_task(acks_late=True, ignore_result=True)
def make_waiting_previews() -> None:
    """Make the previews that wait. Safe to run twice, late, or at the same time as itself."""
    work.make_waiting()


@shared_task(acks_late=True, ignore_result=True)
def remind_of_documents() -> None:
    """Remind clients in their morning. Safe to run twice, late, or at the same time as itself."""
    requests.remind(now=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def give_up_abandoned_uploads() -> None:
    """Forget uploads that nobody goes on with. Safe to run twice, late, or at the same time as itself."""
    sweeping.give_up_abandoned_uploads(now=timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def scan_waiting_files() -> None:
    """Have files looked into that wait for it. Safe to run twice, late, or at the same time as itself."""
    scanning.scan_waiting()
