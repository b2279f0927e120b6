"""The counts beside the grid's boxes: what is counted, when it is not, and who may know."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from config.celery import app
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams import codes, facets
from workstreams.choices import CloseReason, Milestone, Status, SubscriptionType
from workstreams.grid import GridQuery, People
from workstreams.models import GridCount, GridCounted, WorkStream
from workstreams.tasks import recount_for_grid
from workstreams.templatetags.grid_tags import short

pytestmark = pytest.mark.django_db
GRID = reverse("workstreams:grid")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def counted() -> dict[tuple[int | None, str, str, str | None], int]:
    """The roll-up as it is stored."""
    types = {number: word for word, number in codes.TYPES.items()}
    stages = {number: stage for stage, number in codes.STAGES.items()}
    found = {}
    for row in GridCount.objects.all():
        status, milestone = stages[row.stage]
        found[row.lead_id, status, types[row.type_number], milestone] = row.n
    return found


# --- Counting


def test_each_combination_is_counted_once(world: World) -> None:
    WorkStreamFactory.create_batch(2, lead=world.isr, milestone=Milestone.PROCESSING_DATA)
    assert facets.recount(now=NOON)

    assert counted() == {
        (None, Status.OPEN, SubscriptionType.AGILE, None): 1,
        (None, Status.OPEN, SubscriptionType.BATCH, None): 1,
        (world.isr.pk, Status.OPEN, SubscriptionType.AGILE, Milestone.PROCESSING_DATA): 2,
    }
    assert GridCounted.objects.get().at == NOON


def test_counting_again_follows_what_changed_and_leaves_the_rest_alone(world: World) -> None:
    facets.recount(now=NOON)
    kept = GridCount.objects.get(type_number=codes.TYPES[SubscriptionType.AGILE]).pk
    WorkStream.objects.filter(pk=world.scans.pk).update(lead=world.isr)
    recount_for_grid()

    assert counted() == {
        (None, Status.OPEN, SubscriptionType.AGILE, None): 1,
        (world.isr.pk, Status.OPEN, SubscriptionType.BATCH, None): 1,
    }
    assert GridCount.objects.filter(pk=kept).exists()
    assert GridCounted.objects.get().at > NOON


def test_only_one_counts_at_a_time(world: World) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [facets.TURN])
        assert not facets.recount(now=NOON)
    finally:
        other.close()

    assert not GridCounted.objects.exists()


def test_it_is_counted_each_minute() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["recount-for-grid"]
    app.loader.import_default_modules()

    assert entry["task"] in app.tasks
    assert entry["schedule"] == timedelta(minutes=1)


# --- Beside the boxes


@pytest.fixture
def some(client: Client, world: World) -> World:
    """Besides the two of the cast: the architect's at Processing Data, and the ISR's, closed. The ISR has signed in."""
    WorkStreamFactory.create(name="Running", lead=world.architect, milestone=Milestone.PROCESSING_DATA)
    WorkStreamFactory.create(
        name="Over",
        lead=world.isr,
        subscription_type=SubscriptionType.BATCH,
        status=Status.CLOSED,
        closed_at=NOON,
        close_reason=CloseReason.COMPLETED,
    )
    facets.recount(now=NOON)
    client.force_login(world.isr)
    return world


def beside(page: str, name: str) -> dict[str, str]:
    """What stands beside the boxes of a group: value and number."""
    found = re.findall(rf'id="n-{name}-([^"]+)"[^>]*>(.*?)</span>', page)
    return {value: re.sub(r"<.*?>", "", number) for value, number in found}


def look(client: Client, query: str, **headers: str) -> str:
    return str(client.get(GRID + query, headers=headers).content.decode())


def test_each_box_says_what_it_would_find(client: Client, some: World) -> None:
    page = look(client, "?lead=any")

    assert beside(page, "type") == {"agile": "2", "batch": "2", "lean": "0"}
    assert beside(page, "status") == {"open": "3", "closed": "1"}
    assert {value: n for value, n in beside(page, "milestone").items() if n != "0"} == {
        "none": "3",
        "processing_data": "1",
    }
    leads = beside(page, "lead")
    assert (leads["me"], leads["none"], leads[str(some.architect.public_id)]) == ("1", "2", "1")
    assert leads[str(some.delivery.public_id)] == "0"


def test_a_group_counts_with_the_choices_of_the_others_and_without_its_own(client: Client, some: World) -> None:
    page = look(client, "?status=open&type=batch&lead=none")

    assert beside(page, "type") == {"agile": "1", "batch": "1", "lean": "0"}
    assert beside(page, "status") == {"open": "1", "closed": "0"}
    leads = {value: n for value, n in beside(page, "lead").items() if n != "0"}
    assert leads == {"none": "1"}


@pytest.mark.parametrize(
    "query",
    [
        "lead=any",
        "lead=me",
        "lead=none",
        "lead=me&lead=none&status=closed",
        "milestone=none",
        "milestone=none&milestone=processing_data&type=agile",
        "type=batch&type=agile&status=open",
    ],
)
def test_the_counts_are_those_of_the_results(query: str, client: Client, some: World) -> None:
    page = look(client, f"?{query}")
    for name in ("type", "milestone", "status", "lead"):
        others = "&".join(part for part in query.split("&") if not part.startswith(f"{name}="))
        for value, n in beside(page, name).items():
            found = client.get(f"{GRID}?{others}&{name}={value}").context["rows"]
            assert n == str(len(found)), (query, name, value)


@pytest.mark.parametrize("query", ["q=a", "active=7", "entry=homepage", "lifecycle=user", "created_from=2026-01-01"])
def test_without_an_answer_there_is_no_number(query: str, client: Client, some: World) -> None:
    page = look(client, f"?lead=any&{query}")

    assert "No counts with these filters" in page
    assert not any(beside(page, "type").values())
    assert not any(beside(page, "lead").values())
    assert some.architect.name in page


def test_the_page_says_how_old_the_counts_are(client: Client, some: World) -> None:
    page = look(client, "?lead=any")
    assert re.search(r'Counts as of\s+<time datetime="2026-03-02T12:00:00', page)


def test_before_the_first_count_the_boxes_have_none(client: Client, world: World) -> None:
    client.force_login(world.isr)
    page = look(client, "?lead=any")

    assert "Nothing has been counted yet" in page
    assert not any(beside(page, "type").values())
    assert world.architect.name in page


def test_new_results_bring_new_counts_and_leave_the_boxes(client: Client, some: World) -> None:
    found = look(client, "?lead=any&status=open", **{"HX-Request": "true", "HX-Target": "found"})

    assert 'type="checkbox" name="type"' not in found
    assert '<span hx-swap-oob="innerHTML:#filters .choice__count"></span>' in found
    assert beside(found, "type") == {"agile": "2", "batch": "1", "lean": "0"}
    assert '<span id="n-type-agile" hx-swap-oob="innerHTML">2</span>' in found
    assert 'id="counted" hx-swap-oob="true"' in found


def test_new_results_that_nobody_counted_take_the_old_counts_away(client: Client, some: World) -> None:
    found = look(client, "?q=run", **{"HX-Request": "true", "HX-Target": "found"})

    assert '<span hx-swap-oob="innerHTML:#filters .choice__count"></span>' in found
    assert beside(found, "type") == {}


@pytest.mark.parametrize("who", ["owner", "stranger", "agile_worker"])
def test_who_may_not_search_learns_no_number(who: str, client: Client, some: World) -> None:
    assert facets.facets_for(getattr(some, who), GridQuery()) == facets.Facets()
    client.force_login(getattr(some, who))
    response: Any = client.get(f"{GRID}?lead=any")

    assert response.status_code == 403
    assert "Counts as of" not in response.content.decode()


def test_a_lead_who_has_left_is_counted_while_chosen(client: Client, some: World) -> None:
    some.architect.is_active = False
    some.architect.save(update_fields=["is_active"])
    value = str(some.architect.public_id)

    assert value not in beside(look(client, "?lead=any"), "lead")
    assert beside(look(client, f"?lead={value}"), "lead")[value] == "1"


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, "0"), (999, "999"), (1000, "1k"), (1299, "1.2k"), (9999, "9.9k"), (12_431, "12k"), (999_999, "999k")],
)
def test_large_numbers_are_short(n: int, text: str) -> None:
    assert short(n) == text
    assert short(1_250_000) == "1.2M"


def test_a_short_number_is_there_in_full_too(client: Client, some: World) -> None:
    GridCount.objects.filter(lead=some.architect).update(n=12_431)
    page = look(client, "?lead=any")
    assert '<span title="12,431">12k</span>' in page


# --- What a page costs


@pytest.mark.parametrize("rows", [1, 25, 50, 60])
def test_a_page_costs_six_statements_however_many_rows(
    rows: int, client: Client, world: World, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workstreams.views.grid.COUNT_CAP", 51)
    for _ in range(rows):
        WorkStreamFactory.create(lead=world.isr, owner=world.owner, members=[world.isr])
    facets.recount(now=timezone.now())
    client.force_login(world.isr)
    client.get(GRID)
    # Session, person; one page of ids, their rows, their chats; colleagues with counts, which know that there are many.
    for headers in ({}, {"HX-Request": "true", "HX-Target": "grid"}, {"HX-Request": "true", "HX-Target": "found"}):
        with django_assert_num_queries(6):
            client.get(GRID, {"lead": "me", "status": "open"}, headers=headers)


@pytest.mark.parametrize(("age", "is_known"), [(1, True), (6, False)])
def test_old_counts_do_not_stand_in_for_counting(age: int, is_known: bool, some: World) -> None:
    found = facets.facets_for(some.isr, GridQuery(types=frozenset({"agile"})))
    now = NOON + timedelta(minutes=age)

    assert found.exceeds(1, GridQuery(types=frozenset({"agile"})), now=now) is is_known
    assert not found.exceeds(2, GridQuery(types=frozenset({"agile"})), now=now)


def test_a_name_in_the_boxes_is_text(client: Client, some: World) -> None:
    some.architect.name = '<b>&"Bo"</b>'
    some.architect.save(update_fields=["name"])

    assert "<span>&lt;b&gt;&amp;&quot;Bo&quot;&lt;/b&gt;</span>" in look(client, "?lead=any")


@pytest.mark.parametrize("has_leads", [False, True])
def test_no_person_is_read_who_is_not_offered(has_leads: bool, some: World) -> None:
    leads = People(frozenset({some.isr.pk})) if has_leads else People()
    # Colleagues are few among those who are registered.
    User.objects.bulk_create(User(email=f"client{number}@crowd.example") for number in range(2_000))
    with CaptureQueriesContext(connection) as asked:
        facets.facets_for(some.admin, GridQuery(leads=leads))
    with connection.cursor() as cursor:
        # On a small table PostgreSQL would rather read it whole; where it still does so, it has no other way.
        cursor.execute("SET LOCAL enable_seqscan = off")
        # What tests before this one left behind says nothing of this table.
        cursor.execute("ANALYZE accounts_user, accounts_organization, workstreams_gridcount")
        cursor.execute("EXPLAIN " + asked.captured_queries[-1]["sql"])
        plan = [line.strip() for (line,) in cursor.fetchall()]
    reads = [n for n, line in enumerate(plan) if " on accounts_user" in line]
    assert reads
    for n in reads:
        assert "Index Cond" in plan[n + 1] or "Recheck Cond" in plan[n + 1], "\n".join(plan)
