"""What is known of a visit before somebody registered, cut to what may be kept."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from integrations.hubspot.properties import LONGEST, UTM

# The first pages tell where somebody came in, the last ones what made them register.
FIRST_PAGES, LAST_PAGES = 10, 40
LONGEST_ADDRESS = 500
LONGEST_WORD = 200
_HUTK = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Page:
    """A page that was seen."""

    at: datetime
    url: str
    title: str = ""


@dataclass(frozen=True)
class Trail:
    """What the tracking of the public site knows. `first` and `last` are utm words, such as {"source": "google"}.

    `ip` is for the one case that what the visitor agreed to covers it; `consent_words` is what they agreed to.
    """

    consented: bool
    pages: tuple[Page, ...] = ()
    referrer: str = ""
    landing_page: str = ""
    first: dict[str, str] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)
    first_seen_at: datetime | None = None
    hutk: str = ""
    ip: str = ""
    consent_words: str = ""


def clean_address(url: str) -> str:
    """An address without what may be secret or somebody's: no user, no fragment, and of the query only utm words."""
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    query = [(name, value) for name, value in parse_qsl(parts.query) if name.lower().startswith("utm_")]
    return f"{parts.scheme}://{host}{port}{parts.path}{'?' if query else ''}{urlencode(query)}"[:LONGEST_ADDRESS]


def clean_utm(words: dict[str, str]) -> dict[str, str]:
    """The utm words we know, each on one line and no longer than it needs to be."""
    found = {word: " ".join(str(words.get(word, "")).split())[:LONGEST_WORD] for word in UTM}
    return {word: value for word, value in found.items() if value}


def clean_hutk(value: str) -> str:
    """HubSpot's cookie; empty for anything that is none, because that would fail a whole submission."""
    return value if _HUTK.fullmatch(value) else ""


def clean_ip(value: str) -> str | None:
    """An address of the internet, or none."""
    try:
        return str(ipaddress.ip_address(value.strip()))
    except ValueError:
        return None


def clean_pages(pages: tuple[Page, ...]) -> list[dict[str, str]]:
    """The pages worth keeping, oldest first: repeats in a row once, the first and the last ones of many."""
    found: list[dict[str, str]] = []
    for page in sorted(pages, key=lambda page: page.at):
        url = clean_address(page.url)
        if url and not (found and found[-1]["url"] == url):
            title = " ".join(page.title.split())[:LONGEST_WORD]
            found.append({"at": page.at.isoformat(timespec="seconds"), "url": url, "title": title})
    if len(found) > FIRST_PAGES + LAST_PAGES:
        return found[:FIRST_PAGES] + found[-LAST_PAGES:]
    return found


def as_text(pages: list[dict[str, str]]) -> str:
    """The pages as HubSpot's people read them: a line each."""

    def lines() -> Iterator[str]:
        for page in pages:
            yield f"{page['at'][:16].replace('T', ' ')} {page['url']} {page['title']}".strip()

    text = "\n".join(lines())
    return text if len(text) <= LONGEST else text[:LONGEST].rpartition("\n")[0]
