"""Questions to the grid, drawn from the rows that are there, so that they find something; always the same ones."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from bench.cast import newest_activity, rows_of
from bench.generate import SEED, vocabulary
from workstreams.choices import Lifecycle, Milestone, Status, SubscriptionType
from workstreams.grid import GridQuery, People, Sort

MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Question:
    """A question to the grid, and which kind of question it is."""

    kind: str
    query: GridQuery


@dataclass(frozen=True)
class Row:
    """What is taken from a row that is there."""

    organization: int
    owner: int | None
    lead: int | None
    type: str
    milestone: str | None
    status: str
    entry_point: str
    created_at: datetime
    intended_start: date | None


def filter_questions(*, of_many: int = 100) -> list[Question]:
    """Each attribute alone, each two together, and so many of three to five; some in another order than usual."""
    chance = random.Random(SEED)  # noqa: S311  a draw, not a secret
    rows, newest = _rows(400), newest_activity()
    groups = [names for count in (1, 2) for names in combinations(ATTRIBUTES, count)]
    groups += [tuple(sorted(chance.sample(sorted(ATTRIBUTES), chance.randint(3, 5)))) for _ in range(of_many)]
    questions = []
    for names in groups:
        row, query = chance.choice(rows), GridQuery()
        for name in names:
            query = replace(query, **ATTRIBUTES[name](chance, row, newest))
        if chance.random() < 0.2:
            sort = chance.choice([Sort.CREATED, Sort.NAME, Sort.START])
            query = replace(query, sort=sort, descending=chance.random() < 0.5)
        questions.append(Question(" + ".join(names), query))
    return questions


def _lead(chance: random.Random, row: Row, _: datetime) -> dict[str, Any]:
    if row.lead is None or chance.random() < 0.1:
        return {"leads": People(nobody=True)}
    return {"leads": People(frozenset({row.lead, *([1, 2] if chance.random() < 0.3 else [])}))}


def _owner(chance: random.Random, row: Row, _: datetime) -> dict[str, Any]:
    if row.owner is None or chance.random() < 0.1:
        return {"owners": People(nobody=True)}
    return {"owners": People(frozenset({row.owner}))}


def _milestone(chance: random.Random, row: Row, _: datetime) -> dict[str, Any]:
    if row.milestone is None:
        return {"without_milestone": True}
    others = chance.sample(Milestone.values, chance.choice([0, 0, 1, 2]))
    return {"milestones": frozenset({row.milestone, *others}), "without_milestone": chance.random() < 0.1}


def _created(chance: random.Random, row: Row, _: datetime) -> dict[str, Any]:
    months = chance.choice([1, 3, 12, 36])
    start = row.created_at.replace(hour=0, minute=0, second=0, microsecond=0) - MONTH * months / 2
    sides = {"created_from": start, "created_before": start + MONTH * months}
    if chance.random() < 0.3:
        sides.pop(chance.choice(sorted(sides)))
    return sides


def _start(chance: random.Random, row: Row, newest: datetime) -> dict[str, Any]:
    day = row.intended_start or newest.date()
    return {"start_from": day - timedelta(days=chance.choice([0, 7, 30])), "start_to": day + timedelta(days=30)}


def _type(chance: random.Random, row: Row, _: datetime) -> dict[str, Any]:
    others = chance.sample(SubscriptionType.values, chance.choice([0, 0, 1]))
    return {"types": frozenset({row.type, *others})}


# By the name they have in an address.
ATTRIBUTES: dict[str, Callable[[random.Random, Row, datetime], dict[str, Any]]] = {
    "type": _type,
    "milestone": _milestone,
    "status": lambda _, row, __: {"statuses": frozenset({row.status})},
    "lead": _lead,
    "owner": _owner,
    "client": lambda _, row, __: {"organizations": frozenset({row.organization})},
    "lifecycle": lambda chance, _, __: {"lifecycles": frozenset({chance.choice(Lifecycle.values)})},
    "entry": lambda _, row, __: {"entry_points": frozenset({row.entry_point})},
    "salesforce": lambda chance, _, __: {"is_tied": chance.random() < 0.5},
    "active": lambda chance, _, newest: {"active_since": newest - timedelta(days=chance.choice([1, 7, 30, 90]))},
    "created": _created,
    "start": _start,
}


# --- Names -------------------------------------------------------------------------------------------------------


def search_questions() -> list[Question]:
    """Terms of every class in every scope that made one or another way of searching slow."""
    words = [word.lower() for word in vocabulary()]
    lead = rows_of("SELECT lead_id FROM workstreams_workstream GROUP BY lead_id ORDER BY count(*) DESC LIMIT 1")[0][0]
    terms = {
        "common": words[:4],
        "mid": [words[number] for number in (60, 90, 140, 220, 300)],
        "rare": [words[number] for number in (1500, 3000, 4500, 6000)],
        "inside a word": [word[1:5] for word in words if len(word) > 6][20:400:95],
        "two words": [f"{words[0]} {words[1]}", f"{words[2]} {words[150]}"],
        "one or two letters": ["d", "zi", "im", "q"],
        "no hit": ["qqqqq", "data qqq"],
    }
    newest = newest_activity()
    scopes = {
        "any": GridQuery(),
        "open": GridQuery(statuses=frozenset({Status.OPEN.value})),
        "my lead": GridQuery(leads=People(frozenset({lead}))),
        "old and rare": GridQuery(
            statuses=frozenset({Status.CLOSED.value}),
            milestones=frozenset({Milestone.RAPID_PROTOTYPING.value}),
            created_before=newest - 24 * MONTH,
        ),
    }
    return [
        Question(f"{kind}, {scope}", replace(query, name=term))
        for kind, found in terms.items()
        for term in found
        for scope, query in scopes.items()
    ]


def _rows(count: int) -> list[Row]:
    found = rows_of(
        "SELECT organization_id, owner_id, lead_id, subscription_type, milestone, status, entry_point, created_at,"
        " intended_start FROM workstreams_workstream ORDER BY hashint8(id) LIMIT %s",
        [count],
    )
    return [Row(*row) for row in found]
