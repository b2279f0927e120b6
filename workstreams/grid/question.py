"""What can be asked of the grid (A30), and which rows are the answer, whatever way is taken to find them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Lower

from workstreams.choices import Lifecycle, Milestone, Status
from workstreams.models import WorkStream

LONGEST_NAME = 200
# Shorter terms are looked for where a word begins: an index of three-letter pieces cannot find them inside words.
SHORTEST_INFIX = 3


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


def narrow(rows: "QuerySet[WorkStream]", query: GridQuery) -> "QuerySet[WorkStream]":
    """The rows that answer the question, in no order. Joins nothing, so no row comes twice."""
    for part in _parts(query):
        rows = rows.filter(part)
    return rows


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
    term = _term(name)
    if not term:
        return Q()
    return Q(name_norm__contains=Lower(Value(term if len(term) >= SHORTEST_INFIX else f" {term}")))


def _term(name: str) -> str:
    return name.strip()[:LONGEST_NAME]


def term_of(query: GridQuery) -> str:
    """What is looked for in names; empty when the name does not matter.

    PostgreSQL makes it small, as it does with the names: Python does so differently with letters such as Σ and İ.
    """
    return _term(query.name)
