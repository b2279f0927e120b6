"""Questions about attempts to start."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

RESUMABLE_FOR = timedelta(days=7)

M = TypeVar("M", bound=models.Model)

if TYPE_CHECKING:
    from accounts.models import User


class StartAttemptQuerySet(models.QuerySet[M]):
    """Questions about attempts to start."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The attempts this person may open: their own, and those nobody has claimed yet.

        An unclaimed attempt holds a selection and no personal data; its unguessable address is the ticket, so that a
        visitor who has not signed in can be shown what they chose.
        """
        unclaimed = Q(user__isnull=True)
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.filter(unclaimed)
        return self.filter(unclaimed | Q(user=user))

    def unfinished(self) -> Self:
        """Those that have not led to a WorkStream."""
        return self.filter(workstream__isnull=True)

    def recent(self, *, now: datetime) -> Self:
        """Those somebody worked on in the last days, the latest first."""
        return self.filter(updated_at__gt=now - RESUMABLE_FOR).order_by("-updated_at", "-id")

    def begun_by(self, user: "User") -> Self:
        """Those this person began, signed in or by giving their address."""
        return self.filter(Q(user=user) | Q(user__isnull=True, email=user.email))
