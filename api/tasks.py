"""Forgetting what nobody will ask for again."""

from celery import shared_task

from api import idempotency


@shared_task(acks_late=True, ignore_result=True)
def forget_old_answers() -> None:
    """Delete remembered answers older than a day. Safe to run twice, late, or at the same time as itself."""
    idempotency.purge()
