"""Questions about mails that came in, and claiming them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

from activity.claims import claim_first

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)
LEASE = timedelta(minutes=5)


class IncomingMailQuerySet(models.QuerySet[M]):
    """Questions about mails that came in."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Colleagues see what came in; nobody else, for answers to notes are among it (R70)."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_internal:
            return self.none()
        return self

    def held(self) -> Self:
        """What waits for a colleague, with all that a list prints; without the mail itself, which is large."""
        return self.filter(state="held").select_related("workstream", "person").defer("raw")

    def claim(self, *, now: datetime) -> M | None:
        """Take the oldest due mail for one worker; the claim is a lease that runs out if the worker dies."""
        return claim_first(self.filter(state="received"), now=now, lease=LEASE)

    def settled_before(self, moment: datetime) -> Self:
        """Mails that are done with since then."""
        return self.exclude(state__in=["received", "held"]).filter(received_at__lt=moment)
