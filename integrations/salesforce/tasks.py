"""Reading Salesforce in the background."""

from celery import shared_task

from integrations.salesforce import poll


@shared_task(acks_late=True, ignore_result=True)
def look_at_salesforce() -> None:
    """Look for what nobody told, if it is time. Safe to run twice, late, or beside itself."""
    poll.look()
