"""The grid's question and how it is answered: one page of ids, then the rows of these ids, and a capped count.

Nothing here knows a request or an address. `workstreams.filters` makes a `GridQuery` from an address; a faster way to
answer (bounded walks instead of the planner's choice) replaces `page_of_ids` and `capped_count` and nothing else.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

from django.core import signing
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from workstreams.choices import Lifecycle, Milestone, Status
from workstreams.models import WorkStream

PAGE_SIZE = 50
COUNT_CAP = 1000
LONGEST_NAME = 200
# Shorter terms are looked for where a word begins: an index of three-letter pieces cannot find them inside words.
SHORTEST_INFIX = 3
_SALT = "workstreams.grid"

T = TypeVar("T")


class Sort(StrEnum):
    """What the rows may be ordered by."""

    ACTIVITY = "activity"
    CREATED = "created"
    NAME = "name"
    START = "start"

    @property
    def newest_first(self) -> bool:
        """Whether this order begins at its high end until somebody turns it round."""
        return self in {Sort.ACTIVITY, Sort.CREATED}


class NotACursor(Exception):
    """Whatever this is, this portal did not write it for this order."""


@dataclass(frozen=True)
class People:
    """Which people may stand in a place of the WorkStream; `nobody` stands for the place being empty."""

    ids: frozenset[int] = frozenset()
    nobody: bool = False

    def __bool__(self) -> bool:
        return self.nobody or bool(self.ids)


@dataclass(frozen=True)
class GridQuery:
    """What somebody asks the grid. An empty part asks nothing (A30). Ranges include both ends."""

    name: str = ""
    types: frozenset[str] = frozenset()
    milestones: frozenset[str] = frozenset()
    without_milestone: bool = False
    statuses: frozenset[str] = frozenset()
    leads: People = People()
    owners: People = People()
    organizations: frozenset[int] = frozenset()
    lifecycles: frozenset[str] = frozenset()
    entry_points: frozenset[str] = frozenset()
    created_from: datetime | None = None
    created_before: datetime | None = None
    start_from: date | None = None
    start_to: date | None = None
    is_tied: bool | None = None
    active_since: datetime | None = None

    sort: Sort = Sort.ACTIVITY
    descending: bool = True


@dataclass(frozen=True)
class Cursor:
    """A place in an order: the value and id of one row. Pages begin after it, or end before it."""

    value: str
    pk: int
    direction: Literal["after", "before"] = "after"


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page, and where the neighbours begin; None where there is no neighbour."""

    items: Sequence[T]
    next: str | None
    previous: str | None


def narrow(rows: "QuerySet[WorkStream]", query: GridQuery) -> "QuerySet[WorkStream]":
    """The rows that answer the question, in no order. Joins nothing, so no row comes twice."""
    for part in _parts(query):
        rows = rows.filter(part)
    return rows


def page_of_ids(
    rows: "QuerySet[WorkStream]", query: GridQuery, cursor: Cursor | None, *, size: int = PAGE_SIZE
) -> Page[int]:
    """The ids of one page of `size` rows in order; costs one statement, whatever page it is.

    Raises: NotACursor for a place whose value does not fit the order.
    """
    # A page that ends before a place is read backwards from there.
    is_backwards = cursor is not None and cursor.direction == "before"
    descending = query.descending != is_backwards
    keyed = narrow(rows, query).alias(key=_key(query))
    if cursor is not None:
        keyed = keyed.filter(_beyond(_typed(cursor.value, query.sort), cursor.pk, descending=descending))
    order = (F("key").desc(), "-pk") if descending else (F("key").asc(), "pk")
    found: list[tuple[int, Any]] = list(
        keyed.annotate(value=F("key")).order_by(*order).values_list("pk", "value")[: size + 1]
    )
    is_more = len(found) > size
    found = found[:size]
    if is_backwards:
        found.reverse()
    has_next, has_previous = (True, is_more) if is_backwards else (is_more, cursor is not None)
    return Page(
        [pk for pk, _ in found],
        _sealed(query, found[-1]) if found and has_next else None,
        _sealed(query, found[0]) if found and has_previous else None,
    )


def capped_count(rows: "QuerySet[WorkStream]", query: GridQuery) -> int:
    """How many rows answer the question; COUNT_CAP + 1 stands for more than COUNT_CAP."""
    return narrow(rows, query).order_by()[: COUNT_CAP + 1].count()


def load(rows: "QuerySet[WorkStream]", ids: Sequence[int]) -> list[WorkStream]:
    """The rows of these ids in this order, with all that the grid prints of a WorkStream."""
    found = rows.select_related("organization", "owner", "lead").in_bulk(list(ids))
    return [found[pk] for pk in ids if pk in found]


def read_cursor(sealed: str, direction: Literal["after", "before"], query: GridQuery) -> Cursor:
    """The place that an address names.

    Raises: NotACursor when it was not written by this portal, or for another order.
    """
    try:
        sort, value, pk = signing.loads(sealed, salt=_SALT)
        if sort != query.sort:
            raise NotACursor
        _typed(value, query.sort)
        return Cursor(value, int(pk), direction)
    except (signing.BadSignature, ValueError, TypeError, json.JSONDecodeError) as error:
        raise NotACursor from error


def _sealed(query: GridQuery, place: tuple[int, Any]) -> str:
    pk, value = place
    text = value if isinstance(value, str) else value.isoformat()
    return signing.dumps([query.sort.value, text, pk], salt=_SALT, compress=True)


def _typed(value: str, sort: Sort) -> Any:
    if sort == Sort.NAME:
        return str(value)
    return date.fromisoformat(value) if sort == Sort.START else datetime.fromisoformat(value)


def _key(query: GridQuery) -> Any:
    """What the rows are ordered by; WorkStreams without an intended start stand last in both directions."""
    if query.sort == Sort.START:
        return Coalesce("intended_start", Value(date.min if query.descending else date.max))
    return F({Sort.ACTIVITY: "last_activity_at", Sort.CREATED: "created_at", Sort.NAME: "name_norm"}[query.sort])


def _beyond(value: Any, pk: int, *, descending: bool) -> Q:
    """Rows behind a place. The first half is redundant, and what lets an index begin there at once."""
    side = "lt" if descending else "gt"
    return Q(**{f"key__{side}e": value}) & (Q(**{f"key__{side}": value}) | Q(**{f"pk__{side}": pk}))


def _parts(query: GridQuery) -> list[Q]:
    parts = [
        _among("subscription_type", query.types),
        _among("milestone", query.milestones, or_none=query.without_milestone),
        _among("status", query.statuses),
        _among("lead", query.leads.ids, or_none=query.leads.nobody),
        _among("owner", query.owners.ids, or_none=query.owners.nobody),
        _among("organization", query.organizations),
        _among("entry_point", query.entry_points),
        _at_least("created_at", query.created_from),
        _at_least("intended_start", query.start_from),
        _at_least("last_activity_at", query.active_since),
        _in_lifecycles(query.lifecycles),
        _named(query.name),
    ]
    if query.created_before:
        parts.append(Q(created_at__lt=query.created_before))
    if query.start_to:
        parts.append(Q(intended_start__lte=query.start_to))
    if query.is_tied is not None:
        parts.append(Q(opportunity_id__isnull=not query.is_tied))
    return [part for part in parts if part]


def _among(field: str, values: frozenset[Any], *, or_none: bool = False) -> Q:
    part = Q(**{f"{field}__in": sorted(values)}) if values else Q()
    return part | Q(**{f"{field}__isnull": True}) if or_none else part


def _at_least(field: str, value: Any) -> Q:
    return Q(**{f"{field}__gte": value}) if value else Q()


def _in_lifecycles(lifecycles: frozenset[str]) -> Q:
    """The client's lifecycle is the organisation's: CUSTOMER while anything of it is in production (A5)."""
    if len(lifecycles) != 1:
        return Q()
    in_production = Exists(
        WorkStream.objects.filter(
            organization=OuterRef("organization"), status=Status.OPEN, milestone=Milestone.PROCESSING_DATA
        )
    )
    return Q(in_production) if Lifecycle.CUSTOMER in lifecycles else ~Q(in_production)


def _named(name: str) -> Q:
    term = name.strip().lower()[:LONGEST_NAME]
    if not term:
        return Q()
    return Q(name_norm__contains=term if len(term) >= SHORTEST_INFIX else f" {term}")
