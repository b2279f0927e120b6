"""Telling open pages what was posted, after the commit. Redis may be away: pages then find it in the database."""

import json
import logging
from functools import cache
from uuid import UUID

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from chat.conversation import html_of
from chat.live.channels import Kind, channel_of, channel_of_person
from chat.models import Message, Note
from workstreams.models import WorkStream

logger = logging.getLogger(__name__)


def message_posted(message: Message) -> None:
    """Show a message on every open page of its WorkStream, once it is committed."""
    transaction.on_commit(lambda: _publish(Kind.MESSAGE, message.workstream, payload_of(message)), robust=True)


def note_posted(note: Note) -> None:
    """Show a note on every colleague's open page of its WorkStream, once it is committed."""
    transaction.on_commit(lambda: _publish(Kind.NOTE, note.workstream, payload_of(note)), robust=True)


def message_changed(message: Message) -> None:
    """Show on every open page that a message was edited or removed, once it is committed."""
    transaction.on_commit(lambda: _publish(Kind.MESSAGE, message.workstream, payload_of_change(message)), robust=True)


def note_changed(note: Note) -> None:
    """Show on every colleague's open page that a note was edited or removed, once it is committed."""
    transaction.on_commit(lambda: _publish(Kind.NOTE, note.workstream, payload_of_change(note)), robust=True)


def person_changed(public_id: UUID) -> None:
    """Have every open page of one person look again, at once: a session ended, or they became somebody else."""

    def tell() -> None:
        _send(channel_of_person(public_id), json.dumps({"look_again": True}))

    transaction.on_commit(tell, robust=True)


def payload_of(entry: Message | Note) -> str:
    """What one message or note looks like on the way: its number, and its HTML as any viewer gets it."""
    return json.dumps({"number": entry.number, "html": html_of(entry)})


def payload_of_change(entry: Message | Note) -> str:
    """What a changed message or note looks like on the way: besides, the number of the change."""
    return json.dumps({"number": entry.number, "change": entry.change, "html": html_of(entry)})


def _publish(kind: Kind, workstream: WorkStream, payload: str) -> None:
    _send(channel_of(kind, workstream.public_id), payload)


def _send(channel: str, payload: str) -> None:
    try:
        connected().publish(channel, payload)
    except redis.RedisError as error:
        logger.warning("Redis is away (%s); open pages find what was posted in the database.", error)


@cache
def connected() -> redis.Redis:
    """This process's connections to Redis."""
    # A person waits for this while Redis is away, so it gives up soon. One more try replaces a connection that died.
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5, retry=Retry(NoBackoff(), 1)
    )
