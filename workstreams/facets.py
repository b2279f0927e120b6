"""How many WorkStreams each value of the grid's boxes would find: counted each minute, read from the counts.

Counting a million rows takes a third of a second, so no request does. A worker counts them by lead, status, type and
milestone (`GridCount`, some thousand rows); a page adds up what it needs of these in a few milliseconds.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.capabilities import INTERNAL_ROLES, Can
from accounts.finding import Named, find_named
from accounts.models import User
from workstreams.codes import MILESTONES, STATUSES, TYPE_BITS, TYPES
from workstreams.filters import ME, NOBODY, NONE, RowsNamed
from workstreams.grid import GridQuery, People, Sort

# Any number will do, as long as nothing else takes the lock of this number.
TURN = 7_204_417_031

# How old counts may be to spare a request its own counting.
RECENT = timedelta(minutes=5)

# One statement, so that readers see the counts of one moment. It writes only what changed: most minutes a few rows.
_RECOUNT = f"""
WITH fresh AS MATERIALIZED (
    SELECT lead_id, stage, (traits & {TYPE_BITS})::smallint AS type_number, count(*) AS n
    FROM workstreams_workstream GROUP BY lead_id, stage, traits & {TYPE_BITS}
), gone AS (
    DELETE FROM workstreams_gridcount AS old WHERE NOT EXISTS (
        SELECT FROM fresh
        WHERE fresh.stage = old.stage AND fresh.type_number = old.type_number
          AND coalesce(fresh.lead_id, 0) = coalesce(old.lead_id, 0)
    )
), counted AS (
    INSERT INTO workstreams_gridcounted (id, at) VALUES (1, %s) ON CONFLICT (id) DO UPDATE SET at = excluded.at
)
INSERT INTO workstreams_gridcount AS old (lead_id, stage, type_number, n)
SELECT lead_id, stage, type_number, n FROM fresh
ON CONFLICT (lead_id, stage, type_number) DO UPDATE SET n = excluded.n WHERE old.n <> excluded.n
"""  # noqa: S608  only a number of ours


def recount(*, now: datetime) -> bool:
    """Count anew; about 0.3 s for a million rows. False when somebody else is at it, whose counts will do."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [TURN])
        (is_our_turn,) = cursor.fetchone()
        if is_our_turn:
            cursor.execute(_RECOUNT, [now])
    return bool(is_our_turn)


# A stage is the number of the status and that of the milestone, added up.
_STATUS_BITS = max(STATUSES.values())
_MILESTONE_BITS = _STATUS_BITS - 1
_WORDS: Mapping[str, Mapping[str, str]] = {
    "type": {str(number): word for word, number in TYPES.items()},
    "milestone": {str(number): word or NONE for word, number in MILESTONES.items()},
    "status": {str(number): word for word, number in STATUSES.items()},
}

# Every group of boxes counts with the choices of the other groups, and without its own: what ticking a box would find.
# There are few combinations of stage and type, so the leads are added up first, once for these groups.
_READ = f"""
WITH led_by AS MATERIALIZED (
    SELECT id FROM accounts_user WHERE id = ANY (%(leads)s::bigint[]) OR public_id = ANY (%(named)s::uuid[])
), combined AS MATERIALIZED (
    SELECT type_number, stage & {_MILESTONE_BITS} AS milestone, stage & {_STATUS_BITS} AS status, sum(n)::bigint AS n,
           %(types)s::int[] IS NULL OR type_number = ANY (%(types)s::int[]) AS has_type,
           %(milestones)s::int[] IS NULL OR stage & {_MILESTONE_BITS} = ANY (%(milestones)s::int[]) AS has_milestone,
           %(statuses)s::int[] IS NULL OR stage & {_STATUS_BITS} = ANY (%(statuses)s::int[]) AS has_status
    FROM workstreams_gridcount
    WHERE %(any_lead)s OR lead_id IN (SELECT id FROM led_by) OR (%(or_nobody)s AND lead_id IS NULL)
    GROUP BY type_number, stage
), by_lead AS MATERIALIZED (
    SELECT coalesce(lead_id, 0) AS lead_id, sum(n)::bigint AS n
    FROM workstreams_gridcount
    WHERE (%(types)s::int[] IS NULL OR type_number = ANY (%(types)s::int[]))
      AND (%(milestones)s::int[] IS NULL OR stage & {_MILESTONE_BITS} = ANY (%(milestones)s::int[]))
      AND (%(statuses)s::int[] IS NULL OR stage & {_STATUS_BITS} = ANY (%(statuses)s::int[]))
    GROUP BY coalesce(lead_id, 0)
), offered AS MATERIALIZED (
    -- Two questions, each with its index: asked as one by OR, every person there is would be read.
    SELECT id FROM accounts_user WHERE is_active AND role = ANY (%(roles)s) UNION SELECT id FROM led_by
)
SELECT 'type' AS name, type_number::text AS value, 0::bigint AS lead_id, '' AS label, sum(n)::bigint AS n,
       NULL::timestamptz AS at
    FROM combined WHERE has_milestone AND has_status GROUP BY type_number
UNION ALL
SELECT 'milestone', milestone::text, 0, '', sum(n)::bigint, NULL
    FROM combined WHERE has_type AND has_status GROUP BY milestone
UNION ALL
SELECT 'status', status::text, 0, '', sum(n)::bigint, NULL
    FROM combined WHERE has_type AND has_milestone GROUP BY status
UNION ALL
SELECT 'nobody', '', 0, '', n, NULL FROM by_lead WHERE lead_id = 0
UNION ALL
SELECT 'lead', person.public_id::text, person.id,
       coalesce(nullif(person.name, ''), split_part(person.email, '@', 1)), coalesce(by_lead.n, 0), NULL
    FROM offered JOIN accounts_user AS person USING (id) LEFT JOIN by_lead ON by_lead.lead_id = person.id
UNION ALL
SELECT 'at', '', 0, '', 0, at FROM workstreams_gridcounted
"""  # noqa: S608  only numbers of ours


@dataclass(frozen=True)
class Facets:
    """The colleagues to choose from, and how many WorkStreams each value of each box would find.

    `counts` is by the box's name and value; a value that is missing there would find none. `at` is when they were
    counted, and None where they are not known: then `counts` says nothing about anything.
    """

    leads: Sequence[Named] = ()
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    at: datetime | None = None

    def exceeds(self, cap: int, query: GridQuery, *, now: datetime) -> bool:
        """Whether more than `cap` WorkStreams answered the question a short while ago; False where nobody knows."""
        if self.at is None or self.at < now - RECENT:
            return False
        return cap < sum(
            n
            for (name, value), n in self.counts.items()
            if name == "type" and (not query.types or value in query.types)
        )


def can_answer(query: GridQuery) -> bool:
    """Whether a question is about lead, status, type and milestone alone: of all else the counts know nothing."""
    rest = replace(
        query,
        types=frozenset(),
        milestones=frozenset(),
        without_milestone=False,
        statuses=frozenset(),
        leads=People(),
        sort=Sort.ACTIVITY,
        descending=True,
    )
    return rest == GridQuery()


def facets_for(user: User, query: GridQuery, *, named: Collection[str] = ()) -> Facets:
    """The colleagues and, where `can_answer`, the counts; one statement, some milliseconds whatever there is to count.

    `named` are public ids of leads that the question asks for besides its own, where nobody has looked them up yet. The
    counts are of every WorkStream there is, so whoever may not search all of them gets nothing.
    """
    if not user.may(Can.SEARCH_GRID):
        return Facets()
    if not can_answer(query):
        return Facets(_in_order(find_named(user, people=(), organizations=(), with_colleagues=True).colleagues))
    none = (None,) if query.without_milestone else ()
    with connection.cursor() as cursor:
        cursor.execute(
            _READ,
            {
                "types": [TYPES[word] for word in query.types] or None,
                "milestones": [MILESTONES[word] for word in (*query.milestones, *none)] or None,
                "statuses": [STATUSES[word] for word in query.statuses] or None,
                "any_lead": not (query.leads or named),
                "leads": sorted(query.leads.ids),
                "named": sorted(named),
                "or_nobody": query.leads.nobody,
                "roles": sorted(INTERNAL_ROLES),
            },
        )
        rows = cursor.fetchall()
    return _facets(user, rows)


def look_up(
    user: User,
    query: GridQuery,
    /,
    *,
    leads: Collection[str],
    others: Collection[str],
    clients: Collection[str],
    shows_boxes: bool = True,
) -> RowsNamed:
    """As `filters.look_up`, in the statement that the page's counts, or its boxes, need anyway."""
    if not (leads or others or clients) or not user.may(Can.SEARCH_GRID):
        return RowsNamed()
    if not others and not clients and can_answer(query):
        facets = facets_for(user, query, named=leads)
        people = {lead.public_id: lead for lead in facets.leads if lead.public_id in leads}
        # A lead that nobody knows is left out of the question, and then the counts are those of another one.
        return RowsNamed(people, {}, facets if people.keys() == set(leads) else None)
    found = find_named(user, people={*leads, *others}, organizations=clients, with_colleagues=shows_boxes)
    leads_offered = Facets(_in_order(found.colleagues)) if shows_boxes else None
    return RowsNamed(found.people, found.organizations, leads_offered)


def _facets(user: User, rows: Iterable[tuple[str, str, int, str, int, datetime | None]]) -> Facets:
    leads: list[Named] = []
    counts: dict[tuple[str, str], int] = {}
    counted_at: datetime | None = None
    for name, value, lead_id, label, n, at in rows:
        if name == "at":
            counted_at = at
        elif name == "lead":
            leads.append(Named(lead_id, value, label))
            counts["lead", value] = n
            if lead_id == user.pk:
                counts["lead", ME] = n
        elif name == "nobody":
            counts["lead", NOBODY] = n
        else:
            counts[name, _WORDS[name][value]] = n
    return Facets(_in_order(leads), counts if counted_at else {}, counted_at)


def _in_order(leads: Iterable[Named]) -> list[Named]:
    return sorted(leads, key=lambda lead: (lead.label.casefold(), lead.pk))
