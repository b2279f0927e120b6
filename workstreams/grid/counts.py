"""How many rows answer, counted only as far as anybody wants to know, and on a page only where that is quick."""

from django.db import connection
from django.db.models import QuerySet

from workstreams.grid.collect import named_by
from workstreams.grid.conditions import Condition, Conditions, Nothing, conditions_of
from workstreams.grid.estimates import estimates
from workstreams.grid.paths import LEAD, STAGE_ACTIVITY, TABLE, order_of
from workstreams.grid.question import GridQuery, narrow
from workstreams.grid.sql import Sql, joined
from workstreams.grid.ways import anchors_of, cost_of
from workstreams.models import WorkStream

COUNT_CAP = 1000
# Rows that a count on a page may look at, in an index alone: a millisecond or two.
LOOKED_AT = 5_000


def quick_count(rows: "QuerySet[WorkStream]", query: GridQuery) -> int | None:
    """How many rows answer; COUNT_CAP + 1 stands for more than COUNT_CAP, None for "that would take too long"."""
    known = estimates()
    try:
        conditions = conditions_of(rows, query, known)
    except Nothing:
        return 0
    anchors = anchors_of(query, conditions, known)
    order = order_of(query, None, COUNT_CAP + 1)
    best = min(anchors, key=lambda anchor: cost_of(anchor, conditions, order), default=None)
    if best and cost_of(best, conditions, order) <= LOOKED_AT:
        left = [condition for condition in conditions.all if condition.kind not in best.kinds]
        return _counted(named_by(best, frozenset({"id"}), left), left)
    first = _first(query, conditions)
    if first is None:
        return None
    found = _counted(*first)
    return found if found > COUNT_CAP else None


def capped_count(rows: "QuerySet[WorkStream]", query: GridQuery) -> int:
    """As `quick_count`, but always with an answer; for what is asked once, not on every page."""
    found = quick_count(rows, query)
    return narrow(rows, query).order_by()[: COUNT_CAP + 1].count() if found is None else found


def _first(query: GridQuery, conditions: Conditions) -> tuple[Sql, list[Condition]] | None:
    """Some rows of the scope, if they are likely to hold more answers than are counted; None if not."""
    lead = conditions.find("lead")
    by_lead = lead is not None and bool(query.leads.ids)
    scope = lead if lead is not None and by_lead else conditions.all[0] if conditions.is_staged else None
    rest = [condition for condition in conditions.all if condition is not scope]
    columns = frozenset({"id"}).union(*(condition.columns for condition in rest))
    if not (LEAD if by_lead else STAGE_ACTIVITY).covers(columns):
        return None
    likely = float(LOOKED_AT)
    for condition in rest:
        likely *= condition.share
    if likely < COUNT_CAP:
        return None
    where, params = (scope.sql, scope.params) if scope else ("true", ())
    listed = ", ".join(f"n.{column}" for column in sorted(columns))
    return Sql(f"(SELECT {listed} FROM {TABLE} AS n WHERE {where} LIMIT %s)", (*params, LOOKED_AT)), rest


def _counted(rows: Sql, rest: list[Condition]) -> int:
    where, params = joined(rest)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM {rows.text} AS n WHERE {where} LIMIT %s) AS counted",
            (*rows.params, *params, COUNT_CAP + 1),
        )
        (count,) = cursor.fetchone()
    return int(count)
