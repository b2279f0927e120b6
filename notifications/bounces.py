"""Addresses that do not take our mails: marked when a server says so, cleared when their person signs in by mail."""

import re

from django.utils import timezone

from notifications.models import BouncedAddress

# Of RFC 3463: no such mailbox or domain, or one that is switched off. A full mailbox or a suspicion of spam passes.
_NO_SUCH_ADDRESS = re.compile(r"\b5\.(?:1\.\d{1,3}|2\.1)\b")
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
NO_SUCH_MAILBOX = 550


def is_for_good(words: str, *, code: int | None = None) -> bool:
    """Whether a server's answer says that the address does not exist, rather than that this mail is unwelcome."""
    if _ENHANCED.search(words):
        return bool(_NO_SUCH_ADDRESS.search(words))
    return code == NO_SUCH_MAILBOX


def refused(address: str, code: int, words: str) -> None:
    """A server refused this recipient while we were on the line."""
    if is_for_good(words, code=code):
        mark(address, words)


def mark(address: str, reason: str) -> None:
    """Remember that mails do not arrive at this address. Again changes nothing but the time and the reason."""
    BouncedAddress.objects.update_or_create(
        email=address.strip().lower()[:254],
        defaults={"bounced_at": timezone.now(), "reason": " ".join(reason.split())[:300]},
    )


def clear(address: str) -> None:
    """A mail arrived there after all."""
    BouncedAddress.objects.filter(email=address.lower()).delete()
