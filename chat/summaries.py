"""What lists of WorkStreams say about each chat: the last line, how much is unread, and whose turn it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import connection
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Coalesce

from accounts.models import User
from chat.models import Message
from chat.text import as_plain_text
from workstreams.choices import Side
from workstreams.models import WorkStream

EXCERPT = 140
# Enough of a long message to make an excerpt from, and little work.
READ_FOR_EXCERPT = 1000
# So many of one's own unread WorkStreams are gone through by keys.
MOST_UNREAD = 500

WaitingOn = Literal["you", "us", "client"]


@dataclass(frozen=True)
class Summary:
    """The chat of one WorkStream in one line. `unread` is how many messages this person has not seen."""

    author: str
    text: str
    at: datetime | None
    unread: int
    # "us" is always the company; the other side is "you" to a client and "client" to a colleague.
    waiting_on: WaitingOn


def summaries(workstreams: Iterable[WorkStream], reader: User) -> dict[int, Summary]:
    """One summary per WorkStream, by primary key, in one query however many there are.

    A WorkStream without messages waits on the company; one whose chat this person may not read has no summary.
    """
    rows = list(workstreams)
    if not Message.objects.visible_to(reader).query.is_empty():
        last = (
            Message.objects.visible_to(reader)
            .filter(
                workstream__in=[row.pk for row in rows],
                number=F("workstream__chat_counter__last_message"),
            )
            .annotate(mark=FilteredRelation("workstream__read_marks", condition=Q(workstream__read_marks__user=reader)))
            .annotate(read=F("mark__message"))
            .select_related("author")
        )
        found = {message.workstream_id: _summary(message, reader) for message in last}
        return {row.pk: found.get(row.pk, Summary("", "", None, 0, "us")) for row in rows}
    return {}


@dataclass(frozen=True)
class Turn:
    """How much one person has not read of a chat, and whose turn it is there."""

    unread: int
    waiting_on: WaitingOn


def turns(workstreams: Iterable[WorkStream], reader: User) -> dict[int, Turn]:
    """One turn per WorkStream, by primary key, in one query: what a summary says without its text, for colleagues.

    The grid asks for it with every page, so it is written out. Everybody else gets none.
    """
    keys = [row.pk for row in workstreams]
    if not (keys and reader.is_active and reader.is_internal):
        return {}
    found = {key: Turn(0, "us") for key in keys}
    with connection.cursor() as cursor:
        cursor.execute(_TURNS, [reader.pk, keys])
        for key, side, unread in cursor.fetchall():
            found[key] = Turn(unread, "us" if side == Side.CLIENT else "client")
    return found


_TURNS = """
SELECT message.workstream_id, message.side, greatest(0, message.number - coalesce(mark.message, 0))
  FROM chat_counter counter
  JOIN chat_message message ON message.workstream_id = counter.workstream_id AND message.number = counter.last_message
  LEFT JOIN chat_readmark mark ON mark.workstream_id = counter.workstream_id AND mark.user_id = %s
 WHERE counter.workstream_id = ANY(%s)
"""


def unread_beside(reader: User, public_id: UUID, *, is_back: bool = False) -> WorkStream | None:
    """The next WorkStream this person is a member of that has unread messages, after this one; at the end the first."""
    if Message.objects.visible_to(reader).query.is_empty():
        return None
    mine = WorkStream.objects.visible_to(reader).filter(memberships__user=reader)
    mark = FilteredRelation("read_marks", condition=Q(read_marks__user=reader))
    unread = mine.alias(mark=mark, read=Coalesce("mark__message", 0)).filter(chat_counter__last_message__gt=F("read"))
    found = list(unread.exclude(public_id=public_id).order_by("-last_activity_at", "-pk")[:MOST_UNREAD])
    if is_back:
        found.reverse()
    here = WorkStream.objects.visible_to(reader).filter(public_id=public_id).first()
    if here is not None:
        for workstream in found:
            is_further = (here.last_activity_at, here.pk) > (workstream.last_activity_at, workstream.pk)
            if is_further is not is_back:
                return workstream
    return found[0] if found else None


def _summary(message: Message, reader: User) -> Summary:
    author = "You" if message.author_id == reader.pk else message.author_name
    read: int = getattr(message, "read", None) or 0
    return Summary(
        author=author,
        text="Message removed" if message.removed_at else _excerpt(message.body) or "Sent a file",
        at=message.created_at,
        unread=max(0, message.number - read),
        waiting_on=_waiting_on(message, reader),
    )


def _waiting_on(message: Message, reader: User) -> WaitingOn:
    if message.side == Side.CLIENT:
        return "us"
    return "client" if reader.is_team else "you"


def _excerpt(body: str) -> str:
    line = " ".join(as_plain_text(body[:READ_FOR_EXCERPT]).split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"
