"""Whether our own mail server proved who sent a mail."""

import re

from django.conf import settings

from mailroom.reading import Read

_RESULT = re.compile(r"\b(dmarc|dkim|spf)=([a-z]+)", re.IGNORECASE)
_DOMAIN = re.compile(
    r"\b(?:header\.d|header\.i|smtp\.mailfrom|smtp\.mail)=\"?(?:[^\s;@\"]*@)?([^\s;\"]+)", re.IGNORECASE
)


def is_proved(found: Read) -> bool:
    """Whether DMARC passed, or SPF or DKIM for the sender's own domain (RFC 8601).

    Only the topmost result of MAIL_TRUSTED_SERVER counts: a sender can write such headers too, but our server writes
    above them. Without that setting nothing is asked, and the secrecy of the address has to do.
    """
    trusted = settings.MAIL_TRUSTED_SERVER
    if not trusted:
        return True
    if not found.authentication:
        return False
    server, _, results = found.authentication[0].partition(";")
    if (server.split() or [""])[0].lower() != trusted:
        return False
    domain = found.sender.rpartition("@")[2]
    passed = False
    for result in results.split(";"):
        for method, verdict in _RESULT.findall(result):
            if method.lower() == "dmarc":
                if verdict.lower() != "none":
                    return bool(verdict.lower() == "pass")
            elif verdict.lower() == "pass":
                passed |= any(_is_of(named.lower(), domain) for named in _DOMAIN.findall(result))
    return passed


def _is_of(named: str, domain: str) -> bool:
    """Whether a result speaks for the sender's domain, for one that it lies under, or for one below it."""
    return named == domain or domain.endswith(f".{named}") or named.endswith(f".{domain}")
