"""The bench at a small size: the generated data are skewed as meant, every goal runs, and no plan reads a table."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef
from django.test import Client

from bench import cast, reference
from bench.frame import Bench, Statements, find_goals, statements
from bench.goals.grid import GRID, addresses
from bench.sampling import filter_questions, search_questions
from tests.bench.conftest import GOALS_OF_THE_GRID, measured
from workstreams import grid
from workstreams.choices import DeliveryMode, Milestone, SubscriptionType
from workstreams.models import Membership, WorkStream

pytestmark = pytest.mark.usefixtures("bench")


def one(text: str) -> Any:
    """The only value of a statement."""
    return cast.rows_of(text)[0][0]


# --- What is generated -------------------------------------------------------------------------------------------


def test_a_few_have_most_of_the_work(bench: Bench) -> None:
    share = "SELECT max(n) / sum(n) FROM (SELECT count(*) AS n FROM workstreams_workstream GROUP BY {}) AS each"
    customers = cast.rows_of(
        "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY n), max(n) FROM (SELECT count(*) AS n"
        " FROM workstreams_membership WHERE side = 'client' GROUP BY user_id) AS each"
    )[0]

    assert WorkStream.objects.count() == bench.size
    assert 0.05 < one(share.format("lead_id")) < 0.25
    assert 0.01 < one(share.format("organization_id")) < 0.10
    assert 2 <= customers[0] <= 5
    assert customers[1] > 60 * customers[0]
    assert 2.7 < Membership.objects.count() / bench.size < 3.3


def test_common_words_stand_in_a_fifth_of_all_names(bench: Bench) -> None:
    assert 0.15 < WorkStream.objects.filter(name__contains="Data").count() / bench.size < 0.25
    assert (
        one(
            "SELECT min(n) || ' ' || max(n) FROM (SELECT array_length(string_to_array(name, ' '), 1) AS n"
            " FROM workstreams_workstream) AS each"
        )
        == "2 5"
    )


def test_most_is_closed_and_what_is_open_is_young(bench: Bench) -> None:
    median = (
        "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY now() - {}) FROM workstreams_workstream WHERE status = '{}'"
    )

    assert 0.11 < WorkStream.objects.open().count() / bench.size < 0.17
    assert one(median.format("created_at", "open")).days < 200 < one(median.format("created_at", "closed")).days
    assert (
        one(
            "SELECT corr(extract(epoch FROM created_at), extract(epoch FROM last_activity_at))"
            " FROM workstreams_workstream"
        )
        > 0.9
    )
    assert (
        one(
            "SELECT count(*) FROM workstreams_workstream WHERE last_activity_at < created_at"
            " OR last_activity_at > now() OR closed_at > last_activity_at"
        )
        == 0
    )


def test_milestones_fit_the_type() -> None:
    lean, agile, batch = (
        WorkStream.objects.filter(subscription_type=kind)
        for kind in (SubscriptionType.LEAN, SubscriptionType.AGILE, SubscriptionType.BATCH)
    )
    distributed = batch.filter(delivery_mode=DeliveryMode.DISTRIBUTED)

    assert not lean.filter(milestone=Milestone.ASSEMBLING_DATASQUAD).exists()
    assert not agile.filter(milestone=Milestone.RAPID_PROTOTYPING).exists()
    assert distributed.exists()
    assert not distributed.filter(milestone=Milestone.ASSEMBLING_DATASQUAD).exists()


def test_owners_and_leads_are_members_and_chats_have_no_gaps() -> None:
    for place in ("owner", "lead"):
        on_it = Membership.objects.filter(workstream=OuterRef("pk"), user=OuterRef(place))
        assert not WorkStream.objects.exclude(Exists(on_it)).filter(**{f"{place}__isnull": False}).exists()
    assert (
        one(
            "SELECT count(*) FROM workstreams_workstream AS w JOIN accounts_user AS u ON u.id = w.owner_id"
            " WHERE u.organization_id <> w.organization_id"
        )
        == 0
    )
    assert (
        one(
            "SELECT count(*) FROM chat_counter AS c WHERE last_message <>"
            " (SELECT count(*) FROM chat_message AS m WHERE m.workstream_id = c.workstream_id)"
        )
        == 0
    )


def test_loading_leaves_indexes_and_constraints_as_migrations_made_them(bench: Bench) -> None:
    assert one("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    assert one("SELECT count(*) FROM pg_constraint WHERE NOT convalidated") == 0
    named = {index.name for index in WorkStream._meta.indexes} | {rule.name for rule in WorkStream._meta.constraints}
    there = cast.rows_of("SELECT indexrelid::regclass::text FROM pg_index UNION SELECT conname FROM pg_constraint")
    assert named <= {name for (name,) in there}


# --- Goals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [number for number in find_goals() if number in GOALS_OF_THE_GRID])
def test_every_goal_of_the_grid_can_be_measured(bench: Bench, number: int) -> None:
    assert measured(bench, number)


# --- Plans -------------------------------------------------------------------------------------------------------


def plans(sent: Statements) -> Iterator[dict[str, Any]]:
    """Every node of the plans of these statements, as they ran."""
    for text, values in zip(sent.texts, sent.values, strict=True):
        if "workstreams_workstream" not in text or text.startswith("SELECT COUNT(*)"):
            continue  # counts stop early, and begin where the planner likes in a table as small as this
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {text}", values)
            found = cursor.fetchone()[0]
        waiting = [(found if isinstance(found, list) else json.loads(found))[0]["Plan"]]
        while waiting:
            node = waiting.pop()
            waiting += node.get("Plans", [])
            yield node


def reads_little(sent: Statements, size: int) -> bool:
    """Whether no WorkStream is read that was not looked for, and nothing large is sorted."""
    nodes = list(plans(sent))  # none where nothing can answer, which then is not even asked
    scans = [node for node in nodes if node["Node Type"] == "Seq Scan"]
    sorts = [node for node in nodes if node["Node Type"] in {"Sort", "Incremental Sort"}]
    return all(node["Relation Name"] != "workstreams_workstream" for node in scans) and all(
        child["Actual Rows"] * child["Actual Loops"] < size / 4 for node in sorts for child in node["Plans"]
    )


def asked(client: Client, address: str) -> Statements:
    with statements() as sent:
        assert client.get(address).status_code == 200
    return sent


def test_the_grid_walks_an_index(bench: Bench) -> None:
    client = cast.signed_in(cast.leads()[0])
    for what, address in addresses(GRID).items():
        assert reads_little(asked(client, address), bench.size), what


def test_no_question_reads_more_than_it_looks_for(bench: Bench) -> None:
    rows = WorkStream.objects.visible_to(cast.leads()[0])
    questions = filter_questions() + search_questions()
    read_too_much = []
    for question in questions:
        with statements() as sent:
            grid.page_of_ids(rows, question.query, None)
        if not reads_little(sent, bench.size):
            read_too_much.append(question)

    assert len(questions) > 250
    # In a table as small as this one the planner now and then, by its samples, finds reading it whole the cheapest.
    assert len(read_too_much) <= 3


def test_a_customers_own_list_walks_an_index(bench: Bench) -> None:
    for person in [*cast.random_customers(1), *cast.heaviest_customers(1)]:
        for address in ("/my-workstreams/", "/api/v1/workstreams/", "/api/v1/workstreams/?status=closed"):
            assert reads_little(asked(cast.signed_in(person), address), bench.size), address


def test_the_page_by_hand_walks_an_index_and_meets_no_other_row(bench: Bench) -> None:
    ask = reference.raw_page(cast.leads(), size=26)
    with statements() as sent:
        ask()
    of_workstreams = [node for node in plans(sent) if node.get("Relation Name") == "workstreams_workstream"]

    assert [(node["Index Name"], node["Actual Rows"]) for node in of_workstreams] == [("grid_lead_activity", 26)]
    assert "Filter" not in of_workstreams[0]


def test_the_page_by_hand_is_the_default_grid(bench: Bench) -> None:
    for lead in cast.leads()[:3]:
        with connection.cursor() as cursor:
            cursor.execute(reference.RAW_PAGE, {"lead": lead.pk, "size": 25})
            by_hand = cursor.fetchall()
        shown = cast.signed_in(lead).get("/api/v1/workstreams/").json()["results"]
        assert [row["id"] for row in shown] == [str(row[0]) for row in by_hand]


def test_the_reader_of_plans_notices_a_table_that_is_read_whole(bench: Bench) -> None:
    with statements() as sent:
        list(WorkStream.objects.filter(close_note="x").order_by("description"))
    assert not reads_little(sent, bench.size)
