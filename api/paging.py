"""Lists in pages. A page begins behind a row, not at a number: it costs the same however deep, and repeats nothing.

The place is signed, so that nobody else can write one, and belongs to one list in one order.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.db.models import Model, Q, QuerySet
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import BadCursor

_PLACES = {"after", "before"}
PAGE_SIZE = 25
LARGEST_PAGE = 100

M = TypeVar("M", bound=Model)
T = TypeVar("T")


class PageQuery(serializers.Serializer[Any]):
    """The parameters of every list. A list with parameters of its own inherits from it."""

    page_size = serializers.IntegerField(
        min_value=1, max_value=LARGEST_PAGE, default=PAGE_SIZE, help_text="How many rows a page has."
    )
    after = serializers.CharField(
        required=False, max_length=2000, help_text="Where the page begins. Follow `next` instead of writing it."
    )
    before = serializers.CharField(
        required=False, max_length=2000, help_text="Where the page ends. Follow `previous` instead of writing it."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A page begins behind one place or ends before one."""
        if attrs.get("after") and attrs.get("before"):
            raise serializers.ValidationError({"before": ["Send `after` or `before`, not both."]})
        return attrs


@dataclass(frozen=True)
class Order:
    """How a list is ordered: by fields of which the last is different in every row and no running number.

    `name` stands for the list and its order in what is signed; a path like `user__name` leads to another table.
    """

    name: str
    fields: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page, and where the neighbours begin; None where there is no neighbour."""

    items: Sequence[T]
    next: str | None
    previous: str | None


def page(rows: "QuerySet[M]", query: dict[str, Any], order: Order) -> "Page[M]":
    """One page of the rows, as `PageQuery` read it from an address. Costs one statement.

    Raises: BadCursor.
    """

    def find(place: Sequence[Any] | None, size: int, is_backwards: bool) -> list[M]:
        descending = order.descending != is_backwards
        found = rows.filter(_beyond(order, place, descending=descending)) if place else rows
        return list(found.order_by(*(f"-{name}" if descending else name for name in order.fields))[:size])

    return page_found_by(find, query, order)


def page_found_by(
    find: Callable[[Sequence[Any] | None, int, bool], Sequence[M]], query: dict[str, Any], order: Order
) -> "Page[M]":
    """One page of a list that finds its rows in a way of its own.

    `find` gets the values of `order.fields` in the row at the place, or None for the list's beginning; how many rows
    to find behind it; and whether to go backwards, beginning with the nearest.

    Raises: BadCursor.
    """
    size: int = query["page_size"]
    is_backwards = bool(query.get("before"))
    sealed = query.get("before") or query.get("after")
    found = find(_unseal(order, sealed) if sealed else None, size + 1, is_backwards)
    is_more = len(found) > size
    found = found[:size]
    if is_backwards:
        found = found[::-1]
    has_next, has_previous = (True, is_more) if is_backwards else (is_more, bool(sealed))
    return Page(
        found,
        _seal(order, found[-1]) if found and has_next else None,
        _seal(order, found[0]) if found and has_previous else None,
    )


def answer(request: Request, found: Page[T], represent: Callable[[T], Any], **more: Any) -> Response:
    """A page as every list writes it: `next`, `previous`, `results`, and what else this list tells."""
    return Response(
        {**links(request, found.next, found.previous), **more, "results": [represent(item) for item in found.items]}
    )


def links(request: Request, next_place: str | None, previous_place: str | None) -> dict[str, str | None]:
    """The addresses of the neighbouring pages, with everything else that was asked."""
    if next_place is None and previous_place is None:
        return {"next": None, "previous": None}
    here = request.build_absolute_uri(request.path)
    asked = [(name, value) for name, values in request.query_params.lists() for value in values if name not in _PLACES]
    places = {"next": ("after", next_place), "previous": ("before", previous_place)}
    return {
        name: f"{here}?{urlencode([*asked, (direction, place)])}" if place else None
        for name, (direction, place) in places.items()
    }


def paged(
    row: type[serializers.Serializer[Any]], *, name: str = "", **more: serializers.Field[Any, Any, Any, Any]
) -> serializers.Serializer[Any]:
    """How the schema describes a page of such rows; `more` are the list's own fields."""
    return inline_serializer(
        name=name or f"{row.__name__.removesuffix('Serializer')}Page",
        fields={
            "next": serializers.URLField(allow_null=True, help_text="The next page; null on the last one."),
            "previous": serializers.URLField(allow_null=True, help_text="The page before; null on the first one."),
            **more,
            "results": row(many=True),
        },
    )


def _beyond(order: Order, values: Sequence[Any], *, descending: bool) -> Q:
    """Rows behind a place. The first field's bound is redundant, and what lets an index begin there at once."""
    side = "lt" if descending else "gt"
    behind, same = Q(), Q()
    for name, value in zip(order.fields, values, strict=True):
        behind |= same & Q(**{f"{name}__{side}": value})
        same &= Q(**{name: value})
    return Q(**{f"{order.fields[0]}__{side}e": values[0]}) & behind


def _seal(order: Order, row: Model) -> str:
    values = [reduce(getattr, name.split("__"), row) for name in order.fields]
    return signing.dumps([_written(value) for value in values], salt=_salt(order), compress=True)


def _unseal(order: Order, sealed: str) -> list[Any]:
    try:
        values = [_read(*pair) for pair in signing.loads(sealed, salt=_salt(order))]
    except (signing.BadSignature, ValueError, TypeError, KeyError, json.JSONDecodeError) as error:
        raise BadCursor(
            "This place in the list was not written by this portal, or not for this list and order. "
            "Begin without it, and follow `next`."
        ) from error
    return values


def _salt(order: Order) -> str:
    return f"api.paging {order.name} {order.fields} {order.descending}"


_READERS: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "UUID": UUID,
    "str": str,
    "int": int,
}


def _written(value: Any) -> tuple[str, Any]:
    kind = type(value).__name__
    return kind, value if kind in {"str", "int"} else (value.isoformat() if kind != "UUID" else str(value))


def _read(kind: str, value: Any) -> Any:
    return _READERS[kind](value)
