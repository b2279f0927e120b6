"""The grid's columns: what they are called, and what they can be sorted by."""

from dataclasses import dataclass

from django.urls import reverse

from workstreams.filters import Address
from workstreams.grid import Sort

COLUMNS: tuple[tuple[str, Sort | None], ...] = (
    ("Name", Sort.NAME),
    ("Type", None),
    ("Milestone", None),
    ("WorkStream Lead", None),
    ("Updated", Sort.ACTIVITY),
    ("Intended start", Sort.START),
    ("Created", Sort.CREATED),
    ("Salesforce", None),
)


@dataclass(frozen=True)
class Column:
    """A column's head; without `url` it cannot be sorted by."""

    label: str
    url: str = ""
    aria_sort: str = ""


def columns(address: Address) -> list[Column]:
    """The heads of the columns, each with the address that sorts by it."""
    direction = "descending" if address.descending else "ascending"
    return [
        Column(
            label,
            grid_url(address.sorted_by(sort)) if sort else "",
            direction if sort == address.sort else "",
        )
        for label, sort in COLUMNS
    ]


def grid_url(address: Address, **places: str) -> str:
    """The grid's own address of a question; `places` may name `after` or `before`."""
    return reverse("workstreams:grid") + address.query_string(**places)
