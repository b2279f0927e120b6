"""Which way is taken to an answer: one statement that tries at most three, each only where the one before fell short.

1. Walk in the order asked for, looking at no more than `FENCE` rows. Most questions are many rows' answer and end here.
2. Walk on, where the first rows say that a page will be full before collecting would be done.
3. Collect by the condition that names the fewest rows; or, for the newest activity within years of creation, merge the
   months. What is rare is found here wherever it stands, and nothing is sorted but the answers.

Collecting alone is the way where it names few rows anyway, and walking alone where nothing can be collected by. The
planner is never asked to weigh a walk against a collection: it does so by guesses that are wrong for what is old or
rare, and then walks a million rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from workstreams.codes import STAGES
from workstreams.grid.collect import Anchor, collect, merge_months
from workstreams.grid.conditions import Condition, Conditions, stage_condition
from workstreams.grid.estimates import Estimates
from workstreams.grid.paths import (
    BY_NAME,
    CLIENT,
    KEY,
    LEAD,
    NAME,
    OWNER,
    STAGE_ACTIVITY,
    STAGE_CREATED,
    STAGE_START,
    Index,
    Order,
    Part,
)
from workstreams.grid.question import GridQuery, Sort
from workstreams.grid.sql import Sql
from workstreams.grid.walks import ENDLESS, inside, walk

# Rows that a first walk looks at: two milliseconds.
FENCE = 3_000
# So few rows are collected without walking first; so many only where walking on promises nothing.
FEW, MANY = 2_000, 60_000
# More stretches than this cost more to plan than they save.
MOST_STRETCHES = 16
MOST_MONTHS = 240
NO_MONTH = 1_000_000
# What opening a row costs, in rows read from an index alone.
OPENED = 4.0
EVERY_ROW = Condition("every", "true")

_STAGE_INDEXES = {Sort.ACTIVITY: STAGE_ACTIVITY, Sort.CREATED: STAGE_CREATED, Sort.START: STAGE_START}


@dataclass(frozen=True)
class Walk:
    """Stretches of one index; `kinds` are the conditions that they answer, `rows` how many they may hold."""

    index: Index
    stretches: tuple[Condition, ...]
    kinds: frozenset[str]
    rows: float


def answer(query: GridQuery, conditions: Conditions, order: Order, known: Estimates) -> tuple[Sql, bool]:
    """The statement for the rows of a page as (id, key, total), in order; and whether `total` counts all answers."""
    anchors = sorted(anchors_of(query, conditions, known), key=lambda anchor: cost_of(anchor, conditions, order))
    way = walk_of(query, conditions, order, known)
    rest = [condition for condition in conditions.all if condition.kind not in way.kinds]
    if not anchors:
        return _ended(walk(way.stretches, order, rest, fence=ENDLESS), order), False
    anchor, cost = anchors[0], cost_of(anchors[0], conditions, order)
    density = 1.0
    own = {condition.kind for condition in inside(order, rest)}
    for condition in rest:
        if condition.kind not in own:
            density *= condition.share
    if cost <= FEW or (cost <= MANY and density * FENCE < 2):
        is_counted = order.cursor is None and order.part is Part.ALL and cost <= FEW
        text = collect(anchor, order, conditions.all, is_counted=is_counted)
        return (text, True) if is_counted else (_ended(text, order), False)
    step = 1.0 if way.index.covers(_columns(rest) | {order.column}) else 2 * OPENED
    # So many found within the fence, and walking on costs less than collecting.
    enough = max(1, ceil(order.size * FENCE * step / max(cost, 1.0)))
    first = walk(way.stretches, order, rest, fence=FENCE)
    onward = walk(way.stretches, order, rest, fence=ceil(max(FENCE, 1.5 * order.size * FENCE / enough)))
    last = _months(query, conditions, order, known) if cost > MANY / 3 else None
    return _chained(first, onward, last or collect(anchor, order, conditions.all), enough, order), False


def anchors_of(query: GridQuery, conditions: Conditions, known: Estimates) -> Iterator[Anchor]:
    """Every condition that rows can be collected by."""

    def anchor(index: Index, condition: Condition, *also: Condition, share: float | None = None) -> Anchor:
        part = condition.share if share is None else share
        toll = known.rows * condition.toll
        return Anchor(index, (condition, *also), frozenset({condition.kind}), known.rows * part, toll)

    for kind, index, people in (("lead", LEAD, query.leads), ("owner", OWNER, query.owners)):
        if condition := conditions.find(kind):
            nobody = Condition(kind, f"n.{kind}_id IS NULL", (), frozenset({f"{kind}_id"}))
            if not people.ids:
                yield anchor(index, nobody, share=condition.share)
            else:
                ids = (sorted(people.ids),)
                named = Condition(kind, f"n.{kind}_id = ANY(%s)", ids, condition.columns, condition.share)
                yield anchor(index, named, *([nobody] if people.nobody else []), share=condition.share)
    for kind, index in (("client", CLIENT), ("name", NAME), ("visible", KEY)):
        if condition := conditions.find(kind):
            yield anchor(index, replace(condition, sql=condition.as_anchor or condition.sql))
    for kind, index in (("created", STAGE_CREATED), ("start", STAGE_START), ("active", STAGE_ACTIVITY)):
        if condition := conditions.find(kind):
            stages = stage_condition(conditions.stages)
            both = Condition(kind, f"{stages.sql} AND {condition.sql}", (*stages.params, *condition.params))
            share = min(condition.share, conditions.stage_share)
            yield Anchor(index, (both,), frozenset({kind, "stage"}), known.rows * share)
    if conditions.is_staged:
        yield anchor(STAGE_ACTIVITY, conditions.all[0])


def walk_of(query: GridQuery, conditions: Conditions, order: Order, known: Estimates) -> Walk:
    """The index that is in the order asked for and holds the fewest rows besides."""
    if order.sort is Sort.NAME:
        return Walk(BY_NAME, (EVERY_ROW,), frozenset(), known.rows)
    stretches = tuple(
        Condition("stage", f"n.stage = {number}", (), frozenset({"stage"})) for number in sorted(conditions.stages)
    )
    ways = [Walk(_STAGE_INDEXES[order.sort], stretches, frozenset({"stage"}), known.rows * conditions.stage_share)]
    if order.sort is Sort.ACTIVITY:
        for kind, index, column, ids in (
            ("lead", LEAD, "lead_id", frozenset() if query.leads.nobody else query.leads.ids),
            ("owner", OWNER, "owner_id", frozenset() if query.owners.nobody else query.owners.ids),
            ("client", CLIENT, "organization_id", query.organizations),
        ):
            condition = conditions.find(kind)
            if condition and 0 < len(ids) <= MOST_STRETCHES:
                own = tuple(Condition(kind, f"n.{column} = %s", (pk,), frozenset({column})) for pk in sorted(ids))
                ways.append(Walk(index, own, frozenset({kind}), known.rows * condition.share))
    return min(ways, key=lambda way: way.rows)


def cost_of(anchor: Anchor, conditions: Conditions, order: Order) -> float:
    """What collecting costs, in rows read from an index alone."""
    asked = _columns([condition for condition in conditions.all if condition.kind not in anchor.kinds])
    if anchor.index is NAME or not anchor.index.covers(asked):
        return anchor.toll + anchor.rows * OPENED
    if anchor.index.covers(asked | {order.column}):
        return anchor.rows
    # The value to order by is read of those alone that are left.
    left = anchor.rows
    for condition in conditions.all:
        left *= 1.0 if condition.kind in anchor.kinds else condition.share
    return anchor.rows + left * OPENED


def _columns(conditions: list[Condition]) -> frozenset[str]:
    return frozenset[str]().union(*(condition.columns for condition in conditions))


def _months(query: GridQuery, conditions: Conditions, order: Order, known: Estimates) -> Sql | None:
    """The merge by months, where the question is one for it and not of too many."""
    if order.sort not in {Sort.ACTIVITY, Sort.START} or order.part is Part.UNDATED:
        return None
    if not (query.created_from or query.created_before):
        return None
    # The ends are in the reader's own zone, the months in UTC.
    first = _month(query.created_from) - 1 if query.created_from else 0
    last = _month(query.created_before) + 1 if query.created_before else NO_MONTH
    bounds = known["created_at"].bounds
    if bounds:
        months = min(last, _month(bounds[-1])) - max(first, _month(bounds[0])) + 1
        if months > MOST_MONTHS:
            return None
    statuses = sorted({status for (status, _), number in STAGES.items() if number in conditions.stages})
    return merge_months((first, last), statuses, order, conditions.all)


def _month(moment: datetime) -> int:
    return moment.year * 12 + moment.month


def _ended(only: Sql, order: Order) -> Sql:
    way = "DESC" if order.descending else "ASC"
    return Sql(
        f"SELECT id, key, NULL::bigint AS total FROM ({only.text}) AS a ORDER BY key {way}, id {way}", only.params
    )


def _chained(first: Sql, onward: Sql, last: Sql, enough: int, order: Order) -> Sql:
    """Each way where the one before did not fill the page; PostgreSQL asks that once, before it begins with it."""
    way = "DESC" if order.descending else "ASC"
    size = order.size
    return Sql(
        f"WITH a AS MATERIALIZED ({first.text}), "
        f"b AS MATERIALIZED (SELECT * FROM ({onward.text}) AS b"
        f" WHERE (SELECT count(*) FROM a) >= %s AND (SELECT count(*) FROM a) < %s), "
        f"c AS MATERIALIZED (SELECT * FROM ({last.text}) AS c"
        f" WHERE (SELECT count(*) FROM a) < %s AND (SELECT count(*) FROM b) < %s) "
        "SELECT id, key, NULL::bigint AS total FROM ("
        "SELECT * FROM a WHERE (SELECT count(*) FROM a) >= %s"
        " UNION ALL SELECT * FROM b WHERE (SELECT count(*) FROM b) >= %s"
        f" UNION ALL SELECT * FROM c) AS found ORDER BY key {way}, id {way}",
        (*first.params, *onward.params, enough, size, *last.params, size, size, size, size),
    )
