"""The names of the Redis channels: one for messages and one for notes of each WorkStream, never shared."""

from enum import StrEnum
from uuid import UUID

from django.conf import settings

PERSON = "person"


class Kind(StrEnum):
    """What travels; each kind has its own table, channel and numbers."""

    MESSAGE = "message"
    NOTE = "note"


def channel_of(kind: Kind, public_id: UUID) -> str:
    """The channel of one kind in one WorkStream."""
    return f"{_root()}:{kind}:{public_id}"


def place_of(what: str, *words: object) -> str:
    """The key under which something short-lived is kept; no pattern of channels matches it."""
    return ":".join([f"{settings.LIVE_PREFIX}:signs", what, *map(str, words)])


def channel_of_person(public_id: UUID) -> str:
    """Where it is told that what one person may see changed."""
    return f"{_root()}:{PERSON}:{public_id}"


def patterns() -> list[str]:
    """What a web process subscribes to: every channel of this installation."""
    # The word of the installation may hold characters that mean something in a pattern.
    root = "".join(f"\\{c}" if c in "*?[]\\^" else c for c in _root())
    return [f"{root}:{kind}:*" for kind in (*Kind, PERSON)]


def _root() -> str:
    return f"{settings.LIVE_PREFIX}:live"
