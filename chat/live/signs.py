"""Signs of life: who is writing, who is looking, who has read how far, that files changed. They pass by and are gone.

A sign is no part of the conversation: it has no number, nobody catches up with it, and without Redis there are none.
What colleagues do among themselves (notes, looking) travels on the notes' channel, which no client's stream hears.
"""

import json
import logging
import time
from typing import Any

import redis
from django.db import transaction

from accounts.models import User
from chat.live.announce import connected
from chat.live.channels import Kind, channel_of, place_of
from workstreams.models import WorkStream

logger = logging.getLogger(__name__)

# Seconds. A browser tells again every few while somebody writes, and every LOOKS_EVERY while somebody looks.
WRITES_EVERY = 2.0
LOOKS_EVERY = 25
LOOKING_FOR = 60


def writing(workstream: WorkStream, person: User, kind: Kind) -> None:
    """Show the others that a person is writing; told at most every WRITES_EVERY, however often it is said."""
    try:
        lately = place_of("writing", workstream.public_id, kind, person.public_id)
        if connected().set(lately, "1", nx=True, px=int(WRITES_EVERY * 1000)):
            _tell(workstream, kind, "writing", person)
    except redis.RedisError as error:
        _log(error)


def looking(workstream: WorkStream, colleague: User, *, is_gone: bool = False) -> list[dict[str, str]]:
    """Note that a colleague has a WorkStream open, or has left it; the other colleagues who are looking.

    Who does not show it is not noted, and sees the others all the same.
    """
    place = place_of("looking", workstream.public_id)
    own = json.dumps([str(colleague.public_id), colleague.display_name])
    now = time.time()
    try:
        with connected().pipeline(transaction=False) as asked:
            asked.zremrangebyscore(place, "-inf", now)
            if colleague.shows_typing and not is_gone:
                asked.zadd(place, {own: now + LOOKING_FOR})
            else:
                asked.zrem(place, own)
            asked.expire(place, LOOKING_FOR)
            asked.zrange(place, 0, 50)
            _, has_changed, _, found = asked.execute()
        if has_changed:
            _tell(workstream, Kind.NOTE, "left" if is_gone else "looking", colleague)
    except redis.RedisError as error:
        _log(error)
        return []
    others = (json.loads(each) for each in found)
    return [{"person": person, "name": name} for person, name in others if person != str(colleague.public_id)]


def read(workstream: WorkStream, reader: User, *, message: int, note: int, is_member: bool) -> None:
    """Show the others how far somebody has read, once it is committed; clients hear it of members only."""

    def tell() -> None:
        try:
            _tell(workstream, Kind.MESSAGE if is_member else Kind.NOTE, "read", reader, of="message", number=message)
            if note:
                _tell(workstream, Kind.NOTE, "read", reader, of="note", number=note)
        except redis.RedisError as error:
            _log(error)

    transaction.on_commit(tell, robust=True)


def files_changed(workstream: WorkStream) -> None:
    """Have open pages look anew at files and at what is asked for, once it is committed; what changed is not told."""

    def tell() -> None:
        try:
            connected().publish(channel_of(Kind.MESSAGE, workstream.public_id), json.dumps({"sign": {"what": "files"}}))
        except redis.RedisError as error:
            logger.warning("Redis is away (%s); open pages do not see that files changed.", error)

    transaction.on_commit(tell, robust=True)


def _tell(workstream: WorkStream, kind: Kind, what: str, person: User, **more: Any) -> None:
    sign = {"what": what, "of": kind, "person": str(person.public_id), "name": person.display_name, **more}
    connected().publish(channel_of(kind, workstream.public_id), json.dumps({"sign": sign}))


def _log(error: redis.RedisError) -> None:
    logger.warning("Redis is away (%s); nobody sees who is writing or looking.", error)
