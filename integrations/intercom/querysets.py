"""Questions about what of ours is what at Intercom."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from chat.models import Message

if TYPE_CHECKING:
    from accounts.models import User
    from chat.models import Note
    from workstreams.models import WorkStream

M = TypeVar("M", bound=models.Model)


class _ForColleagues(models.QuerySet[M]):
    """Only colleagues see what the portal keeps of a vendor."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Everything for colleagues, nothing for others."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_internal:
            return self.none()
        return self


class ContactQuerySet(_ForColleagues[M]):
    """Questions about contacts."""

    def known_as(self, contact_id: str) -> Self:
        """Whoever Intercom calls so, or called so before."""
        return self.filter(Q(contact_id=contact_id) | Q(former__contact_id=contact_id)).distinct()


class ConversationQuerySet(_ForColleagues[M]):
    """Questions about conversations."""

    def of(self, workstream: "WorkStream") -> Self:
        """The one that carries this WorkStream now."""
        return self.filter(workstream=workstream).exclude(state="gone")

    def being_opened(self) -> Self:
        """Those that Intercom was asked to open, and whose ids nobody here knows yet."""
        return self.filter(state="wanted", asked_at__isnull=False)


class PartQuerySet(_ForColleagues[M]):
    """Questions about parts."""

    def showing(self, entry: "Message | Note") -> Self:
        """All that ever showed this message or note."""
        return self.filter(message=entry) if isinstance(entry, Message) else self.filter(note=entry)


class ArrivingFileQuerySet(_ForColleagues[M]):
    """Questions about files that arrive."""

    def waiting(self) -> Self:
        """Those that have to be fetched."""
        return self.filter(state="waiting")
