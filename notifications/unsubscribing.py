"""The ways out of each mail: signed links that need no sign-in, and the headers mail programs make a button of.

A link can do one thing only: tell its person less. So it does not end; whoever finds an old mail can still use it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from notifications.policy import TOPICS
from workstreams.models import WorkStream

_SALT = "notifications.unsubscribe"


@dataclass(frozen=True)
class WaysOut:
    """What stands at the end of a mail; empty addresses where there is no such way."""

    preferences: str
    unsubscribe: str = ""
    mute: str = ""
    # Why there is no way out.
    must: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """What a link asks for: no more mails on these topics, or to hear nothing of this WorkStream."""

    person: UUID
    topics: tuple[str, ...] = ()
    workstream: UUID | None = None


def ways_out(person: User, topics: Sequence[str], workstream: WorkStream | None) -> WaysOut:
    """How this person can be rid of mails like this one (RFC 2369, RFC 8058)."""
    preferences = f"{settings.BASE_URL}{reverse('notifications:preferences')}"
    optional = [name for name in dict.fromkeys(topics) if not TOPICS[name].must]
    if not optional:
        return WaysOut(preferences, must=next((TOPICS[name].must for name in topics), ""))
    unsubscribe = _address(Wish(person.public_id, tuple(optional)))
    return WaysOut(
        preferences,
        unsubscribe,
        mute=_address(Wish(person.public_id, workstream=workstream.public_id)) if workstream else "",
        headers={"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def _address(wish: Wish) -> str:
    return f"{settings.BASE_URL}{reverse('notifications:unsubscribe', args=[sign(wish)])}"


def sign(wish: Wish) -> str:
    """A wish as a part of an address that nobody can make up."""
    content = [wish.person.hex, list(wish.topics), wish.workstream.hex if wish.workstream else ""]
    return signing.dumps(content, salt=_SALT)


def read(signed: str) -> Wish | None:
    """The wish; None for what we did not sign."""
    try:
        person, topics, workstream = signing.loads(signed, salt=_SALT)
        return Wish(UUID(person), tuple(topics), UUID(workstream) if workstream else None)
    except (signing.BadSignature, ValueError, TypeError):
        return None
