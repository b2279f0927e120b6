"""Whether our own mail server proved who sent a mail."""

import re

from django.conf import settings

from mailroom.reading import Read

_RESULT = re.compile(r"\s*(dmarc|dkim|spf)(?:/\d+)?\s*=\s*([a-z]+)\b", re.IGNORECASE)
_DOMAIN = re.compile(r"(?<!\S)(?:header\.d|header\.i|smtp\.mailfrom|smtp\.mail)=(\S+)", re.IGNORECASE)
# Words in quotation marks, and comments. Senders choose what stands in some of them.
_QUOTED_OR_COMMENT = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|\((?:[^()\\]|\\.)*\)')
_HARMLESS = re.compile(r"[\w.+-]*@?[\w.-]*", re.ASCII)


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
    server, _, results = _bare(found.authentication[0]).partition(";")
    if (server.split() or [""])[0].lower() != trusted:
        return False
    domain = found.sender.rpartition("@")[2]
    passed = False
    for result in results.split(";"):
        if not (said := _RESULT.match(result)):
            continue
        method, verdict = said[1].lower(), said[2].lower()
        if method == "dmarc":
            if verdict != "none":
                return verdict == "pass"
        elif verdict == "pass":
            passed |= any(_is_of(_domain_of(named), domain) for named in _DOMAIN.findall(result))
    return passed


def _bare(header: str) -> str:
    """The header without what a sender could have written into an address or a comment; empty where that is unclear."""
    before = ""
    while before != header:
        before, header = header, _QUOTED_OR_COMMENT.sub(_harmless, header)
    return "" if re.search(r'["()\\]', header) else header


def _harmless(found: re.Match[str]) -> str:
    quoted = found["quoted"]
    if quoted is None:
        return " "
    return quoted if _HARMLESS.fullmatch(quoted) else "_"


def _domain_of(named: str) -> str:
    return named.rpartition("@")[2].lower()


def _is_of(named: str, domain: str) -> bool:
    """Whether a result speaks for the sender's domain, for one that it lies under, or for one below it."""
    return named == domain or domain.endswith(f".{named}") or named.endswith(f".{domain}")
