"""Questions about messages and notes."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Prefetch

from workstreams.tenancy import InWorkStreamQuerySet, M

if TYPE_CHECKING:
    from accounts.models import User


class EntryQuerySet(InWorkStreamQuerySet[M]):
    """What messages and notes share. Each question loads all that is printed of an entry."""

    printed: tuple[str, ...] = ()

    def whole(self) -> Self:
        """Each with all that is printed of it."""
        return self.select_related(*self.printed)

    def of_people(self) -> Self:
        """What people said, with an account here or without; not what the portal says itself."""
        return self.exclude(author=None, said_by="")

    def after(self, number: int) -> Self:
        """Everything with a higher number, in order: what a reader who saw `number` is missing."""
        return self.filter(number__gt=number).order_by("number").whole()

    def changed_after(self, change: int) -> Self:
        """Everything that was edited or removed after a change, in that order, each as it is now."""
        # The second condition is the first one's for the planner: it makes the index of the few that changed usable.
        rows = self.filter(change__gt=change).filter(change__gt=0)
        return rows.order_by("change").whole()

    def window(self, count: int, *, before: int | None = None) -> list[M]:
        """The last `count` in order, or the last ones before a number."""
        rows = self if before is None else self.filter(number__lt=before)
        return list(reversed(rows.order_by("-number").whole()[:count]))

    def around(self, number: int, count: int) -> list[M]:
        """About `count` in order, with a number in their middle. Numbers have no gaps, so this is one look."""
        half = count // 2
        rows = self.filter(number__gte=number - half, number__lt=number + half)
        return list(rows.order_by("number").whole())


class MessageQuerySet(EntryQuerySet[M]):
    """Questions about messages. Agile Workers never see the chat (A7)."""

    printed = ("author__organization",)

    def with_files(self) -> Self:
        """Each message with the files it carries; one more query however many there are."""
        from chat.models import MessageFile  # noqa: PLC0415  the models import this module

        return self.prefetch_related(Prefetch("files", queryset=MessageFile.objects.printed(), to_attr="shown_files"))

    def whole(self) -> Self:
        """Each with all that is printed of it."""
        return super().whole().with_files()

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The messages of WorkStreams this person sees, if they take part in chats at all."""
        if isinstance(user, AnonymousUser) or (user.is_team and not user.is_internal):
            return self.none()
        return super().visible_to(user)


class NoteQuerySet(EntryQuerySet[M]):
    """Questions about Internal Notes: for colleagues only (R70)."""

    printed = ("author", "workstream")

    def with_mentions(self) -> Self:
        """Each note with whom it names; one more query however many notes there are."""
        from chat.models import Mention  # noqa: PLC0415  the models import this module

        mentions = Mention.objects.select_related("user")
        return self.prefetch_related(Prefetch("mentions", queryset=mentions, to_attr="shown_mentions"))

    def whole(self) -> Self:
        """Each with all that is printed of it."""
        return super().whole().with_mentions()

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The notes of every WorkStream for colleagues; none for anybody else."""
        if isinstance(user, AnonymousUser) or not user.is_internal:
            return self.none()
        return super().visible_to(user)


class MessageFileQuerySet(InWorkStreamQuerySet[M]):
    """Questions about the files that messages carry; whoever may not read a chat knows none of them."""

    workstream_path = "message__workstream"

    def printed(self) -> Self:
        """Each with its attachment, and whether that can be looked into."""
        return self.select_related("attachment__preview").defer("attachment__preview__facts")

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The files of messages this person may read."""
        if isinstance(user, AnonymousUser) or (user.is_team and not user.is_internal):
            return self.none()
        return super().visible_to(user)


class MentionQuerySet(InWorkStreamQuerySet[M]):
    """Questions about who was named in notes: for colleagues only, like the notes (R70)."""

    workstream_path = "note__workstream"

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The mentions in every note for colleagues; none for anybody else."""
        if isinstance(user, AnonymousUser) or not user.is_internal:
            return self.none()
        return super().visible_to(user)


class ReadMarkQuerySet(InWorkStreamQuerySet[M]):
    """Questions about read marks, which belong to the chat: Agile Workers see none (A7)."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The marks in WorkStreams whose chat this person reads; to clients those of its members only."""
        if isinstance(user, AnonymousUser) or (user.is_team and not user.is_internal):
            return self.none()
        marks = super().visible_to(user)
        if user.is_internal:
            return marks
        # Whom the Members list does not name has only looked in.
        return marks.filter(workstream__memberships__user=F("user"))
