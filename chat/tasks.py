"""What workers do for chats."""

from celery import shared_task

from chat.search import index


@shared_task(acks_late=True, ignore_result=True)
def index_waiting() -> None:
    """Write down the words of what was posted. Safe to run twice, late, or at the same time as itself."""
    index.index_waiting()
