"""Writing the words down. A worker does it for what was posted, a few seconds later; see find.fresh for those seconds.

Beside its words an entry has marks, which the index finds as quickly: its WorkStream, its author, whether it carries
files, its month, and its block, so that the newest of very many answers are found without reading the others.
"""

import time
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from chat.models import Message, Note
from chat.search.words import vector_of

BATCH = 500
# Primary keys are given out before the commit, so an entry may appear below others that are indexed already.
LOOK_BACK = 5_000
BLOCK = 17  # bits of a primary key: 131,072 entries
_LOCK = 0x776F726473  # one writer at a time, and no edit meanwhile

_WAITING = """
SELECT e.id, e.workstream_id, e.author_id, e.created_at, e.body, {has_files}
  FROM {table} e
 WHERE e.id > (SELECT coalesce(max(entry_id), 0) - %s FROM {words}) AND e.removed_at IS NULL
   AND NOT EXISTS (SELECT FROM {words} w WHERE w.entry_id = e.id)
 ORDER BY e.id LIMIT %s
"""
_ADD = "INSERT INTO {words} (entry_id, workstream_id, created_at, vector) VALUES (%s, %s, %s, %s::tsvector)"
_FILES = "EXISTS (SELECT FROM chat_messagefile f WHERE f.message_id = e.id)"
_SHAPES: dict[type[Message] | type[Note], dict[str, str]] = {
    Message: {"table": "chat_message", "words": "chat_messagewords", "has_files": _FILES},
    Note: {"table": "chat_note", "words": "chat_notewords", "has_files": "false"},
}


def of_workstream(key: int) -> str:
    """The mark of what stands in a WorkStream."""
    return f"~w{key}"


def of_author(key: int) -> str:
    """The mark of what somebody wrote."""
    return f"~a{key}"


def of_month(at: datetime) -> str:
    """The mark of what was written in a month."""
    return f"~m{at:%Y%m}"


WITH_FILES = "~f"


def index_waiting(*, seconds: float = 20) -> int:
    """Write down the words of what was posted, the oldest first, for so long; how many there were."""
    done = 0
    until = time.monotonic() + seconds
    for kind in (Message, Note):
        while (found := _index_some(kind)) and time.monotonic() < until:
            done += found
            if found < BATCH:
                break
    return done


def renew(entry: Message | Note) -> None:
    """Write the words of an edited entry anew. In the transaction of the edit; what is not indexed yet will be."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        has_files = isinstance(entry, Message) and entry.files.exists()
        vector = _vector(entry.pk, entry.workstream_id, entry.author_id, entry.created_at, entry.body, has_files)
        words = _SHAPES[type(entry)]["words"]
        cursor.execute(f"UPDATE {words} SET vector = %s::tsvector WHERE entry_id = %s", [vector, entry.pk])  # noqa: S608


def forget(entry: Message | Note) -> None:
    """Remove the words of a removed entry, in the transaction that removes it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(f"DELETE FROM {_SHAPES[type(entry)]['words']} WHERE entry_id = %s", [entry.pk])  # noqa: S608


def _index_some(kind: type[Message] | type[Note]) -> int:
    shape = _SHAPES[kind]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_WAITING.format(**shape), [LOOK_BACK, BATCH])
        rows = cursor.fetchall()
        cursor.executemany(_ADD.format(**shape), [_row(row) for row in rows])
    return len(rows)


def _row(row: tuple[Any, ...]) -> tuple[Any, ...]:
    key, workstream, author, created_at, body, has_files = row
    return key, workstream, created_at, _vector(key, workstream, author, created_at, body, has_files)


def _vector(key: int, workstream: int, author: int | None, at: datetime, body: str, has_files: bool) -> str:  # noqa: PLR0917
    marks = [of_workstream(workstream), of_month(at), f"~b{key >> BLOCK}"]
    if author is not None:
        marks.append(of_author(author))
    if has_files:
        marks.append(WITH_FILES)
    return vector_of(body, marks)
