"""Questions about attempts to start."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

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
