"""The indexes of the grid, and what each can answer without opening the rows themselves.

| index | walked for | collected for |
|---|---|---|
| grid_stage_activity | newest activity, one walk per stage, merged | stages; activity since |
| grid_stage_created | order of creation, merged | created ranges |
| grid_stage_start | order of the intended start, merged | ranges of the intended start |
| grid_by_name | order of names | - |
| grid_months_activity | newest activity within a created range, one walk per month and status | - |
| grid_months_start | the same in order of the intended start | - |
| grid_lead_activity | newest activity of leads | leads, or nobody as lead |
| grid_client_activity | newest activity of clients | clients |
| grid_by_owner | newest activity of owners | owners, or nobody as owner |
| grid_name | - | parts of names (trigrams) |
| clients_in_production | - | whether a client is a customer |
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from workstreams.grid.conditions import Condition
from workstreams.grid.places import Cursor, typed
from workstreams.grid.question import GridQuery, Sort

TABLE = "workstreams_workstream"


@dataclass(frozen=True)
class Index:
    """An index, and the columns it holds."""

    name: str
    columns: frozenset[str]

    def covers(self, columns: frozenset[str]) -> bool:
        """Whether these columns can be read from the index alone."""
        return columns <= self.columns


def _index(name: str, *columns: str) -> Index:
    return Index(name, frozenset({"id", *columns}))


# What most indexes hold besides what they are in order of.
FACTS = (
    "stage",
    "traits",
    "intended_start",
    "created_at",
    "last_activity_at",
    "lead_id",
    "organization_id",
)
STAGE_ACTIVITY = _index("grid_stage_activity", *FACTS)
STAGE_CREATED = _index("grid_stage_created", *FACTS)
STAGE_START = _index("grid_stage_start", *FACTS)
BY_NAME = _index("grid_by_name", "name_norm", *FACTS)
LEAD = _index("grid_lead_activity", *FACTS)
CLIENT = _index("grid_client_activity", *FACTS)
OWNER = _index("grid_by_owner", "owner_id", *FACTS)
NAME = _index("grid_name")
KEY = _index("workstreams_workstream_pkey")

COLUMN_OF = {
    Sort.ACTIVITY: "last_activity_at",
    Sort.CREATED: "created_at",
    Sort.NAME: "name_norm",
    Sort.START: "intended_start",
}
# Added to what is ordered by where rows are collected, so that no index can give the order.
_UNWALKED = {Sort.ACTIVITY: " + interval '0'", Sort.CREATED: " + interval '0'", Sort.NAME: " || ''", Sort.START: " + 0"}


class Part(Enum):
    """Which rows of the order by start: those without one stand behind the others, whatever the direction."""

    ALL = "all"
    DATED = "dated"
    UNDATED = "undated"


@dataclass(frozen=True)
class Order:
    """In which order rows are read, from which place on, and how many."""

    sort: Sort
    descending: bool
    size: int
    cursor: Cursor | None = None
    part: Part = Part.ALL

    @property
    def column(self) -> str:
        """What rows are ordered by, before their id."""
        return COLUMN_OF[self.sort]

    @property
    def walked(self) -> str:
        """The ORDER BY that an index can give."""
        way = "DESC" if self.descending else "ASC"
        return f"n.{self.column} {way}, n.id {way}"

    @property
    def sorted(self) -> str:
        """The same order, which no index can give."""
        way = "DESC" if self.descending else "ASC"
        return f"n.{self.column}{_UNWALKED[self.sort]} {way}, n.id {way}"

    @property
    def bounds(self) -> tuple[Condition, ...]:
        """What bounds a walk: the part of the rows, and the place to begin behind."""
        found = []
        column = frozenset({self.column})
        if self.part is not Part.ALL:
            word = "NULL" if self.part is Part.UNDATED else "NOT NULL"
            found.append(Condition("part", f"n.{self.column} IS {word}", (), column))
        if self.cursor is not None:
            sign = "<" if self.descending else ">"
            value: Any = typed(self.cursor.value, self.sort)
            if self.part is Part.UNDATED:
                if value is None:
                    found.append(Condition("place", f"n.id {sign} %s", (self.cursor.pk,), frozenset({"id"})))
            elif value is not None or self.part is not Part.DATED:
                sql = f"(n.{self.column}, n.id) {sign} (%s, %s)"
                found.append(Condition("place", sql, (value, self.cursor.pk), column | {"id"}))
        return tuple(found)


def order_of(query: GridQuery, cursor: Cursor | None, size: int, *, part: Part = Part.ALL) -> Order:
    """The order that a question asks for; a page that ends before a place is read backwards from there."""
    is_backwards = cursor is not None and cursor.direction == "before"
    return Order(query.sort, query.descending != is_backwards, size, cursor, part)
