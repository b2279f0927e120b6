"""The bell: what a person was told, as rows to print, and how many of them are unread."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from notifications.notices import Notification
from notifications.querysets import COUNTED
from notifications.sentences import path_of, sentence
from workstreams.models import WorkStream


@dataclass(frozen=True)
class Item:
    """One row of the bell."""

    public_id: UUID
    topic: str
    says: str
    workstream: WorkStream | None
    at: datetime
    path: str
    is_unread: bool


def items(rows: Iterable[Notification]) -> list[Item]:
    """Rows as they are printed; ask for them with `in_bell().with_reading()`."""
    return [
        Item(row.public_id, row.topic, sentence(row), row.workstream, row.at, path_of(row), is_unread=_is_unread(row))
        for row in rows
    ]


def _is_unread(row: Notification) -> bool:
    seen = getattr(row, "seen", None) or 0
    return row.read_at is None and not (row.event_id is None and seen >= row.last)


@dataclass(frozen=True)
class Count:
    """How many are unread, as far as anybody counts."""

    number: int

    @property
    def label(self) -> str:
        """What stands on the bell."""
        return f"{COUNTED}+" if self.number > COUNTED else str(self.number)


def count_of(person: User) -> Count:
    """What stands on this person's bell. Costs the same however much they have not read."""
    return Count(Notification.objects.visible_to(person).unread().count_for_bell())
