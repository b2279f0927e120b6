"""The attributes of each subscription type as data (table 1.6): labels, units, and who may fill or see what.

Pages, forms and actions read this list; nothing else knows which attribute belongs to which type (R40, R41).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from subscriptions.models import AgileTerms, BatchTerms, LeanTerms, Terms
from workstreams.choices import SubscriptionType

MODELS: dict[SubscriptionType, type[AgileTerms] | type[BatchTerms] | type[LeanTerms]] = {
    SubscriptionType.AGILE: AgileTerms,
    SubscriptionType.BATCH: BatchTerms,
    SubscriptionType.LEAN: LeanTerms,
}

# What AGILE clients usually need (table 1.6); more or less is said, never refused.
USUAL_HOURS = range(200, 2001)


class Unit(StrEnum):
    """In what an attribute is measured."""

    HOURS_A_MONTH = "hours a month"
    PEOPLE = "people"
    UNITS = "units"
    UNITS_A_MONTH = "units a month"
    SECONDS = "seconds"
    DOLLARS = "$"
    DOLLARS_A_MONTH = "$ a month"
    CENTS = "¢"
    CHOICE = ""


@dataclass(frozen=True)
class Attribute:
    """One line of table 1.6: a value, or a range with a low and a high end."""

    label: str
    unit: Unit
    field: str
    # The upper end when the attribute is a range; `field` is then the lower one.
    upper: str = ""
    # Clients may fill in what they estimate themselves; the rest is settled by the team (R20).
    filled_by_client: bool = False
    is_price: bool = False
    # A final value distilled from a range carries the range's label, and why it lies outside (R43).
    range_of: str = ""
    reason: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        """The model's fields this attribute is stored in."""
        return (self.field, self.upper) if self.upper else (self.field,)


ATTRIBUTES: dict[SubscriptionType, tuple[Attribute, ...]] = {
    SubscriptionType.AGILE: (
        Attribute("Hours per month", Unit.HOURS_A_MONTH, "hours_per_month", filled_by_client=True),
        Attribute("Premium hours", Unit.HOURS_A_MONTH, "premium_hours", filled_by_client=True),
        Attribute("Billing method", Unit.CHOICE, "billing_method", filled_by_client=True),
        Attribute("Monthly subscription fees", Unit.DOLLARS_A_MONTH, "monthly_fees", is_price=True),
        Attribute("Number of data specialists", Unit.PEOPLE, "specialists_low", "specialists_high"),
    ),
    SubscriptionType.BATCH: (
        Attribute("Total number of units", Unit.UNITS, "total_units", filled_by_client=True),
        Attribute("Estimated time per unit", Unit.SECONDS, "seconds_per_unit", filled_by_client=True),
        Attribute(
            "Estimated project price", Unit.DOLLARS, "estimated_price_low", "estimated_price_high", is_price=True
        ),
        Attribute(
            "Project price",
            Unit.DOLLARS,
            "project_price",
            is_price=True,
            range_of="Estimated project price",
            reason="project_price_reason",
        ),
    ),
    SubscriptionType.LEAN: (
        Attribute("Package", Unit.CHOICE, "package", filled_by_client=True),
        Attribute("Estimated units per month", Unit.UNITS_A_MONTH, "units_per_month", filled_by_client=True),
        Attribute("Estimated time per unit", Unit.SECONDS, "seconds_per_unit", filled_by_client=True),
        Attribute("Estimated range per unit", Unit.CENTS, "unit_price_low", "unit_price_high", is_price=True),
        Attribute(
            "Fixed price per unit",
            Unit.CENTS,
            "unit_price",
            is_price=True,
            range_of="Estimated range per unit",
            reason="unit_price_reason",
        ),
    ),
}


def attributes_of(subscription_type: str) -> tuple[Attribute, ...]:
    """The attributes of a type, in the order of the table."""
    return ATTRIBUTES[SubscriptionType(subscription_type)]


def fields_of(subscription_type: str, *, for_clients: bool = False) -> tuple[str, ...]:
    """The fields of a type that may be written: by clients those they estimate, by the team all with the reasons."""
    found: list[str] = []
    for attribute in attributes_of(subscription_type):
        if attribute.filled_by_client or not for_clients:
            found += attribute.fields
            if attribute.reason and not for_clients:
                found.append(attribute.reason)
    return tuple(found)


def foreign_fields(subscription_type: str) -> frozenset[str]:
    """Fields that other types have and this one does not (R40)."""
    every = {field for other in SubscriptionType for field in fields_of(other)}
    return frozenset(every - set(fields_of(subscription_type)))


def label_of(subscription_type: str, field: str) -> str:
    """The label of the attribute that a field belongs to."""
    for attribute in attributes_of(subscription_type):
        if field in attribute.fields or field == attribute.reason:
            return attribute.label
    raise LookupError(f"{subscription_type} has no attribute {field!r}.")


def ranges_of(subscription_type: str) -> Iterator[tuple[Attribute, Attribute | None]]:
    """Each attribute that is a range, with the final value distilled from it, if there is one."""
    for attribute in attributes_of(subscription_type):
        if attribute.upper:
            final = next((a for a in attributes_of(subscription_type) if a.range_of == attribute.label), None)
            yield attribute, final


@dataclass(frozen=True)
class Row:
    """One attribute as a page prints it."""

    attribute: Attribute
    value: str
    note: str = ""
    may_edit: bool = False

    @property
    def label(self) -> str:
        """The attribute's name."""
        return self.attribute.label

    @property
    def field(self) -> str:
        """The field to lead to when somebody adds or corrects it."""
        return self.attribute.field

    @property
    def is_known(self) -> bool:
        """Whether anything was entered."""
        return bool(self.value)


def describe(
    terms: Terms, subscription_type: str, *, sees_prices: bool, may_edit: bool, edits_all: bool, discount: Decimal
) -> list[Row]:
    """What a person sees of the terms: every attribute of the type, prices only for those who may (A7)."""
    return [
        Row(
            attribute,
            value=_in_words(terms, attribute),
            note=_note(terms, attribute, discount if sees_prices else Decimal(0)),
            may_edit=may_edit and (edits_all or attribute.filled_by_client),
        )
        for attribute in attributes_of(subscription_type)
        if sees_prices or not attribute.is_price
    ]


def outside_range(terms: Any, subscription_type: str) -> list[Attribute]:
    """The final prices that lie outside their estimated range (R43)."""
    found = []
    for estimate, final in ranges_of(subscription_type):
        price = getattr(terms, final.field) if final else None
        if final is None or price is None:
            continue
        low, high = getattr(terms, estimate.field), getattr(terms, estimate.upper)
        if (low is not None and price < low) or (high is not None and price > high):
            found.append(final)
    return found


def _in_words(terms: Terms, attribute: Attribute) -> str:
    if attribute.unit == Unit.CHOICE:
        return str(getattr(terms, f"get_{attribute.field}_display")())
    if not attribute.upper:
        return measure(getattr(terms, attribute.field), attribute.unit)
    low, high = getattr(terms, attribute.field), getattr(terms, attribute.upper)
    if low is None or high is None:
        one = measure(low if high is None else high, attribute.unit)
        return one and f"{'from' if high is None else 'up to'} {one}"
    if low == high:
        return measure(low, attribute.unit)
    return measure(low, attribute.unit, upper=high)


def _note(terms: Terms, attribute: Attribute, discount: Decimal) -> str:
    value = getattr(terms, attribute.field)
    if attribute.field == "hours_per_month" and value is not None and value not in USUAL_HOURS:
        return f"Usually between {number(USUAL_HOURS.start)} and {number(USUAL_HOURS[-1])}; this is fine too."
    if attribute.field == "billing_method" and value == "yearly" and discount:
        return f"Yearly billing carries a discount of {number(discount)}\u00a0%."
    if attribute.reason and getattr(terms, attribute.reason):
        return f"Outside the estimated range: {getattr(terms, attribute.reason)}"
    return ""


def measure(value: Any, unit: Unit, *, upper: Any = None) -> str:
    """A value with its unit, as people write it; a range when `upper` is given. Empty for None."""
    if value is None:
        return ""
    if unit == Unit.SECONDS:
        return duration(value)
    if unit in {Unit.DOLLARS, Unit.DOLLARS_A_MONTH}:
        amount = dollars(value) if upper is None else f"{dollars(value)} to {dollars(upper)}"
        return f"{amount} a month" if unit == Unit.DOLLARS_A_MONTH else amount
    amount = number(value) if upper is None else f"{number(value)} to {number(upper)}"
    if unit == Unit.CENTS:
        return f"{amount} ¢"
    if upper is None and value == 1:
        return f"1 {_ONE[unit]}"
    return f"{amount} {unit}"


_ONE = {
    Unit.HOURS_A_MONTH: "hour a month",
    Unit.PEOPLE: "person",
    Unit.UNITS: "unit",
    Unit.UNITS_A_MONTH: "unit a month",
}


def number(value: Any) -> str:
    """1234.50 as “1,234.5”: thousands apart, no idle zeros."""
    text = f"{Decimal(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def dollars(value: Any) -> str:
    """Whole dollars without cents, others with both digits."""
    amount = Decimal(value)
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else f"${amount:,.2f}"


def duration(value: Any) -> str:
    """Seconds as people say them: “45 seconds”, “1 min 30 s”, “2 h 5 min”."""
    seconds = Decimal(value)
    if seconds < 60:
        return f"{number(seconds)} second{'' if seconds == 1 else 's'}"
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{number(hours)} h" if hours else "", f"{minutes:.0f} min" if minutes else ""]
    parts.append(f"{number(left)} s" if left else "")
    return " ".join(part for part in parts if part)
