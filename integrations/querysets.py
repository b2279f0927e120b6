"""Questions about inbound events, and claiming them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from activity.claims import claim_first

M = TypeVar("M", bound=models.Model)

if TYPE_CHECKING:
    from accounts.models import User
    from workstreams.models import WorkStream

LEASE = timedelta(seconds=60)


class InboundEventQuerySet(models.QuerySet[M]):
    """Questions about inbound events."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Colleagues see what vendors told us; nobody else."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_internal:
            return self.none()
        return self

    def about(self, provider: str, subject_id: str) -> Self:
        """Everything told about one record of a vendor."""
        return self.filter(provider=provider, subject_id=subject_id)

    def shown_at(self, workstream: "WorkStream") -> Self:
        """What the administration screen of a WorkStream lists: what it followed, and what waits for it."""
        its_own = Q(workstream=workstream)
        if workstream.opportunity_id:
            its_own |= Q(workstream=None, subject_id=workstream.opportunity_id)
        return self.filter(its_own)

    def claim(self, *, now: datetime) -> M | None:
        """Take the oldest due event for one worker; the claim is a lease that runs out if the worker dies."""
        return claim_first(self.filter(state="received"), now=now, lease=LEASE)


class MailboxQuerySet(models.QuerySet[M]):
    """Questions about mailboxes."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Colleagues see what goes to vendors; nobody else."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_internal:
            return self.none()
        return self

    def due(self, provider: str, *, now: datetime) -> Self:
        """Those of a vendor that somebody should take, longest due first."""
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        return self.filter(free, provider=provider, due_at__lte=now).order_by("due_at")


class DeliveryQuerySet(models.QuerySet[M]):
    """Questions about deliveries."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Colleagues see what goes to vendors; nobody else."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_internal:
            return self.none()
        return self

    def unsettled(self) -> Self:
        """What still has to go out, or waits for a person."""
        return self.filter(state__in=["waiting", "parked"])
