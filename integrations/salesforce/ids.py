"""What colleagues paste for an opportunity: an ID of 15 or 18 characters, or a link to the record (A19, R101).

Nothing here asks Salesforce, and a pasted link is only read, never requested.
"""

import re
import string
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import SplitResult, urlsplit

from accounts.errors import DomainError

OPPORTUNITY_PREFIX = "006"
LONGEST_PASTE = 2000
# The character for each sum from 0 to 31.
_CHECKSUM_CHARACTERS = string.ascii_uppercase + "012345"
_ID = re.compile(r"[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_SALESFORCE_HOSTS = (".salesforce.com", ".force.com")
# Blanks, and what chat programs and spreadsheets leave around a copied value without showing it.
_AROUND = string.whitespace + "\u00a0\u200b\u200c\u200d\u2060\ufeff<>\"'“”"


class NotAnOpportunity(DomainError):
    """What was pasted names no opportunity; the message says what to paste instead."""

    status_code = 422
    code = "not_an_opportunity"


@dataclass(frozen=True)
class Parsed:
    """What was understood: the ID in its one stored form of 18 characters, and what is odd about it."""

    opportunity_id: str
    warnings: tuple[str, ...] = ()


def parse(pasted: str, *, own_label: str = "") -> Parsed:
    """Understand a pasted ID or link.

    `own_label` is the first part of our organisation's host ("acme" of acme.my.salesforce.com); when it is given, links
    into another organisation are refused. The seed's own example begins with 007, so another prefix than 006 is a
    warning and no refusal (A19).

    Raises: NotAnOpportunity.
    """
    text = pasted.strip(_AROUND)
    if not text:
        raise NotAnOpportunity("Paste the opportunity's ID or the link to it in Salesforce.")
    if len(text) > LONGEST_PASTE:
        raise NotAnOpportunity("That is far too long for an ID or a link. Copy the link to the opportunity once more.")
    opportunity_id = complete(text if _ID.fullmatch(text) else _from_link(text, own_label))
    warnings = []
    if not opportunity_id.startswith(OPPORTUNITY_PREFIX):
        warnings.append(
            f"Opportunity IDs begin with {OPPORTUNITY_PREFIX}; this one begins with {opportunity_id[:3]}. "
            "Check that it is not the ID of a lead, contact or account."
        )
    return Parsed(opportunity_id, tuple(warnings))


def complete(record_id: str) -> str:
    """The 18-character form of any record's ID of 15 or 18 characters, upper and lower case as Salesforce writes it.

    Raises: NotAnOpportunity for another shape, or when the last three characters do not fit the others.
    """
    if not _ID.fullmatch(record_id):
        raise NotAnOpportunity(
            f"An ID has 15 or 18 letters and digits; this has {len(record_id)} characters or other signs in it. "
            "Copy it again from Salesforce."
        )
    whole = record_id[:15] + checksum(record_id[:15])
    if len(record_id) == 18 and record_id[15:].upper() != whole[15:]:
        raise NotAnOpportunity(
            "The last three characters do not fit the rest, so a character or its upper or lower case was changed on "
            "the way, as spreadsheets do. Copy the ID again from Salesforce."
        )
    return whole


def checksum(first_fifteen: str) -> str:
    """The three characters that make an ID safe where upper and lower case get lost.

    Each group of five gives one: an upper-case letter at place 0 to 4 counts 2 to the power of its place.
    """
    groups = (first_fifteen[start : start + 5] for start in (0, 5, 10))
    return "".join(
        _CHECKSUM_CHARACTERS[sum(1 << place for place, sign in enumerate(group) if sign in string.ascii_uppercase)]
        for group in groups
    )


def _from_link(text: str, own_label: str) -> str:
    """The one ID in the path of a link into Salesforce."""
    link = _split(text)
    host = link.netloc.lower()
    # A host and nothing else: no user name that makes evil.example look like Salesforce, no port.
    if not _HOST.fullmatch(host) or not host.endswith(_SALESFORCE_HOSTS):
        raise NotAnOpportunity(
            f"“{link.netloc[:80]}” is not a Salesforce address. Open the opportunity in Salesforce and copy its link."
        )
    if own_label and host.partition(".")[0] != own_label.lower():
        raise NotAnOpportunity(
            f"This link leads into the organisation “{host.partition('.')[0]}”; ours is “{own_label}”. "
            "Copy the link from our own Salesforce, or paste the ID alone."
        )
    segments = link.path.split("/")
    if link.path.rstrip("/").endswith("/one.app"):
        # The first generation of Lightning kept the record's place behind the #.
        segments += link.fragment.split("?")[0].split("/")
    _refuse_other_objects(segments)
    found = {complete(segment) for segment in _candidates(segments)}
    if not found:
        raise NotAnOpportunity(
            "There is no opportunity ID in this link. Open the opportunity itself in Salesforce, not a list or a "
            "report, and copy that link."
        )
    if len(found) > 1:
        raise NotAnOpportunity("This link holds more than one ID. Paste only the ID of the opportunity.")
    return found.pop()


def _split(text: str) -> SplitResult:
    if any(sign.isspace() or not sign.isprintable() for sign in text):
        raise NotAnOpportunity("Paste one ID or one link, without blanks or line breaks in it.")
    try:
        link = urlsplit(text)
    except ValueError:
        link = None
    if link is None or link.scheme != "https" or not link.netloc:
        raise NotAnOpportunity(
            "This is neither an ID of 15 or 18 letters and digits nor a link that begins with https://. "
            "Open the opportunity in Salesforce and copy the whole link."
        )
    return link


def _refuse_other_objects(segments: list[str]) -> None:
    """Lightning writes the kind of record before its ID: /lightning/r/Opportunity/006.../view."""
    for before, kind in pairwise(segments):
        if before == "r" and not _looks_like_an_id(kind) and kind != "Opportunity":
            raise NotAnOpportunity(
                f"This link leads to a record of the kind “{kind[:40]}”. Open the opportunity and copy its link."
            )


def _candidates(segments: list[str]) -> list[str]:
    """The segments that are opportunity IDs; failing those, IDs of another prefix (A19)."""
    shaped = [segment for segment in segments if _looks_like_an_id(segment)]
    return [segment for segment in shaped if segment.startswith(OPPORTUNITY_PREFIX)] or shaped


def _looks_like_an_id(segment: str) -> bool:
    # Words have that length too, such as OpportunityTeam; every ID has a digit in it.
    return bool(_ID.fullmatch(segment)) and any(sign in string.digits for sign in segment)
