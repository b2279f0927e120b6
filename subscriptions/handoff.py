"""What the public site's links bring along: `/start/?product=agile&hours=400&billing=yearly&use_case=...` (R16-R19).

Anybody can write such a link, so nothing in it is trusted: each value is checked and cut, what cannot be read is left
out, and no link leads to an error. Nothing here decides a price.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Self
from urllib.parse import unquote_plus, urlsplit

from subscriptions.attributes import Unit, measure
from subscriptions.models import BillingMethod, LeanPackage
from workstreams.choices import EntryPoint, SubscriptionType

logger = logging.getLogger(__name__)

LONGEST_QUERY = 8_000
MOST_PARAMETERS = 100
LONGEST_CAMPAIGN_VALUE = 200
CAMPAIGN = ("utm_source", "utm_content", "utm_medium", "utm_campaign", "utm_term")


@dataclass(frozen=True)
class Selection:
    """What a visitor chose on the public site, as far as it could be read. Empty text and None: not chosen."""

    product: str = ""
    hours: int | None = None
    billing: str = ""
    units: int | None = None
    # Seconds a unit, with at most one decimal, kept as text so that it survives JSON unchanged.
    seconds: str = ""
    package: str = ""
    use_case: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the attempt's row."""
        return {name: value for name, value in asdict(self).items() if value not in {"", None}}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """From the attempt's row."""
        return cls(**{name: value for name, value in stored.items() if name in cls.__dataclass_fields__})

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen."""
        return not self.as_json()

    @property
    def subscription_type(self) -> SubscriptionType:
        """The type to begin with: the chosen one, else what the details belong to, else AGILE (R22)."""
        if self.product:
            return SubscriptionType(self.product)
        if self.package:
            return SubscriptionType.LEAN
        if (self.units or self.seconds) and not (self.hours or self.billing):
            return SubscriptionType.BATCH
        return SubscriptionType.AGILE

    def details_of(self, subscription_type: str) -> dict[str, Any]:
        """What was chosen, as fields of a type's terms; what belongs to another type is left out (R40)."""
        details: dict[SubscriptionType, dict[str, Any]] = {
            SubscriptionType.AGILE: {"hours_per_month": self.hours, "billing_method": self.billing},
            SubscriptionType.BATCH: {"total_units": self.units, "seconds_per_unit": self.seconds},
            SubscriptionType.LEAN: {
                "package": self.package,
                "units_per_month": self.units,
                "seconds_per_unit": self.seconds,
            },
        }
        chosen = details[SubscriptionType(subscription_type)]
        return {name: value for name, value in chosen.items() if value not in {"", None}}

    def in_words(self) -> list[tuple[str, str]]:
        """Label and value of everything chosen, for the card “Your selection”."""
        found = [("Subscription", self.subscription_type.label)] if not self.is_empty else []
        details = self.details_of(self.subscription_type)
        if "hours_per_month" in details:
            found.append(("Hours per month", measure(self.hours, Unit.HOURS_A_MONTH)))
        if "billing_method" in details:
            found.append(("Billing", BillingMethod(self.billing).label))
        if "package" in details:
            found.append(("Package", LeanPackage(self.package).label))
        if "total_units" in details:
            found.append(("Units", measure(self.units, Unit.UNITS)))
        if "units_per_month" in details:
            found.append(("Units per month", measure(self.units, Unit.UNITS_A_MONTH)))
        if "seconds_per_unit" in details:
            found.append(("Time per unit", measure(self.seconds, Unit.SECONDS)))
        if self.use_case:
            found.append(("Use case", self.use_case))
        return found

    def with_changes(self, **changes: Any) -> Self:
        """The same selection with some of it chosen anew."""
        return replace(self, **changes)


@dataclass(frozen=True)
class HandOff:
    """A link, read."""

    selection: Selection
    entry_point: EntryPoint
    campaign: dict[str, str]
    # Parameters we know whose values could not be read.
    unreadable: tuple[str, ...]


def read(query: str) -> HandOff:
    """Read the query of a link. Never raises: what is unknown, repeated, too long or hostile is left out."""
    pairs = _pairs(query)
    times = Counter(name for name, _ in pairs)
    found: dict[str, Any] = {}
    campaign: dict[str, str] = {}
    unreadable: list[str] = []
    for name, text in pairs:
        if not text.strip():
            continue
        if name in CAMPAIGN:
            if times[name] == 1 and text.isprintable():
                campaign[name] = text.strip()[:LONGEST_CAMPAIGN_VALUE]
        elif name in _READERS and name not in unreadable:
            value = _READERS[name](text.strip()) if times[name] == 1 else None
            if value is None:
                unreadable.append(name)
            else:
                found[name] = value
    entry_point = found.pop("from", None)
    selection = Selection(**found)
    unknown = len({name for name in times if name not in _READERS and name not in CAMPAIGN})
    if unreadable or unknown:
        # Names of ours only: what strangers write does not belong in a log.
        logger.info("Start link: left out %s, and %s unknown parameters.", unreadable or "nothing known", unknown)
    return HandOff(selection, entry_point or _entry_point(selection), campaign, tuple(unreadable))


def read_referrer(header: str) -> str:
    """The page a visitor came from, without its query, which may hold anything; empty when it is no web page."""
    try:
        parts = urlsplit(header[:2000])
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not header.isprintable():
        return ""
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"[:500]


def _pairs(query: str) -> list[tuple[str, str]]:
    pieces = query[:LONGEST_QUERY].split("&")[:MOST_PARAMETERS]
    named = (piece.partition("=") for piece in pieces if piece)
    return [(unquote_plus(name), unquote_plus(text)) for name, _, text in named]


def _entry_point(selection: Selection) -> EntryPoint:
    """Where the way began, when the link does not say: the page that brings along what was chosen.

    A use-case page may lead through the calculator, so it is looked for first (R19).
    """
    if selection.use_case:
        return EntryPoint.USE_CASE_PAGE
    if selection.hours or selection.billing or selection.units or selection.seconds or selection.package:
        return EntryPoint.PRICING_CALCULATOR
    if selection.product:
        return EntryPoint.PRODUCT_PAGE
    return EntryPoint.APP_DIRECT


def _choice(**meanings: Any) -> Callable[[str], Any]:
    def look_up(text: str) -> Any:
        return meanings.get(text.casefold().replace("-", "_").replace(" ", "_"))

    return look_up


def _whole_number(text: str) -> int | None:
    """From 1 to a thousand million."""
    number = int(text) if re.fullmatch(r"[0-9]{1,10}", text) else 0
    return number if 0 < number <= 1_000_000_000 else None


def _seconds(text: str) -> str | None:
    """From 0.1 second to a hundred days."""
    if not re.fullmatch(r"[0-9]{1,7}(\.[0-9])?", text) or not 0 < Decimal(text) <= 8_640_000:
        return None
    return text


def _use_case(text: str) -> str | None:
    """A few words; an address' slug is turned into words."""
    if not text or len(text) > 120 or not re.fullmatch(r"[\w .,:;&()/+'’!?-]+", text):
        return None
    if " " not in text:
        text = re.sub(r"[-_]+", " ", text).strip()
    return text[:1].upper() + text[1:] or None


_READERS: dict[str, Callable[[str], Any]] = {
    "product": _choice(**{value: value for value in SubscriptionType.values}),
    "hours": _whole_number,
    "billing": _choice(monthly="monthly", yearly="yearly", annual="yearly", annually="yearly"),
    "units": _whole_number,
    "seconds": _seconds,
    # The public site's material misspells the last one (A8).
    "package": _choice(**{value: value for value in LeanPackage.values}, terafacory="terafactory"),
    "use_case": _use_case,
    "from": _choice(
        homepage=EntryPoint.HOMEPAGE,
        home=EntryPoint.HOMEPAGE,
        product_page=EntryPoint.PRODUCT_PAGE,
        product=EntryPoint.PRODUCT_PAGE,
        use_case_page=EntryPoint.USE_CASE_PAGE,
        use_case=EntryPoint.USE_CASE_PAGE,
        pricing_calculator=EntryPoint.PRICING_CALCULATOR,
        calculator=EntryPoint.PRICING_CALCULATOR,
    ),
}
