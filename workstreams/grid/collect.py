"""Collecting: all rows that a selective index names, the rest of the question asked of each, and then sorted.

Right where few rows meet one condition, wherever they stand in the order. `OFFSET 0` keeps PostgreSQL from mixing that
condition with the others, so the index is the one meant; the order asks for a calculated value, which no index gives.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workstreams.grid.conditions import Condition
from workstreams.grid.paths import TABLE, Index, Order
from workstreams.grid.sql import Sql, joined


@dataclass(frozen=True)
class Anchor:
    """What rows are collected by: ways to be among them that exclude one another, and how many rows they may name."""

    index: Index
    branches: tuple[Condition, ...]
    kinds: frozenset[str]
    rows: float


def collect(anchor: Anchor, order: Order, rest: Sequence[Condition], *, is_counted: bool = False) -> Sql:
    """The first rows in order that meet the anchor and the rest; as (id, key[, how many there are])."""
    left = [*order.bounds, *(condition for condition in rest if condition.kind not in anchor.kinds)]
    # What a row is can be asked within the index, and cannot tempt PostgreSQL: no index begins with it.
    within = [condition for condition in left if condition.columns == {"traits"}]
    left = [condition for condition in left if condition not in within]
    columns = {"id", order.column}.union(*(condition.columns for condition in left))
    listed = ", ".join(f"n.{column}" for column in sorted(columns))
    branches = []
    for branch in anchor.branches:
        where, params = joined((branch, *within))
        branches.append(Sql(f"(SELECT {listed} FROM {TABLE} AS n WHERE {where} OFFSET 0)", params))
    named = Sql.join(" UNION ALL ", branches)
    if len(branches) > 1:
        named = Sql(f"({named.text})", named.params)
    where, params = joined(left)
    count = ", count(*) OVER () AS total" if is_counted else ""
    return Sql(
        f"SELECT n.id, n.{order.column} AS key{count} FROM {named.text} AS n WHERE {where}"
        f" ORDER BY {order.sorted} LIMIT %s",
        (*named.params, *params, order.size),
    )


def merge_months(months: tuple[int, int], stages: Sequence[int], order: Order, rest: Sequence[Condition]) -> Sql:
    """The first rows in order of activity that were created in these months: the first of each month and stage, merged.

    A created range of years names too many rows to collect, and a walk from the newest activity meets none of the old.
    """
    where, params = joined((*order.bounds, *map(_unindexed, rest)))
    return Sql(
        f"SELECT n.id, n.key FROM generate_series(greatest(%s, (SELECT min(created_month) FROM {TABLE})),"
        f" least(%s, (SELECT max(created_month) FROM {TABLE}))) AS m (month)"
        " CROSS JOIN unnest(%s) AS s (stage) CROSS JOIN LATERAL ("
        f"SELECT n.id, n.{order.column} AS key FROM {TABLE} AS n"
        f" WHERE n.created_month = m.month AND n.stage = s.stage AND {where} ORDER BY {order.walked} LIMIT %s"
        f") AS n ORDER BY n.key {'DESC' if order.descending else 'ASC'}, n.id {'DESC' if order.descending else 'ASC'}"
        " LIMIT %s",
        (*months, list(stages), *params, order.size, order.size),
    )


def _unindexed(condition: Condition) -> Condition:
    """A range asked so that no index can be entered by it: these walks are by month."""
    sql = condition.sql.replace("n.created_at ", "n.created_at + interval '0' ")
    return Condition(condition.kind, sql, condition.params, condition.columns, condition.share)
