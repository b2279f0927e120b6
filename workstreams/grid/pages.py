"""Pages of the grid: one page of ids, then the rows of these ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import QuerySet

from workstreams.grid.conditions import Nothing, conditions_of
from workstreams.grid.estimates import estimates
from workstreams.grid.paths import Part, order_of
from workstreams.grid.places import Cursor, written
from workstreams.grid.question import GridQuery, Sort
from workstreams.grid.ways import answer
from workstreams.models import WorkStream

PAGE_SIZE = 50

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page, and where the neighbours begin; None where there is no neighbour."""

    items: Sequence[T]
    next: str | None
    previous: str | None
    # How many answers there are, where that came to light on the way.
    total: int | None = None


def page_of_ids(
    rows: "QuerySet[WorkStream]", query: GridQuery, cursor: Cursor | None, *, size: int = PAGE_SIZE
) -> Page[int]:
    """The ids of one page of `size` rows in order; one statement, or two where the order by start reaches the undated.

    Raises: NotACursor for a place whose value does not fit the order.
    """
    is_backwards = cursor is not None and cursor.direction == "before"
    try:
        found, total = _found(rows, query, cursor, size + 1)
    except Nothing:
        found, total = [], 0
    is_more = len(found) > size
    found = found[:size]
    if is_backwards:
        found.reverse()
    has_next, has_previous = (True, is_more) if is_backwards else (is_more, cursor is not None)
    if not has_next and not has_previous:
        total = len(found)
    return Page(
        [pk for pk, _ in found],
        written(query, found[-1]) if found and has_next else None,
        written(query, found[0]) if found and has_previous else None,
        total,
    )


def load(
    rows: "QuerySet[WorkStream]", ids: Sequence[int], *, related: Sequence[str] = ("organization", "owner", "lead")
) -> list[WorkStream]:
    """The rows of these ids in this order, with what is printed of those they are `related` to."""
    found = (rows.select_related(*related) if related else rows).in_bulk(list(ids))
    return [found[pk] for pk in ids if pk in found]


def _found(
    rows: "QuerySet[WorkStream]", query: GridQuery, cursor: Cursor | None, size: int
) -> tuple[list[tuple[int, Any]], int | None]:
    known = estimates()
    conditions = conditions_of(rows, query, known)
    found: list[tuple[int, Any]] = []
    for part in _parts(query, cursor):
        order = order_of(query, cursor, size - len(found), part=part)
        statement, is_counted = answer(query, conditions, order, known)
        with connection.cursor() as link:
            link.execute(statement.text, statement.params)
            answers = link.fetchall()
        if is_counted:
            return [(pk, key) for pk, key, _ in answers], answers[0][2] if answers else 0
        found += [(pk, key) for pk, key, _ in answers]
        if len(found) >= size:
            break
    return found, None


def _parts(query: GridQuery, cursor: Cursor | None) -> list[Part]:
    """In the order by start: those with a start, then those without, or what is left of them behind a place."""
    if query.sort is not Sort.START:
        return [Part.ALL]
    if query.start_from or query.start_to:
        return [Part.DATED]
    parts = [Part.DATED, Part.UNDATED]
    if cursor is None:
        return parts
    if cursor.direction == "before":
        parts.reverse()
    return parts[parts.index(Part.DATED if cursor.value else Part.UNDATED) :]
