"""Working what vendors told us, and sending what we tell them."""

from celery import shared_task

from integrations.work import work_next


@shared_task(acks_late=True, ignore_result=True)
def work_waiting_inbound() -> None:
    """Work every due inbound event. Safe to run twice, late, or at the same time as itself."""
    while work_next():
        pass


@shared_task(acks_late=True, ignore_result=True)
def send_waiting(provider: str = "", mailbox: int | None = None) -> None:
    """Send what is due: of one mailbox first, then of every other. Safe to run twice, late, or beside itself."""
