"""Questions about messages and notes."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser

from workstreams.tenancy import InWorkStreamQuerySet, M

if TYPE_CHECKING:
    from accounts.models import User


class MessageQuerySet(InWorkStreamQuerySet[M]):
    """Questions about messages. Agile Workers never see the chat (A7)."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The messages of WorkStreams this person sees, if they take part in chats at all."""
        if isinstance(user, AnonymousUser) or (user.is_team and not user.is_internal):
            return self.none()
        return super().visible_to(user)

    def after(self, number: int) -> Self:
        """Everything with a higher number, in order: what a reader who saw `number` is missing."""
        return self.filter(number__gt=number).order_by("number").select_related("author__organization")


class NoteQuerySet(InWorkStreamQuerySet[M]):
    """Questions about Internal Notes: for colleagues only (R70)."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The notes of every WorkStream for colleagues; none for anybody else."""
        if isinstance(user, AnonymousUser) or not user.is_internal:
            return self.none()
        return super().visible_to(user)

    def after(self, number: int) -> Self:
        """Everything with a higher number, in order."""
        return self.filter(number__gt=number).order_by("number").select_related("author")


class ReadMarkQuerySet(InWorkStreamQuerySet[M]):
    """Questions about read marks."""
