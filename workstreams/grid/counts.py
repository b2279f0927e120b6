"""How many rows answer, counted only as far as anybody wants to know, and on a page only where that is quick."""

from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import QuerySet

from workstreams.grid.collect import named_by
from workstreams.grid.conditions import Conditions, Nothing, conditions_of
from workstreams.grid.estimates import Estimates, estimates
from workstreams.grid.paths import TABLE, order_of
from workstreams.grid.question import GridQuery, Sort, narrow
from workstreams.grid.sql import Sql, joined
from workstreams.grid.walks import walk
from workstreams.grid.ways import anchors_of, cost_of, walk_of
from workstreams.models import WorkStream

COUNT_CAP = 1000
# Rows that a count on a page may look at, in an index alone: a millisecond or two.
LOOKED_AT = 5_000


@dataclass(frozen=True)
class Counting:
    """A count that is quick, before it is asked: `sql` answers one number; of some answers only where `is_of_some`."""

    sql: Sql
    is_of_some: bool = False

    def known(self, found: int) -> int | None:
        """How many answers there are when this many were counted; COUNT_CAP + 1 stands for more than COUNT_CAP."""
        return None if self.is_of_some and found <= COUNT_CAP else found


def counting(rows: "QuerySet[WorkStream]", query: GridQuery) -> Counting | None:
    """The count of a question that can have answers; None for "that would take too long". Asks nothing itself.

    Raises: Nothing where there can be no answer.
    """
    known = estimates()
    conditions = conditions_of(rows, query, known)
    if known.rows <= LOOKED_AT:
        where, params = joined(conditions.all)
        return Counting(_capped(Sql(f"SELECT FROM {TABLE} AS n WHERE {where}", params)))
    anchors = anchors_of(query, conditions, known)
    order = order_of(query, None, COUNT_CAP + 1)
    best = min(anchors, key=lambda anchor: cost_of(anchor, conditions, order), default=None)
    if best and cost_of(best, conditions, order) <= LOOKED_AT:
        left = [condition for condition in conditions.all if condition.kind not in best.kinds]
        where, params = joined(left)
        named = named_by(best, frozenset({"id"}), left)
        return Counting(_capped(Sql(f"SELECT FROM {named.text} AS n WHERE {where}", (*named.params, *params))))
    first = _first(query, conditions, known)
    return Counting(_capped(first), is_of_some=True) if first else None


def quick_count(rows: "QuerySet[WorkStream]", query: GridQuery) -> int | None:
    """How many rows answer; COUNT_CAP + 1 stands for more than COUNT_CAP, None for "that would take too long"."""
    try:
        count = counting(rows, query)
    except Nothing:
        return 0
    if count is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(count.sql.text, count.sql.params)
        (found,) = cursor.fetchone()
    return count.known(int(found))


def capped_count(rows: "QuerySet[WorkStream]", query: GridQuery) -> int:
    """As `quick_count`, but always with an answer; for what is asked once, not on every page."""
    found = quick_count(rows, query)
    return narrow(rows, query).order_by()[: COUNT_CAP + 1].count() if found is None else found


def _first(query: GridQuery, conditions: Conditions, known: Estimates) -> Sql | None:
    """Some rows of the scope, if they are likely to hold more answers than are counted; None if not."""
    order = order_of(replace(query, sort=Sort.ACTIVITY), None, COUNT_CAP + 1)
    way = walk_of(query, conditions, order, known)
    rest = [condition for condition in conditions.all if condition.kind not in way.kinds]
    columns = frozenset({"id"}).union(*(condition.columns for condition in rest))
    likely = float(LOOKED_AT)
    for condition in rest:
        likely *= condition.share
    if likely < COUNT_CAP or not way.index.covers(columns):
        return None
    if len(rest) < len(conditions.all):
        # Not merely some rows of the table that are in the scope: those may all stand at its end.
        return walk(way.stretches, order, rest, fence=LOOKED_AT)
    where, params = joined(rest)
    listed = ", ".join(f"n.{column}" for column in sorted(columns))
    return Sql(f"SELECT FROM (SELECT {listed} FROM {TABLE} AS n LIMIT %s) AS n WHERE {where}", (LOOKED_AT, *params))


def _capped(rows: Sql) -> Sql:
    return Sql(
        f"SELECT count(*) FROM (SELECT FROM ({rows.text}) AS n LIMIT %s) AS counted", (*rows.params, COUNT_CAP + 1)
    )
