"""Collecting: all rows that a selective index names, the rest of the question asked of each, and then sorted.

Right where few rows meet one condition, wherever they stand in the order. `OFFSET 0` keeps PostgreSQL from mixing that
condition with the others, so the index is the one meant; the order asks for a calculated value, which no index gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workstreams.grid.conditions import Condition
from workstreams.grid.paths import TABLE, Index, Order
from workstreams.grid.question import Sort
from workstreams.grid.sql import Sql, joined

# From so many rows on, a condition is asked as it is best asked of many.
MANY_ROWS = 5_000


@dataclass(frozen=True)
class Anchor:
    """What rows are collected by: ways to be among them that exclude one another, and how many rows they may name."""

    index: Index
    branches: tuple[Condition, ...]
    kinds: frozenset[str]
    rows: float
    # What it costs before the first of them is known, in rows read from an index alone.
    toll: float = 0.0


def collect(anchor: Anchor, order: Order, rest: Sequence[Condition], *, is_counted: bool = False) -> Sql:
    """The first rows in order that meet the anchor and the rest; as (id, key[, how many there are])."""
    left = [condition for condition in rest if condition.kind not in anchor.kinds]
    if anchor.rows > MANY_ROWS:
        left = [condition.for_many() for condition in left]
    count = ", count(*) OVER () AS total" if is_counted else ""
    asked = frozenset[str]().union(*(condition.columns for condition in left))
    if order.sort is Sort.NAME and anchor.index.covers(asked):
        # Names stand in no index but their own: read them of those alone that are left.
        named = named_by(anchor, frozenset({"id"}), left)
        where, params = joined(left)
        named = Sql(
            f"(SELECT n.id, (SELECT k.name_norm FROM {TABLE} AS k WHERE k.id = n.id) AS name_norm"
            f" FROM {named.text} AS n WHERE {where} OFFSET 0)",
            (*named.params, *params),
        )
        left = list(order.bounds)
    else:
        left += order.bounds
        named = named_by(anchor, frozenset({"id", order.column}), left)
    where, params = joined(left)
    return Sql(
        f"SELECT n.id, n.{order.column} AS key{count} FROM {named.text} AS n WHERE {where}"
        f" ORDER BY {order.sorted} LIMIT %s",
        (*named.params, *params, order.size),
    )


def named_by(anchor: Anchor, columns: frozenset[str], rest: Sequence[Condition]) -> Sql:
    """All rows that an anchor names, in no order, with these columns and those that the rest asks for."""
    listed = ", ".join(f"n.{column}" for column in sorted(columns.union(*(condition.columns for condition in rest))))
    branches = [
        Sql(f"(SELECT {listed} FROM {TABLE} AS n WHERE {branch.sql} OFFSET 0)", branch.params)
        for branch in anchor.branches
    ]
    named = Sql.join(" UNION ALL ", branches)
    return Sql(f"({named.text})", named.params) if len(branches) > 1 else named


def merge_months(months: tuple[int, int], statuses: Sequence[str], order: Order, rest: Sequence[Condition]) -> Sql:
    """The first rows in order that were created in these months: the first of each month and status, merged.

    A created range of years names too many rows to collect, and a walk from the other end of the order meets none.
    """
    where, params = joined((*order.bounds, *(_unindexed(condition.for_many()) for condition in rest)))
    return Sql(
        f"SELECT n.id, n.key FROM generate_series(greatest(%s, (SELECT min(created_month) FROM {TABLE})),"
        f" least(%s, (SELECT max(created_month) FROM {TABLE}))) AS m (month)"
        " CROSS JOIN unnest(%s) AS s (status) CROSS JOIN LATERAL ("
        f"SELECT n.id, n.{order.column} AS key FROM {TABLE} AS n"
        f" WHERE n.created_month = m.month AND n.status = s.status AND {where} ORDER BY {order.walked} LIMIT %s"
        f") AS n ORDER BY n.key {'DESC' if order.descending else 'ASC'}, n.id {'DESC' if order.descending else 'ASC'}"
        " LIMIT %s",
        (*months, list(statuses), *params, order.size, order.size),
    )


def _unindexed(condition: Condition) -> Condition:
    """A condition asked so that no index can be entered by it: these walks are by month and status."""
    sql = condition.sql.replace("n.created_at ", "n.created_at + interval '0' ").replace("n.stage ", "n.stage + 0 ")
    return replace(condition, sql=sql)
