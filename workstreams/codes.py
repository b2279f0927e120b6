"""Numbers that stand for words, small enough for the grid's indexes to carry them; kept up by PostgreSQL.

`stage` is where a WorkStream stands: its status and milestone, "no milestone" included, which an index could not walk
as null. `traits` is what it is: how it is subscribed, where it began, and which places are filled. `created_month`
counts months. A new type, milestone or entry point takes the next free number here, and a migration that makes the
columns anew.
"""

from collections.abc import Iterable, Mapping

from django.db.models import Case, Expression, Func, IntegerField, Q, SmallIntegerField, Value, When

from workstreams.choices import EntryPoint, Milestone, Status, SubscriptionType

MILESTONES: Mapping[str | None, int] = {
    None: 0,
    Milestone.GATHERING_REQUIREMENTS: 1,
    Milestone.PREPARING_PROPOSAL: 2,
    Milestone.REVIEWING_AGREEMENT: 3,
    Milestone.ASSEMBLING_DATASQUAD: 4,
    Milestone.RAPID_PROTOTYPING: 5,
    Milestone.PROCESSING_DATA: 6,
}
STATUSES: Mapping[str, int] = {Status.OPEN: 0, Status.CLOSED: 8}
STAGES: Mapping[tuple[str, str | None], int] = {
    (status, milestone): first + number
    for status, first in STATUSES.items()
    for milestone, number in MILESTONES.items()
}
IN_PRODUCTION = STAGES[Status.OPEN, Milestone.PROCESSING_DATA]

# Bits 0 and 1 are the type, 2 to 4 the entry point; then one bit for each place that can be empty.
TYPES: Mapping[str, int] = {SubscriptionType.AGILE: 0, SubscriptionType.BATCH: 1, SubscriptionType.LEAN: 2}
TYPE_BITS = 3
ENTRY_POINTS: Mapping[str, int] = {
    EntryPoint.APP_DIRECT: 0,
    EntryPoint.HOMEPAGE: 4,
    EntryPoint.PRODUCT_PAGE: 8,
    EntryPoint.USE_CASE_PAGE: 12,
    EntryPoint.PRICING_CALCULATOR: 16,
    EntryPoint.INVITATION: 20,
    EntryPoint.STAFF: 24,
}
ENTRY_POINT_BITS = 28
TIED, LED, OWNED = 32, 64, 128


def stage_expression() -> Expression:
    """Of a WorkStream: the number of its status and milestone."""
    return _number_of("status", STATUSES) + _number_of("milestone", MILESTONES)


def traits_expression() -> Expression:
    """Of a WorkStream: the bits of its type, entry point, tie, lead and owner."""
    return (
        _number_of("subscription_type", TYPES)
        + _number_of("entry_point", ENTRY_POINTS)
        + _filled("opportunity_id", TIED)
        + _filled("lead", LED)
        + _filled("owner", OWNED)
    )


def month_expression() -> Expression:
    """Of a WorkStream: the months from year 0 to its creation, counted in UTC."""
    return Func(
        "created_at",
        template="((extract(year from %(expressions)s AT TIME ZONE 'UTC') * 12"
        " + extract(month from %(expressions)s AT TIME ZONE 'UTC'))::integer)",
        output_field=IntegerField(),
    )


def _number_of(field: str, numbers: Mapping[str | None, int] | Mapping[str, int]) -> Expression:
    whens: Iterable[When] = (
        When(Q(**{field: word}), then=Value(number)) for word, number in numbers.items() if number and word is not None
    )
    return Case(*whens, default=Value(0), output_field=SmallIntegerField())


def _filled(field: str, bit: int) -> Expression:
    return Case(
        When(Q(**{f"{field}__isnull": False}), then=Value(bit)), default=Value(0), output_field=SmallIntegerField()
    )
