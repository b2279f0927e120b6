"""Questions about opportunities."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

M = TypeVar("M", bound=models.Model)

if TYPE_CHECKING:
    from accounts.models import User


class OpportunityQuerySet(models.QuerySet[M]):
    """Questions about opportunities."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Colleagues see opportunities; nobody else."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_internal:
            return self.none()
        return self
