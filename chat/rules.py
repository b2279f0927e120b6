"""Who could change what was said: read by the pages, which offer it, and by the actions, which insist."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.capabilities import Role
from accounts.models import User
from chat.models import Message, Note

EDIT_FOR = timedelta(minutes=10)


def may_edit(entry: Message | Note, reader: User, *, now: datetime | None = None) -> bool:
    """Whether this person could edit it now, as long as they may write there."""
    return entry.author_id == reader.pk and not entry.removed_at and not is_too_late(entry, now or timezone.now())


def may_remove(entry: Message | Note, reader: User) -> bool:
    """Whether this person could remove it, as long as they may write there."""
    is_theirs = entry.author_id == reader.pk or reader.role == Role.ADMIN
    return is_theirs and not entry.is_automatic and not entry.removed_at


def is_too_late(entry: Message | Note, now: datetime) -> bool:
    """Whether its ten minutes are over; to the second they are not."""
    return now - entry.created_at > EDIT_FOR
