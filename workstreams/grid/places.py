"""Places in an order: where a page begins or ends, as an address holds it."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.core import signing

from workstreams.grid.question import GridQuery, Sort

_SALT = "workstreams.grid"


class NotACursor(Exception):
    """Whatever this is, this portal did not write it for this order."""


@dataclass(frozen=True)
class Cursor:
    """A place in an order: the value and id of one row. Pages begin after it, or end before it."""

    value: str
    pk: int
    direction: Literal["after", "before"] = "after"


def read_cursor(sealed: str, direction: Literal["after", "before"], query: GridQuery) -> Cursor:
    """The place that an address names.

    Raises: NotACursor when it was not written by this portal, or for another order.
    """
    try:
        sort, value, pk = signing.loads(sealed, salt=_SALT)
        if sort != query.sort:
            raise NotACursor
        typed(value, query.sort)
        return Cursor(value, int(pk), direction)
    except (signing.BadSignature, ValueError, TypeError, json.JSONDecodeError) as error:
        raise NotACursor from error


def written(query: GridQuery, place: tuple[int, Any]) -> str:
    """The place of a row, given as id and value, as it goes into an address."""
    pk, value = place
    text = value if isinstance(value, str) else value.isoformat() if value else ""
    return signing.dumps([query.sort.value, text, pk], salt=_SALT, compress=True)


def typed(value: str, sort: Sort) -> Any:
    """A value of this order read back from its text; None for a WorkStream without an intended start.

    Raises: NotACursor when it is none.
    """
    try:
        if sort is Sort.NAME:
            return str(value)
        if sort is Sort.START:
            return date.fromisoformat(value) if value else None
        return datetime.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise NotACursor from error
