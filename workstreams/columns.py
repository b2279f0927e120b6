"""The grid's columns: what they are called, what they can be sorted by, and which of them somebody looks at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse
from django.utils.safestring import SafeString

from workstreams.filters import Address
from workstreams.grid import Sort


@dataclass(frozen=True)
class Column:
    """One column. Its cell is drawn by `workstreams.cells`; without `sort` it cannot be sorted by."""

    key: str
    label: str
    sort: Sort | None = None


NAME = Column("name", "Name", Sort.NAME)
COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        NAME,
        Column("client", "Client"),
        Column("type", "Type"),
        Column("milestone", "Milestone"),
        Column("status", "Status"),
        Column("lead", "WorkStream Lead"),
        Column("waiting", "Waiting on"),
        Column("time_left", "Time left"),
        Column("unread", "Unread"),
        Column("salesforce", "Salesforce"),
        Column("updated", "Updated", Sort.ACTIVITY),
        Column("owner", "Owner"),
        Column("start", "Intended start", Sort.START),
        Column("starts_on", "WorkStream Starting"),
        Column("created", "Created", Sort.CREATED),
        Column("entry", "Came by"),
    )
}
# What somebody sees who never chose. Without the time left, which costs a statement more.
USUAL = (
    "name",
    "client",
    "type",
    "milestone",
    "status",
    "lead",
    "waiting",
    "unread",
    "salesforce",
    "updated",
)


@dataclass(frozen=True)
class Head:
    """A column's head, and the address that sorts by it; none where it cannot be sorted by."""

    label: str
    url: str = ""
    aria_sort: str = ""


@dataclass(frozen=True)
class Choice:
    """A column in the panel where columns are chosen."""

    key: str
    label: str
    is_chosen: bool


def known(keys: Iterable[str]) -> tuple[str, ...]:
    """Those that are columns, each once, in the order given; the name stands first always. None given: none."""
    found = [key for key in dict.fromkeys(keys) if key in COLUMNS and key != NAME.key]
    return (NAME.key, *found) if found or NAME.key in keys else ()


def split(values: Iterable[str]) -> list[str]:
    """The keys in an address's values: `columns=client,type` and `columns=client&columns=type` say the same."""
    return [key for value in values for key in value.split(",") if key]


def shown(address: Address, remembered: str) -> tuple[str, ...]:
    """The columns to show: those of the address, else those this person chose last, else the usual ones."""
    return known(split([address.columns])) or known(split([remembered])) or USUAL


def heads(address: Address, keys: Sequence[str]) -> list[Head]:
    """The heads of these columns, each with the address that sorts by it."""
    direction = "descending" if address.descending else "ascending"
    return [
        Head(
            column.label,
            grid_url(address.sorted_by(column.sort)) if column.sort else "",
            direction if column.sort == address.sort else "",
        )
        for column in (COLUMNS[key] for key in keys)
    ]


def choices(keys: Sequence[str]) -> list[Choice]:
    """Every column but the name, the chosen ones first in their order."""
    others = [key for key in COLUMNS if key not in keys]
    return [
        # Our own words, which need no escaping in every place where they stand.
        Choice(SafeString(key), SafeString(COLUMNS[key].label), key in keys)
        for key in (*keys, *others)
        if key != NAME.key
    ]


def moved(keys: Sequence[str], key: str, *, by: int) -> tuple[str, ...]:
    """The same columns with one of them moved by some places; the name stays first."""
    if key not in keys or key == NAME.key:
        return tuple(keys)
    rest = [other for other in keys if other != key]
    rest.insert(max(1, keys.index(key) + by), key)
    return tuple(rest)


def grid_url(address: Address, **places: str) -> str:
    """The grid's own address of a question; `places` may name `after` or `before`."""
    return _grid() + address.query_string(**places)


@lru_cache
def _grid() -> str:
    return reverse("workstreams:grid")
