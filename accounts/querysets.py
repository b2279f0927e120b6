"""Questions about people and client organisations."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.capabilities import INTERNAL_ROLES, Role

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)


class OrganizationQuerySet(models.QuerySet[M]):
    """Questions about client organisations."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The organisations this person may know exist: colleagues all, clients their own (A1)."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self if user.is_internal else self.filter(pk=user.organization_id)


class UserQuerySet(models.QuerySet[M]):
    """Questions about people."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The people this person may look up: colleagues all, everybody else only themselves.

        Whom a client meets on a WorkStream they reach by its memberships, not by this.
        """
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self if user.is_internal else self.filter(pk=user.pk)

    def with_address(self, email: str) -> Self:
        """Whoever has this e-mail address, whatever its case (F4). Addresses are stored in small letters.

        The database does not decide what is the same: without regard to case it takes letters for one that are two to
        every mail server (“ı” and “i”), and a code for one mailbox would open the account of another.
        """
        return self.filter(email=email.strip().lower())

    def confirmed(self) -> Self:
        """Those who showed that they read the mails of their address, and those of whom nobody wanted to know.

        Anybody can type an address where one signs in: that alone registers it, and makes nobody of it.
        """
        from allauth.account.models import EmailAddress  # noqa: PLC0415  its models point at ours

        typed_only = EmailAddress.objects.filter(user=OuterRef("pk"), email=OuterRef("email"), verified=False)
        return self.filter(~Exists(typed_only))

    def active_colleagues(self) -> Self:
        """Those who can carry a WorkStream: active, of the company, and no Agile Workers (R87)."""
        return self.filter(is_active=True, role__in=INTERNAL_ROLES)

    def told_of_unassigned(self) -> Self:
        """Colleagues told of every new WorkStream (A17): those who chose it, and ISRs who did not choose."""
        return self.active_colleagues().filter(
            Q(told_of_unassigned=True) | Q(told_of_unassigned__isnull=True, role=Role.ISR)
        )


class OwnQuerySet(models.QuerySet[M]):
    """For what belongs to one `person` and concerns nobody else."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """One's own rows; nobody sees another person's."""
        return self.filter(person_id=user.pk) if user.is_authenticated and user.is_active else self.none()
