"""Pages of the grid: one page of ids, then the rows of these ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from workstreams.grid.places import Cursor, typed, written
from workstreams.grid.question import GridQuery, Sort, narrow
from workstreams.models import WorkStream

PAGE_SIZE = 50

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page, and where the neighbours begin; None where there is no neighbour."""

    items: Sequence[T]
    next: str | None
    previous: str | None


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
        keyed = keyed.filter(_beyond(typed(cursor.value, query.sort), cursor.pk, descending=descending))
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
        written(query, found[-1]) if found and has_next else None,
        written(query, found[0]) if found and has_previous else None,
    )


def load(rows: "QuerySet[WorkStream]", ids: Sequence[int]) -> list[WorkStream]:
    """The rows of these ids in this order, with all that the grid prints of a WorkStream."""
    found = rows.select_related("organization", "owner", "lead").in_bulk(list(ids))
    return [found[pk] for pk in ids if pk in found]


def _key(query: GridQuery) -> Any:
    """What the rows are ordered by; WorkStreams without an intended start stand last in both directions."""
    if query.sort == Sort.START:
        return Coalesce("intended_start", Value(date.min if query.descending else date.max))
    return F({Sort.ACTIVITY: "last_activity_at", Sort.CREATED: "created_at", Sort.NAME: "name_norm"}[query.sort])


def _beyond(value: Any, pk: int, *, descending: bool) -> Q:
    """Rows behind a place. The first half is redundant, and what lets an index begin there at once."""
    side = "lt" if descending else "gt"
    return Q(**{f"key__{side}e": value}) & (Q(**{f"key__{side}": value}) | Q(**{f"pk__{side}": pk}))
