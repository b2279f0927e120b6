"""Questions about mails, and claiming them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

from activity.claims import claim_first

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)
# Longer than a slow mail server takes for one mail, with EMAIL_TIMEOUT for each of its answers.
LEASE = timedelta(minutes=2)


class MailQuerySet(models.QuerySet[M]):
    """Questions about mails."""

    def claim(self, *, now: datetime) -> M | None:
        """Take the most urgent due mail for one worker; the claim is a lease that runs out if the worker dies.

        One at a time: of several the last would wait for all others, and its lease would run out before it is sent.
        """
        return claim_first(self.filter(state="waiting"), now=now, lease=LEASE, first=["priority"])

    def settled_before(self, moment: datetime) -> Self:
        """Mails that are done with since then."""
        return self.exclude(state="waiting").filter(created_at__lt=moment)


class BouncedAddressQuerySet(models.QuerySet[M]):
    """Questions about addresses that do not take our mails."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Colleagues see whom mails do not reach; nobody else."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_internal:
            return self.none()
        return self

    def among(self, addresses: list[str]) -> M | None:
        """The first of these addresses that bounced."""
        return self.filter(email__in=[address.lower() for address in addresses]).first()
