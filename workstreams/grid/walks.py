"""Walks: rows in the order of an index, from a place on, until a page is full or enough were looked at.

A walk reads one or more stretches of an index (one per stage, lead or client), merged, so that it meets rows in the
order asked for. The fence ends it: behind so many rows looked at, another way is tried. PostgreSQL cannot look through
a LIMIT, so neither conditions nor other orders move into the walk, and there is nothing left for it to choose.
"""

from collections.abc import Sequence

from workstreams.grid.collect import MANY_ROWS
from workstreams.grid.conditions import Condition
from workstreams.grid.paths import TABLE, Order
from workstreams.grid.sql import Sql, joined

# As good as no fence, and yet one.
ENDLESS = 2_000_000_000


def walk(stretches: Sequence[Condition], order: Order, rest: Sequence[Condition], *, fence: int) -> Sql:
    """The first rows in order that meet the rest, among `fence` rows of these stretches; as (id, key)."""
    if fence > MANY_ROWS:
        rest = [
            # In the order of names, the index holds them.
            condition if condition.columns == {order.column} else condition.for_many()
            for condition in rest
        ]
    columns = {"id", order.column}.union(*(condition.columns for condition in rest))
    listed = ", ".join(f"n.{column}" for column in sorted(columns))
    branches = []
    for stretch in stretches:
        where, params = joined((stretch, *inside(order, rest)))
        branches.append(
            Sql(
                f"(SELECT {listed} FROM {TABLE} AS n WHERE {where} ORDER BY {order.walked} LIMIT %s)",
                (*params, fence),
            )
        )
    looked_at = Sql.join(" UNION ALL ", branches)
    if len(branches) > 1:
        looked_at = Sql(
            f"(SELECT * FROM ({looked_at.text}) AS n ORDER BY {order.walked} LIMIT %s)", (*looked_at.params, fence)
        )
    where, params = joined([condition for condition in rest if condition not in inside(order, rest)])
    return Sql(
        f"SELECT n.id, n.{order.column} AS key FROM {looked_at.text} AS n WHERE {where} LIMIT %s",
        (*looked_at.params, *params, order.size),
    )


def inside(order: Order, rest: Sequence[Condition]) -> tuple[Condition, ...]:
    """What bounds each stretch itself: the place, and what is asked of the column that the index is in order of."""
    own = tuple(condition for condition in rest if condition.columns == {order.column} and condition.kind != "name")
    return (*order.bounds, *own)
