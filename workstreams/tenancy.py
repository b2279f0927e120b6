"""What everything that hangs off a WorkStream inherits: who may see it, and who may do what with it."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models

from accounts.capabilities import CAPABILITIES, Can, Standing
from accounts.errors import NotAllowed

if TYPE_CHECKING:
    from accounts.models import User
    from workstreams.models import WorkStream

M = TypeVar("M", bound=models.Model)


class InWorkStreamQuerySet(models.QuerySet[M]):
    """For every model that hangs off a WorkStream, however deep: visible exactly where the WorkStream is."""

    workstream_path = "workstream"

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The rows of WorkStreams this person may know exist."""
        from workstreams.models import WorkStream  # noqa: PLC0415  the models import this module

        return self.filter(**{f"{self.workstream_path}__in": WorkStream.objects.visible_to(user)})


def standing_of(user: "User | AnonymousUser", workstream: "WorkStream") -> Standing:
    """What this person is to this WorkStream. Costs one query for clients and Agile Workers, none for colleagues."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return Standing.STRANGER
    if user.is_internal:
        return Standing(user.role)
    if not workstream.memberships.filter(user=user).exists():
        return Standing.STRANGER
    if user.is_team:
        return Standing(user.role)
    return Standing.OWNER if workstream.owner_id == user.pk else Standing.CLIENT_MEMBER


def capabilities_of(user: "User | AnonymousUser", workstream: "WorkStream") -> frozenset[Can]:
    """Everything this person may do with this WorkStream (matrix 1.14); its owner may let every member invite (A20)."""
    standing = standing_of(user, workstream)
    held = CAPABILITIES[standing]
    if standing == Standing.CLIENT_MEMBER and workstream.members_may_invite:
        held |= {Can.INVITE_CLIENT_PEOPLE}
    return held


def require(user: "User", capability: Can, workstream: "WorkStream | None" = None) -> None:
    """Insist on a capability; without a WorkStream, on what the role grants anywhere.

    Raises: NotAllowed, with a sentence that says what was missing.
    """
    held = user.may(capability) if workstream is None else capability in capabilities_of(user, workstream)
    if not held:
        raise NotAllowed(f"You may not {capability}.")
