"""Whatever way the grid takes to an answer, it is the answer that a plain filter and order would give."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from accounts.models import Organization, User
from tests.conftest import World
from tests.factories import ClientFactory, ColleagueFactory, WorkStreamFactory
from workstreams import codes
from workstreams.choices import CloseReason, EntryPoint, Lifecycle, Milestone, Status, SubscriptionType
from workstreams.grid import (
    Cursor,
    GridQuery,
    NotACursor,
    Page,
    People,
    Sort,
    capped_count,
    counts,
    estimates,
    narrow,
    page_of_ids,
    quick_count,
    read_cursor,
    ways,
)
from workstreams.models import Membership, WorkStream

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
WORDS = ("data", "Data", "pilot", "100%", "a_b", "c\\d", "été", "invoice", "x")
TERMS = ("data", "da", "d", "%", "_", "\\", "ÉTÉ", "invoice p", "lot", "nowhere", "0%")


@pytest.fixture
def rows(world: World) -> list[WorkStream]:
    """Rows in which every value is shared, many are missing, and old and new are mixed."""
    chance = random.Random(7)  # noqa: S311  rows, not secrets
    clients = [ClientFactory.create() for _ in range(5)]
    leads = [ColleagueFactory.create() for _ in range(4)]
    made = []
    for number in range(240):
        owner = chance.choice([*clients, None])
        created = NOW - timedelta(days=chance.choice([0, 1, 30, 31, 400, 401, 900]), hours=chance.choice([0, 0, 13]))
        closed = chance.random() < 0.6
        made.append(
            WorkStream(
                name=" ".join(chance.choices(WORDS, k=chance.choice([1, 2, 3]))),
                organization=owner.organization if owner else chance.choice(clients).organization,
                owner=owner,
                created_by=leads[0],
                lead=chance.choice([*leads, None]),
                created_at=created,
                last_activity_at=created + timedelta(days=chance.choice([0, 0, 5, 200])),
                intended_start=created.date() + timedelta(days=7) if chance.random() < 0.6 else None,
                subscription_type=chance.choice(SubscriptionType.values),
                entry_point=chance.choice(EntryPoint.values),
                status=Status.CLOSED if closed else Status.OPEN,
                closed_at=NOW if closed else None,
                close_reason=CloseReason.LOST if closed else "",
                milestone=chance.choice([None, None, *Milestone.values, Milestone.GATHERING_REQUIREMENTS]),
                opportunity_id=f"006A{number:014}" if chance.random() < 0.3 else None,
            )
        )
    WorkStream.objects.bulk_create(made)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE workstreams_workstream")
    return list(WorkStream.objects.all())


@pytest.fixture(params=["as it is", "walking first", "walking on", "by months"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Each way in turn: a few rows alone would always be collected."""
    limits = {"walking first": (-1, 0, 12), "walking on": (-1, 10_000, 3), "by months": (-1, -1, 2)}
    if request.param in limits:
        for name, limit in zip(("FEW", "MANY", "FENCE"), limits[request.param], strict=True):
            monkeypatch.setattr(ways, name, limit)
        # So small a table would be counted without further thought, too.
        monkeypatch.setattr(counts, "LOOKED_AT", 100)
        monkeypatch.setattr(counts, "COUNT_CAP", 60)
    estimates.forget()
    yield request.param
    estimates.forget()


def ask(chance: random.Random, rows: list[WorkStream]) -> GridQuery:
    """Any question: each part is there or not, with values that some rows have."""

    def maybe(part: Any, empty: Any, share: float = 0.15) -> Any:
        return part() if chance.random() < share else empty

    def some(values: list[Any], most: int = 3) -> frozenset[Any]:
        return frozenset(chance.sample(values, min(len(values), chance.randint(1, most))))

    def people(kind: str) -> People:
        ids = sorted({getattr(row, f"{kind}_id") for row in rows} - {None})
        return People(chance.choice([frozenset(), some(ids)]), nobody=chance.random() < 0.4)

    def moment() -> datetime:
        return chance.choice(rows).created_at + timedelta(hours=chance.choice([0, -5, 5]))

    def day() -> date:
        return moment().date() + timedelta(days=7)

    return GridQuery(
        name=maybe(lambda: chance.choice(TERMS), "", 0.25),
        types=maybe(lambda: some(SubscriptionType.values), frozenset()),
        milestones=maybe(lambda: some(Milestone.values), frozenset()),
        without_milestone=chance.random() < 0.1,
        statuses=maybe(lambda: some(Status.values, 1), frozenset(), 0.3),
        leads=maybe(lambda: people("lead"), People(), 0.3),
        owners=maybe(lambda: people("owner"), People()),
        organizations=maybe(lambda: some(sorted({row.organization_id for row in rows})), frozenset()),
        lifecycles=maybe(lambda: some(Lifecycle.values, 2), frozenset()),
        entry_points=maybe(lambda: some(EntryPoint.values), frozenset()),
        created_from=maybe(moment, None),
        created_before=maybe(moment, None),
        start_from=maybe(day, None),
        start_to=maybe(day, None),
        is_tied=maybe(lambda: chance.random() < 0.5, None),
        active_since=maybe(moment, None),
        sort=chance.choice(list(Sort)),
        descending=chance.random() < 0.5,
    )


def plainly(query: GridQuery) -> list[int]:
    """The answer as Django would be asked for it; the undated stand last in both directions."""
    key: Any = F({Sort.ACTIVITY: "last_activity_at", Sort.CREATED: "created_at"}.get(query.sort, "name_norm"))
    if query.sort is Sort.START:
        key = Coalesce("intended_start", Value(date.min if query.descending else date.max))
    order = (F("key").desc(), "-pk") if query.descending else (F("key").asc(), "pk")
    return list(narrow(WorkStream.objects.all(), query).alias(key=key).order_by(*order).values_list("pk", flat=True))


def pages(query: GridQuery, *, size: int) -> list[Page[int]]:
    """All pages forwards."""
    found = [page_of_ids(WorkStream.objects.all(), query, None, size=size)]
    while found[-1].next:
        found.append(_next(query, found[-1].next, "after", size))
    return found


def _next(query: GridQuery, place: str, direction: Any, size: int) -> Page[int]:
    return page_of_ids(WorkStream.objects.all(), query, read_cursor(place, direction, query), size=size)


def test_every_question_is_answered_as_a_plain_filter_would(way: str, rows: list[WorkStream]) -> None:
    chance = random.Random(f"questions {way}")  # noqa: S311  questions, not secrets
    hits = 0
    for _ in range(150):
        query = ask(chance, rows)
        expected = plainly(query)
        size = chance.choice([7, 20, 60])
        forth = pages(query, size=size)
        hits += bool(expected)

        assert [pk for page in forth for pk in page.items] == expected, query
        back = [forth[-1]]
        while back[0].previous:
            back.insert(0, _next(query, back[0].previous, "before", size))
        assert [list(page.items) for page in back] == [list(page.items) for page in forth], query
        assert forth[0].total in {None, len(expected)}, query
        most = min(len(expected), counts.COUNT_CAP + 1)
        assert quick_count(WorkStream.objects.all(), query) in {None, most}, query
        assert capped_count(WorkStream.objects.all(), query) == most, query
    assert hits > 50


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", list(Sort))
def test_everything_in_every_order_is_there_once(
    sort: Sort, descending: bool, way: str, rows: list[WorkStream]
) -> None:
    query = GridQuery(sort=sort, descending=descending)

    assert [pk for page in pages(query, size=9) for pk in page.items] == plainly(query)


def test_rows_that_are_not_the_asker_s_are_no_answer(way: str, rows: list[WorkStream], world: World) -> None:
    for row in rows[::7]:
        Membership.objects.create(workstream=row, user=world.member, side="client", origin="invited")
    visible = WorkStream.objects.visible_to(world.member)
    query = GridQuery(statuses=frozenset({Status.OPEN}))

    assert set(page_of_ids(visible, query, None, size=500).items) == set(
        narrow(visible, query).values_list("pk", flat=True)
    )
    assert page_of_ids(WorkStream.objects.none(), GridQuery(), None).items == []


def test_a_client_becomes_a_customer_and_a_user_again_at_once(way: str, rows: list[WorkStream]) -> None:
    home = Organization.objects.create(name="Home")
    person = User.objects.create_user("home@example.com", organization=home)
    row = WorkStreamFactory.create(owner=person, milestone=Milestone.REVIEWING_AGREEMENT)
    customer = GridQuery(lifecycles=frozenset({Lifecycle.CUSTOMER}), organizations=frozenset({home.pk}))
    user = replace(customer, lifecycles=frozenset({Lifecycle.USER}))

    def found(query: GridQuery) -> list[int]:
        return list(page_of_ids(WorkStream.objects.all(), query, None).items)

    assert (found(customer), found(user)) == ([], [row.pk])
    WorkStream.objects.filter(pk=row.pk).update(milestone=Milestone.PROCESSING_DATA)
    assert (found(customer), found(user)) == ([row.pk], [])
    WorkStream.objects.filter(pk=row.pk).update(
        status=Status.CLOSED, closed_at=NOW, close_reason=CloseReason.ENDED_BY_CLIENT
    )
    assert (found(customer), found(user)) == ([], [row.pk])


@pytest.mark.parametrize(("sort", "value"), [(Sort.ACTIVITY, "x"), (Sort.CREATED, ""), (Sort.START, "2026")])
def test_a_place_that_does_not_fit_the_order_is_refused(sort: Sort, value: str, rows: list[WorkStream]) -> None:
    with pytest.raises(NotACursor):
        page_of_ids(WorkStream.objects.all(), GridQuery(sort=sort), Cursor(value, 1))


def test_the_database_numbers_every_stage_and_trait_as_the_code_does(rows: list[WorkStream]) -> None:
    for row in WorkStream.objects.all():
        assert row.stage == codes.STAGES[row.status, row.milestone]
        assert row.traits & codes.TYPE_BITS == codes.TYPES[row.subscription_type]
        assert row.traits & codes.ENTRY_POINT_BITS == codes.ENTRY_POINTS[row.entry_point]
        assert bool(row.traits & codes.TIED) == (row.opportunity_id is not None)
        assert bool(row.traits & codes.LED) == (row.lead_id is not None)
        assert bool(row.traits & codes.OWNED) == (row.owner_id is not None)
        assert row.created_month == row.created_at.year * 12 + row.created_at.month


def test_every_word_has_a_number_of_its_own() -> None:
    assert {milestone for _, milestone in codes.STAGES} == {None, *Milestone.values}
    assert {status for status, _ in codes.STAGES} == set(Status.values)
    assert len(set(codes.STAGES.values())) == len(codes.STAGES)
    assert codes.TYPES.keys() == set(SubscriptionType.values)
    assert codes.ENTRY_POINTS.keys() == set(EntryPoint.values)
    assert len(set(codes.ENTRY_POINTS.values())) == len(codes.ENTRY_POINTS)
