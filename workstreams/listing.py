"""A person's own list: a page of WorkStreams, and in which order they ask for attention (ux of "My WorkStreams")."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from workstreams.models import WorkStream
from workstreams.querysets import WorkStreamQuerySet

PER_PAGE = 50


@dataclass(frozen=True)
class Page:
    """The latest WorkStreams of a list; `older` goes into the address of the next page, empty on the last one."""

    rows: Sequence[WorkStream]
    older: str


def page_of(rows: WorkStreamQuerySet[WorkStream], *, before: str = "") -> Page:
    """The fifty of `rows` that moved last, or last before the one with the public id `before`.

    An address that names nothing in the list (typed by hand, or since taken away) means the first page.
    """
    if anchor := _find(rows, before):
        rows = rows.filter(
            Q(last_activity_at__lt=anchor.last_activity_at)
            | Q(last_activity_at=anchor.last_activity_at, pk__lt=anchor.pk)
        )
    found = list(rows.order_by("-last_activity_at", "-pk")[: PER_PAGE + 1])
    has_older = len(found) > PER_PAGE
    return Page(found[:PER_PAGE], str(found[PER_PAGE - 1].public_id) if has_older else "")


def _find(rows: WorkStreamQuerySet[WorkStream], public_id: str) -> WorkStream | None:
    try:
        return rows.filter(public_id=UUID(public_id)).first()
    except ValueError:
        return None


class Chat(Protocol):
    """What the list needs to know of a chat; the chat itself is a floor up."""

    @property
    def at(self) -> datetime | None:
        """When the last message was posted."""

    @property
    def unread(self) -> int:
        """How many messages this person has not seen."""

    @property
    def waiting_on(self) -> str:
        """Whose turn it is: "you", "us" (the company) or "client"."""


@dataclass(frozen=True)
class Row:
    """One line of the list. `waiting_on` is empty where nobody waits: closed, or the chat is not this viewer's."""

    workstream: WorkStream
    chat: Chat | None
    waiting_on: str
    promise: object | None
    wants_go_ahead: bool

    @property
    def unread(self) -> int:
        """How many messages this person has not seen."""
        return self.chat.unread if self.chat else 0

    @property
    def latest(self) -> datetime:
        """When something happened last."""
        return (self.chat and self.chat.at) or self.workstream.last_activity_at


def by_attention(
    workstreams: Sequence[WorkStream],
    viewer: User,
    *,
    chats: Mapping[int, Chat],
    go_aheads_wanted: AbstractSet[int] = frozenset(),
    promises: Mapping[int, object] | None = None,
) -> list[Row]:
    """What waits on this viewer's side first, then what is unread, then the latest.

    A go-ahead that is wanted waits on the client, a promised first answer on us, whoever wrote last.
    """
    client, turn = ("client", "us") if viewer.is_team else ("you", "you")
    promises = promises or {}

    def waiting_on(row: WorkStream) -> str:
        chat = chats.get(row.pk)
        if chat is None or not row.is_open:
            return ""
        if row.pk in go_aheads_wanted:
            return client
        return "us" if row.pk in promises else chat.waiting_on

    rows = [
        Row(row, chats.get(row.pk), waiting_on(row), promises.get(row.pk), row.pk in go_aheads_wanted)
        for row in workstreams
    ]
    return sorted(rows, key=lambda row: (row.waiting_on != turn, not row.unread, -row.latest.timestamp()))
