"""Questions about mails, and claiming them."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models

from activity.claims import claim_first

M = TypeVar("M", bound=models.Model)
# Longer than a slow mail server takes for one mail, with EMAIL_TIMEOUT for each of its answers.
LEASE = timedelta(minutes=2)


class MailQuerySet(models.QuerySet[M]):
    """Questions about mails."""

    def claim(self, *, now: datetime) -> M | None:
        """Take the oldest due mail for one worker; the claim is a lease that runs out if the worker dies.

        One at a time: of several the last would wait for all others, and its lease would run out before it is sent.
        """
        return claim_first(self.filter(state="waiting"), now=now, lease=LEASE)
