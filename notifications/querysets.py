"""Questions about mails, and claiming them."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models, transaction
from django.db.models import F

M = TypeVar("M", bound=models.Model)

LEASE = timedelta(seconds=60)


class MailQuerySet(models.QuerySet[M]):
    """Questions about mails."""

    def claim(self, *, now: datetime, limit: int = 20) -> list[M]:
        """Take due mails for one worker, oldest first; the claim is a lease that runs out if the worker dies."""
        with transaction.atomic():
            due = list(
                self.filter(state="waiting", due_at__lte=now)
                .order_by("due_at", "id")
                .select_for_update(skip_locked=True)
                .values_list("pk", flat=True)[:limit]
            )
            self.filter(pk__in=due).update(due_at=now + LEASE, attempts=F("attempts") + 1)
        return list(self.filter(pk__in=due).order_by("id"))
