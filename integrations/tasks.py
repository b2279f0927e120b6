"""Working what vendors told us."""

from celery import shared_task

from integrations.work import work_next


@shared_task(acks_late=True, ignore_result=True)
def work_waiting_inbound() -> None:
    """Work every due inbound event. Safe to run twice, late, or at the same time as itself."""
    while work_next():
        pass
