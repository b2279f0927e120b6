"""Questions about tokens and remembered answers."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)


class ApiTokenQuerySet(models.QuerySet[M]):
    """Questions about tokens."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """A person's own tokens; nobody sees those of others here, whatever their role."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self.filter(person=user)

    def usable(self, *, now: datetime) -> Self:
        """Those neither expired nor revoked."""
        return self.filter(revoked_at=None, expires_at__gt=now)

    def used(self, token: M, *, now: datetime, at_most_every: timedelta) -> None:
        """Remember the use, unless another request just did: it looks again itself and never goes back in time."""
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - at_most_every)
        self.filter(stale, pk=token.pk).update(last_used_at=now)


class RememberedAnswerQuerySet(models.QuerySet[M]):
    """Questions about remembered answers."""

    def older_than(self, moment: datetime) -> Self:
        """Those that need not be remembered any longer."""
        return self.filter(at__lt=moment)
