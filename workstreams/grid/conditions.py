"""A question as conditions of SQL about a row `n`, each with the columns it reads and the share of rows it may meet."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from workstreams import codes
from workstreams.choices import Lifecycle
from workstreams.grid.estimates import Estimates
from workstreams.grid.question import SHORTEST_INFIX, GridQuery, People, term_of
from workstreams.models import WorkStream

ALL_STAGES = frozenset(codes.STAGES.values())
# One row answers "is anything of this client in production?", from an index of nothing else. The LIMIT keeps it a
# question about each row that is left after the other conditions; as a join it would be asked of all clients first.
_ONE_IN_PRODUCTION = (
    "(SELECT true FROM workstreams_workstream AS p WHERE p.organization_id = n.organization_id"
    " AND p.status = 'open' AND p.milestone = 'processing_data' LIMIT 1)"
)


# The same for very many rows: all clients in production at once, some ten thousand, looked up in memory. IS TRUE keeps
# PostgreSQL from making a join of it.
_AMONG_THOSE_IN_PRODUCTION = (
    "(n.organization_id IN (SELECT p.organization_id FROM workstreams_workstream AS p"
    " WHERE p.status = 'open' AND p.milestone = 'processing_data'))"
)


class Nothing(Exception):
    """No row can be the answer."""


@dataclass(frozen=True)
class Condition:
    """A part of a WHERE. `kind` says what of a question it is; `share` what part of all rows may meet it."""

    kind: str
    sql: str
    params: tuple[Any, ...] = ()
    columns: frozenset[str] = frozenset()
    share: float = 1.0
    # The same asked of very many rows, where another way of asking is quicker then.
    of_many: str = ""
    columns_of_many: frozenset[str] = frozenset()
    # What finding them by an index costs for each row of the table, in rows read from an index alone.
    toll: float = 0.0
    # How rows are named by it, where that is another question than whether a row is among them.
    as_anchor: str = ""

    def for_many(self) -> "Condition":
        """This condition as it is best asked of very many rows."""
        return replace(self, sql=self.of_many, columns=self.columns_of_many) if self.of_many else self


@dataclass(frozen=True)
class Conditions:
    """Everything a row must meet: one of the stages, and every condition."""

    stages: frozenset[int]
    stage_share: float
    others: tuple[Condition, ...]

    def find(self, kind: str) -> Condition | None:
        """The condition of a kind, if the question has one."""
        return next((condition for condition in self.others if condition.kind == kind), None)

    @property
    def all(self) -> tuple[Condition, ...]:
        """Every condition, the one of the stages among them where they are not all."""
        return (stage_condition(self.stages, self.stage_share), *self.others) if self.is_staged else self.others

    @property
    def is_staged(self) -> bool:
        """Whether status, milestone or lifecycle narrow the stages."""
        return self.stages != ALL_STAGES


def stage_condition(stages: frozenset[int], share: float = 1.0) -> Condition:
    """That a row is at one of the stages."""
    return Condition("stage", "n.stage = ANY(%s)", (sorted(stages),), frozenset({"stage"}), share)


def conditions_of(rows: "QuerySet[WorkStream]", query: GridQuery, known: Estimates) -> Conditions:
    """The question, asked of `rows`.

    Raises: Nothing when no row can be the answer.
    """
    lifecycle = next(iter(query.lifecycles)) if len(query.lifecycles) == 1 else None
    stages = frozenset(
        number
        for (status, milestone), number in codes.STAGES.items()
        if (not query.statuses or status in query.statuses) and _is_milestone(query, milestone)
    )
    if lifecycle == Lifecycle.USER:
        # What is in production makes its client a customer, so it cannot be a user's.
        stages -= {codes.IN_PRODUCTION}
    elif stages == {codes.IN_PRODUCTION}:
        lifecycle = None
    if not stages:
        raise Nothing
    found = [
        *_visible(rows),
        *_traits(query, known),
        *_people("lead", query.leads, codes.LED, known),
        *_people("owner", query.owners, codes.OWNED, known),
        *_clients(query, known),
        *_ranges(query, known),
        *_named(query, known),
        *_lifecycle(lifecycle),
    ]
    return Conditions(stages, known["stage"].equal(stages) if stages != ALL_STAGES else 1.0, tuple(found))


def _is_milestone(query: GridQuery, milestone: str | None) -> bool:
    if milestone is None:
        return query.without_milestone or not query.milestones
    return milestone in query.milestones or not (query.milestones or query.without_milestone)


def _visible(rows: "QuerySet[WorkStream]") -> list[Condition]:
    """Nothing for those who see every row; else that the row is among theirs."""
    if rows.query.is_empty():
        raise Nothing
    if not rows.query.where and not rows.query.is_sliced:
        return []
    try:
        sql, params = rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet as error:
        raise Nothing from error
    asked, named = f"(n.id IN ({sql})) IS TRUE", f"n.id = ANY(ARRAY({sql}))"
    return [Condition("visible", asked, tuple(params), frozenset({"id"}), 0.0, as_anchor=named)]


def _traits(query: GridQuery, known: Estimates) -> list[Condition]:
    found = []
    traits = frozenset({"traits"})
    if types := query.types & codes.TYPES.keys():
        numbers = sorted(codes.TYPES[word] for word in types)
        share = known["subscription_type"].equal(types)
        found.append(Condition("type", f"(n.traits & {codes.TYPE_BITS}) = ANY(%s)", (numbers,), traits, share))
    if entry_points := query.entry_points & codes.ENTRY_POINTS.keys():
        numbers = sorted(codes.ENTRY_POINTS[word] for word in entry_points)
        share = known["entry_point"].equal(entry_points)
        found.append(Condition("entry", f"(n.traits & {codes.ENTRY_POINT_BITS}) = ANY(%s)", (numbers,), traits, share))
    if query.is_tied is not None:
        nulls = known["opportunity_id"].nulls
        share = 1 - nulls if query.is_tied else nulls
        found.append(_bit("tied", codes.TIED, is_set=query.is_tied, share=share))
    if (query.types and not types) or (query.entry_points and not entry_points):
        raise Nothing
    return found


def _bit(kind: str, bit: int, *, is_set: bool, share: float) -> Condition:
    sql = f"(n.traits & {bit}) {'<>' if is_set else '='} 0"
    return Condition(kind, sql, (), frozenset({"traits"}), share)


def _people(kind: str, people: People, bit: int, known: Estimates) -> list[Condition]:
    if not people:
        return []
    column = known[f"{kind}_id"]
    nobody = column.nulls if people.nobody else 0.0
    if not people.ids:
        return [_bit(kind, bit, is_set=False, share=nobody)]
    sql, columns = f"n.{kind}_id = ANY(%s)", frozenset({f"{kind}_id"})
    if people.nobody:
        sql = f"({sql} OR n.{kind}_id IS NULL)"
    return [Condition(kind, sql, (sorted(people.ids),), columns, column.equal(people.ids) + nobody)]


def _clients(query: GridQuery, known: Estimates) -> list[Condition]:
    if not query.organizations:
        return []
    share = known["organization_id"].equal(query.organizations)
    ids = sorted(query.organizations)
    return [Condition("client", "n.organization_id = ANY(%s)", (ids,), frozenset({"organization_id"}), share)]


def _ranges(query: GridQuery, known: Estimates) -> list[Condition]:
    day = timedelta(days=1)
    start_before = query.start_to + day if query.start_to else None
    given = [
        ("created", "created_at", query.created_from, query.created_before),
        ("start", "intended_start", query.start_from, start_before),
        ("active", "last_activity_at", query.active_since, None),
    ]
    found = []
    for kind, column, low, high in given:
        ends = [(sign, end) for sign, end in ((">=", low), ("<", high)) if end is not None]
        if ends:
            sql = " AND ".join(f"n.{column} {sign} %s" for sign, _ in ends)
            share = known[column].between(low, high)
            found.append(Condition(kind, sql, tuple(end for _, end in ends), frozenset({column}), share))
    return found


def _named(query: GridQuery, known: Estimates) -> list[Condition]:
    term = term_of(query)
    if not term:
        return []
    if "\x00" in term:
        raise Nothing
    part = term if len(term) >= SHORTEST_INFIX else f" {term}"
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    small = part.lower()  # close enough for a guess
    share = known["name_norm"].containing(small)
    # Every piece of three letters has a list of rows, and all lists are read: dear for a phrase of common words.
    toll = 0.25 * sum(len(word) * known["name_norm"].containing(word) for word in small.split())
    return [
        Condition(
            "name",
            "n.name_norm LIKE lower(%s)",
            (f"%{escaped}%",),
            frozenset({"name_norm"}),
            share,
            # Names are read one by one of the rows that are left, so that a long walk stays within its index.
            "(SELECT k.name_norm FROM workstreams_workstream AS k WHERE k.id = n.id) LIKE lower(%s)",
            frozenset({"id"}),
            toll,
        )
    ]


def _lifecycle(lifecycle: str | None) -> list[Condition]:
    if lifecycle is None:
        return []
    is_customer = lifecycle == Lifecycle.CUSTOMER
    sql = f"{_ONE_IN_PRODUCTION} IS {'NOT NULL' if is_customer else 'NULL'}"
    of_many = f"{_AMONG_THOSE_IN_PRODUCTION} IS {'TRUE' if is_customer else 'NOT TRUE'}"
    columns = frozenset({"organization_id"})
    return [Condition("lifecycle", sql, (), columns, 0.5, of_many, columns)]
