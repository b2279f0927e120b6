"""Working what came in by mail, and forgetting what is done with."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from mailroom.models import IncomingMail
from mailroom.work import work_next

FORGET_AT_ONCE = 200


@shared_task(acks_late=True, ignore_result=True)
def work_waiting_mails() -> None:
    """Work every due mail. Safe to run twice, late, or at the same time as itself."""
    while work_next():
        pass


@shared_task(acks_late=True, ignore_result=True)
def forget_old_mails() -> None:
    """Delete mails that were settled long ago, some at a time. What is held stays until somebody settles it."""
    old = IncomingMail.objects.settled_before(timezone.now() - timedelta(days=settings.MAIL_KEEP_DAYS)).order_by()
    while keys := list(old.values_list("pk", flat=True)[:FORGET_AT_ONCE]):
        IncomingMail.objects.filter(pk__in=keys).delete()
