"""Numbering and storing a message or note, with its author's read mark, its files and its event, in one statement.

The counter's row lock orders the numbers by commit, so "everything after N" never misses one. Whoever holds it keeps
everybody else of this chat waiting; so this is the last statement before the commit, and nothing that takes time may
stand between the two.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

from activity.models import Event, SystemActor
from activity.record import follow
from chat import events
from chat.models import Message, Note


class NotStored(Exception):
    """Nothing was stored: the WorkStream is closed, this key was used before, or the author is no longer on it."""


@dataclass(frozen=True)
class Shape:
    """What differs between messages and notes: their table and its own column, their counter, mark and verb."""

    table: str
    own: str
    counter: str
    mark: str
    verb: str


_MESSAGE = Shape("chat_message", "side", "last_message", "message", events.MESSAGE_POSTED)
_NOTE = Shape("chat_note", "is_creation_note", "last_note", "note", events.NOTE_POSTED)

_APPEND = """
WITH {held} counted AS (
  INSERT INTO chat_counter AS c (workstream_id, {counter}, {other_counter})
  SELECT w.id, 1, 0 FROM workstreams_workstream w
   WHERE w.id = %(workstream)s AND (w.status = 'open' OR %(also_closed)s) {is_held}
     AND NOT EXISTS (SELECT FROM {table} WHERE workstream_id = %(workstream)s AND client_key = %(client_key)s)
  ON CONFLICT (workstream_id) DO UPDATE SET {counter} = c.{counter} + 1
  RETURNING {counter} AS number
), entry AS (
  INSERT INTO {table} (workstream_id, number, author_id, client_key, body, created_at, {own}{outside})
  SELECT %(workstream)s, number, %(author)s::bigint, %(client_key)s, %(body)s, %(at)s, %(own)s{outside_values}
    FROM counted
  RETURNING id
), {filed} marked AS (
  INSERT INTO chat_readmark AS r (workstream_id, user_id, {mark}, {other_mark})
  SELECT %(workstream)s, %(author)s::bigint, number, 0 FROM counted WHERE %(author)s::bigint IS NOT NULL
  ON CONFLICT (workstream_id, user_id) DO UPDATE SET {mark} = GREATEST(r.{mark}, EXCLUDED.{mark})
), event AS (
  INSERT INTO activity_event (at, verb, actor_id, system_actor, workstream_id, data)
  SELECT %(at)s, %(verb)s, %(author)s::bigint, %(system_actor)s, %(workstream)s,
         %(data)s::jsonb || jsonb_build_object('number', number)
    FROM counted
  RETURNING id
)
SELECT counted.number, entry.id, event.id FROM counted, entry, event
"""


# Nobody is taken off while what they say is being stored; whoever was taken off says nothing any more.
_HELD = """held AS (
  SELECT id FROM workstreams_membership
   WHERE workstream_id = %(workstream)s AND user_id = %(author)s FOR NO KEY UPDATE
),"""
_FILED = """filed AS (
  INSERT INTO chat_messagefile (message_id, attachment_id)
  SELECT entry.id, f.id FROM entry, unnest(%(files)s::bigint[]) WITH ORDINALITY AS f (id, place) ORDER BY f.place
),"""


@cache
def _statement(shape: Shape, *, holds_member: bool, has_files: bool, is_from_outside: bool) -> str:
    other = _NOTE if shape is _MESSAGE else _MESSAGE
    return _APPEND.format(
        held=_HELD if holds_member else "",
        is_held="AND EXISTS (SELECT FROM held)" if holds_member else "",
        filed=_FILED if has_files else "",
        outside=", came_from, said_by" if is_from_outside else "",
        outside_values=", %(came_from)s, %(said_by)s" if is_from_outside else "",
        table=shape.table,
        own=shape.own,
        counter=shape.counter,
        mark=shape.mark,
        other_counter=other.counter,
        other_mark=other.mark,
    )


def append(
    entry: Message | Note,
    *,
    also_closed: bool,
    mentioned: Sequence[int] = (),
    files: Sequence[int] = (),
    holds_member: bool = False,
) -> None:
    """Give an entry its number and its primary key, and let happen what follows from its event. In a transaction.

    `mentioned`: the ids of those whom a note names, for its event. `files`: the ids of attachments that a message
    carries. With `holds_member` the author's membership is held until the commit, and needed.

    What was said elsewhere has `came_from` in its event, so that it is not taken back there.

    Raises: NotStored, when the key was used before, the WorkStream is closed and not `also_closed`, or the membership
    is gone; IntegrityError, when a second request with the same key was quicker by a moment.
    """
    data: dict[str, Any] = {}
    own: str | bool
    if isinstance(entry, Message):
        shape, own = _MESSAGE, str(entry.side)
        data["side"] = own
    else:
        shape, own = _NOTE, entry.is_creation_note
        data["mentioned"] = list(mentioned)
    system_actor = _speaks_for(entry)
    if entry.came_from:
        data["came_from"] = str(entry.came_from)
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(shape, holds_member=holds_member, has_files=bool(files), is_from_outside=bool(entry.came_from)),
            {
                "workstream": entry.workstream_id,
                "author": entry.author_id,
                "system_actor": str(system_actor),
                "client_key": entry.client_key,
                "body": entry.body,
                "at": entry.created_at,
                "own": own,
                "came_from": entry.came_from,
                "said_by": entry.said_by,
                "verb": shape.verb,
                "data": json.dumps(data),
                "also_closed": also_closed,
                "files": list(files),
            },
        )
        row = cursor.fetchone()
    if row is None:
        raise NotStored
    entry.number, entry.pk, event_id = row
    follow(
        Event(
            pk=event_id,
            at=entry.created_at,
            verb=shape.verb,
            actor=entry.author,
            system_actor=system_actor,
            workstream=entry.workstream,
            data={"number": entry.number, **data},
        )
    )


def _speaks_for(entry: Message | Note) -> str:
    """Who acts when no account does: the vendor where it was said, or the portal itself."""
    if entry.author_id:
        return ""
    return str(SystemActor(entry.came_from) if entry.came_from else SystemActor.PORTAL)
