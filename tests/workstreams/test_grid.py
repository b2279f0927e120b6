"""The grid: who may look, what is asked by default, how each attribute narrows, order, pages, and any address."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from tests.conftest import World
from tests.factories import ClientFactory, ColleagueFactory, WorkStreamFactory, join
from workstreams import facets
from workstreams.choices import CloseReason, EntryPoint, Milestone, Status, SubscriptionType
from workstreams.filters import WorkStreamFilter
from workstreams.models import WorkStream

pytestmark = pytest.mark.django_db
GRID = reverse("workstreams:grid")


def names(response: Any) -> list[str]:
    """The names in the rows, in order."""
    assert response.status_code == 200
    return [row.workstream.name for row in response.context["rows"]]


def chips(response: Any) -> list[str]:
    """What is said to be in force."""
    return [chip.text for chip in response.context["chips"]]


def look(client: Client, query: str = "") -> Any:
    return client.get(GRID + query)


@pytest.fixture
def isr(client: Client, world: World) -> User:
    """An ISR who has signed in."""
    client.force_login(world.isr)
    return world.isr


# --- Who may look


@pytest.mark.parametrize("who", ["owner", "member", "stranger", "agile_worker"])
def test_clients_and_agile_workers_are_refused(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    response = look(client, "?lead=any")

    assert response.status_code == 403
    assert "search all WorkStreams" in response.content.decode()
    assert world.labels.name not in response.content.decode()


@pytest.mark.parametrize("who", ["isr", "architect", "solutions", "delivery", "accounts", "billing", "admin"])
def test_every_colleague_sees_everything(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    assert set(names(look(client, "?lead=any"))) == {"Street labels", "Invoice scans"}


# --- What is asked


def test_without_a_question_it_shows_what_one_leads(client: Client, world: World, isr: User) -> None:
    WorkStreamFactory.create(name="Mine", lead=isr)
    WorkStreamFactory.create(name="Not mine", lead=world.architect)
    response = look(client)

    assert names(response) == ["Mine"]
    assert chips(response) == ["Lead: me"]


def test_removing_the_default_chip_shows_every_workstream(client: Client, isr: User) -> None:
    WorkStreamFactory.create(name="Mine", lead=isr)
    (chip,) = look(client).context["chips"]
    response = look(client, f"?{urlsplit(chip.url).query}")

    assert set(names(response)) == {"Mine", "Street labels", "Invoice scans"}
    assert chips(response) == []


def test_an_address_that_asks_something_asks_only_that(client: Client, isr: User) -> None:
    assert names(look(client, "?q=labels")) == ["Street labels"]
    assert chips(look(client, "?q=labels")) == ["Name: “labels”"]
    assert chips(look(client, "?sort=name")) == ["Lead: me"]
    assert chips(look(client, "?utm_source=x&q=")) == ["Lead: me"]


def test_ticking_a_lead_in_the_form_outweighs_its_hidden_any(client: Client, world: World, isr: User) -> None:
    assert chips(look(client, "?lead=any&lead=me")) == ["Lead: me"]
    assert chips(look(client, f"?lead=any&lead={world.architect.public_id}")) == ["Lead: Solutions Architect Colleague"]
    assert chips(look(client, f"?lead={isr.public_id}")) == ["Lead: me"]


def test_each_chip_leads_to_the_address_without_it_and_clearing_to_all(client: Client, isr: User) -> None:
    response = look(client, "?type=batch&type=lean&status=open&sort=-name")
    first, *_ = response.context["chips"]

    assert chips(response) == ["Type: BATCH", "Type: LEAN", "Status: Open"]
    assert parse_qsl(urlsplit(first.url).query) == [("type", "lean"), ("status", "open"), ("sort", "-name")]
    assert response.context["clear_url"] == f"{GRID}?lead=any&sort=-name"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type=batch", {"Scans"}),
        ("type=batch&type=lean", {"Scans", "Units"}),
        ("milestone=none", {"Fresh"}),
        ("milestone=none&milestone=processing_data", {"Fresh", "Units"}),
        ("status=closed", {"Scans"}),
        ("lead=none", {"Fresh"}),
        ("lead=me&lead=none", {"Fresh", "Units"}),
        ("owner=none", {"Units"}),
        ("entry=homepage", {"Fresh"}),
        ("salesforce=yes", {"Units"}),
        ("salesforce=no", {"Fresh", "Scans"}),
        ("active=7", {"Fresh"}),
        ("created_from=2026-03-02", {"Scans", "Fresh"}),
        ("created_from=2026-03-02&created_to=2026-03-02", {"Scans"}),
        ("created_to=2026-03-01", {"Units"}),
        ("start_from=2026-05-01", {"Units"}),
        ("start_to=2026-05-01", {"Units", "Scans"}),
        ("type=agile&type=batch&status=open", {"Fresh"}),
        ("lifecycle=customer", {"Units"}),
        ("lifecycle=user", {"Fresh", "Scans"}),
        ("lifecycle=user&lifecycle=customer", {"Fresh", "Scans", "Units"}),
        ("q=nit", {"Units"}),
        ("q=UNITS", {"Units"}),
    ],
)
def test_every_attribute_narrows(query: str, found: set[str], client: Client, world: World, isr: User) -> None:
    WorkStream.objects.all().delete()
    long_ago = timezone.now() - timedelta(days=20)
    WorkStreamFactory.create(name="Fresh", owner=world.owner, entry_point=EntryPoint.HOMEPAGE)
    WorkStreamFactory.create(
        name="Scans",
        owner=world.stranger,
        subscription_type=SubscriptionType.BATCH,
        lead=world.architect,
        milestone=Milestone.PREPARING_PROPOSAL,
        status=Status.CLOSED,
        closed_at=long_ago,
        close_reason=CloseReason.LOST,
        created_at=datetime(2026, 3, 2, 23, 59, tzinfo=UTC),
        last_activity_at=long_ago,
        intended_start=date(2026, 4, 1),
    )
    WorkStreamFactory.create(
        name="Units",
        owner=None,
        organization=ClientFactory.create().organization,
        created_by=isr,
        subscription_type=SubscriptionType.LEAN,
        lead=isr,
        milestone=Milestone.PROCESSING_DATA,
        opportunity_id="006A000000abcDEIAY",
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
        last_activity_at=long_ago,
        intended_start=date(2026, 5, 1),
    )

    assert set(names(look(client, f"?{query}"))) == found


def test_people_and_clients_are_named_by_their_public_ids(client: Client, world: World, isr: User) -> None:
    assert names(look(client, f"?owner={world.stranger.public_id}")) == ["Invoice scans"]
    assert names(look(client, f"?client={world.acme.public_id}")) == ["Street labels"]
    assert chips(look(client, f"?client={world.acme.public_id}")) == ["Client: Acme"]


def test_a_day_begins_in_the_reader_s_own_zone(client: Client, world: World, isr: User) -> None:
    isr.time_zone = "Asia/Tokyo"
    isr.save(update_fields=["time_zone"])
    WorkStreamFactory.create(name="Late", created_at=datetime(2026, 3, 1, 16, 0, tzinfo=UTC))

    assert names(look(client, "?created_from=2026-03-02&created_to=2026-03-02")) == ["Late"]


# --- The name


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("100%", ["100% sure"]),
        ("%", []),
        ("a_b", ["a_b"]),
        ("c\\d", ["c\\d"]),
        ("100\x00%", ["100% sure"]),
        ("ÉTÉ", ["Été à Paris"]),
        ("شارع", ["شارع 7"]),
        ("ar", []),
        ("pa", ["Été à Paris"]),
        ("ari", ["Été à Paris"]),
        ("🚦", []),
        ("'; DROP TABLE", []),
        ("x" * 10_000, []),
    ],
)
def test_the_name_is_found_by_any_part_of_it(term: str, found: list[str], client: Client, isr: User) -> None:
    for name in ("100% sure", "100 percent", "a_b", "axb", "c\\d", "Été à Paris", "شارع 7"):
        WorkStreamFactory.create(name=name)
    response = client.get(GRID, {"q": term})

    assert names(response) == found
    assert len(response.context["q"]) <= 200


# --- Order and pages


def test_heads_sort_and_say_so(client: Client, world: World, isr: User) -> None:
    by_name = look(client, "?lead=any&sort=name")
    assert names(by_name) == ["Invoice scans", "Street labels"]
    assert names(look(client, "?lead=any&sort=-name")) == ["Street labels", "Invoice scans"]
    sorts = re.findall(r'aria-sort="(\w+)"', by_name.content.decode())
    assert sorts == ["ascending"]
    name, *_ = by_name.context["heads"]
    assert name.url.endswith("?lead=any&sort=-name")


@pytest.mark.parametrize("sort", ["activity", "-activity", "created", "-created", "name", "-name", "start", "-start"])
def test_pages_in_every_order_hold_each_row_once_and_lead_back(sort: str, client: Client, isr: User) -> None:
    now = timezone.now()
    for number in range(103):
        # Threes share every value, so that a page can end between equals; some have no intended start.
        WorkStreamFactory.create(
            name=f"Row {number // 3:03}",
            owner=None,
            organization=_organization(),
            created_by=isr,
            created_at=now - timedelta(hours=number // 3),
            last_activity_at=now - timedelta(hours=number // 3),
            intended_start=date(2026, 1, 1) + timedelta(days=number // 3) if number % 7 else None,
        )
    forth: list[list[int]] = []
    url = f"{GRID}?q=row&sort={sort}"
    while url:
        response = client.get(url)
        forth.append([row.workstream.pk for row in response.context["rows"]])
        last, url = response, response.context["next_url"]
    back: list[list[int]] = []
    url = last.context["previous_url"]
    while url:
        response = client.get(url)
        back.insert(0, [row.workstream.pk for row in response.context["rows"]])
        url = response.context["previous_url"]

    assert [len(page) for page in forth] == [50, 50, 3]
    assert len({pk for page in forth for pk in page}) == 103
    assert back == forth[:-1]
    if "start" in sort:
        starts = dict(WorkStream.objects.values_list("pk", "intended_start"))
        in_order = [starts[pk] for page in forth for pk in page]
        known = [start for start in in_order if start]
        assert known == sorted(known, reverse=sort.startswith("-"))
        assert in_order[: len(known)] == known


def _organization() -> object:
    from accounts.models import Organization

    return Organization.objects.first()


def test_a_place_written_by_somebody_else_leads_to_the_first_page_with_a_note(client: Client, isr: User) -> None:
    WorkStreamFactory.create_batch(51, name="Row")
    good = dict(parse_qsl(urlsplit(look(client, "?q=row").context["next_url"]).query))["after"]
    for place in (good[:-1], f"{good}x", "x", "\x00", "W10", "é" * 500):
        response = client.get(GRID, {"q": "row", "after": place})
        assert len(names(response)) == 50
        assert "could not be found again" in response.content.decode()


def test_a_place_of_another_order_is_not_taken(client: Client, isr: User) -> None:
    WorkStreamFactory.create_batch(51, name="Row")
    good = dict(parse_qsl(urlsplit(look(client, "?q=row").context["next_url"]).query))["after"]
    response = client.get(GRID, {"q": "row", "sort": "-created", "after": good})

    assert "could not be found again" in response.content.decode()


def test_a_page_whose_rows_went_away_leads_to_the_first(client: Client, isr: User) -> None:
    WorkStreamFactory.create_batch(51, name="Row")
    url = look(client, "?q=row").context["next_url"]
    oldest = WorkStream.objects.filter(name="Row").order_by("last_activity_at", "pk").first()
    assert oldest is not None
    oldest.memberships.all().delete()
    oldest.delete()

    assert len(names(client.get(url))) == 50


def test_the_count_stops_counting(client: Client, isr: User, monkeypatch: pytest.MonkeyPatch) -> None:
    WorkStreamFactory.create_batch(53, name="Row")
    assert "53 WorkStreams" in look(client, "?q=row").content.decode()
    monkeypatch.setattr("workstreams.grid.counts.COUNT_CAP", 51)
    monkeypatch.setattr("workstreams.views.grid.COUNT_CAP", 51)
    assert "51+ WorkStreams" in look(client, "?q=row").content.decode()


def test_a_small_table_is_counted_whatever_is_asked(client: Client, isr: User) -> None:
    WorkStreamFactory.create_batch(53, name="Row")
    count = WorkStream.objects.count()
    assert f"{count} WorkStreams" in look(client, "?lead=any").content.decode()


@pytest.mark.parametrize("rows", [1, 25, 50])
def test_it_costs_the_same_however_many_rows(
    rows: int, client: Client, world: World, isr: User, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        owner = ClientFactory.create()
        row = WorkStreamFactory.create(
            name=f"Row {number}", owner=owner, lead=ColleagueFactory.create(), milestone=Milestone.PROCESSING_DATA
        )
        join(row, isr)
    client.get(GRID, {"q": "warm"})
    # Session, person; one page of ids, their rows, their chats; colleagues with counts.
    with django_assert_num_queries(6):
        client.get(GRID, {"q": "row"})
    # The fragment needs none of the boxes.
    with django_assert_num_queries(5):
        client.get(GRID, {"q": "row"}, headers={"HX-Request": "true", "HX-Target": "found"})


@pytest.mark.parametrize("rows", [2, 60])
@pytest.mark.parametrize(
    "named", [(), ("client",), ("owner",), ("lead",), ("lead", "client"), ("lead", "owner", "client", "q")]
)
def test_six_statements_are_enough_whomever_it_names(
    named: tuple[str, ...], rows: int, client: Client, world: World, django_assert_max_num_queries: Any
) -> None:
    client.force_login(world.isr)
    WorkStream.objects.all().delete()
    WorkStreamFactory.create_batch(rows, name="Row", owner=world.owner, lead=world.architect)
    values = {
        "lead": world.architect.public_id,
        "owner": world.owner.public_id,
        "client": world.acme.public_id,
        "q": "row",
    }
    asked = {"lead": "any", **{name: str(values[name]) for name in named}}
    client.get(GRID, {"q": "warm"})
    for headers in ({}, {"HX-Request": "true", "HX-Target": "found"}):
        # Session, person; whom it names, with the boxes or their counts; ids, rows with how many there are, chats.
        with django_assert_max_num_queries(6):
            response = client.get(GRID, asked, headers=headers)
        assert f">{rows} WorkStreams<" in response.text


def test_a_lead_nobody_knows_leaves_the_counts_of_every_lead(client: Client, world: World, isr: User) -> None:
    facets.recount(now=timezone.now())
    unknown = "00000000-0000-4000-8000-000000000000"
    counts = [
        re.findall(r'id="n-(?:type|status)[^>]+>([^<]*)<', look(client, query).text)
        for query in ("?lead=any", f"?lead={unknown}", f"?lead={unknown}&lead=any")
    ]
    assert counts[0] == counts[1] == counts[2]
    assert "2" in counts[0]


def test_a_milestone_of_another_type_s_track_shows_without_its_number(client: Client, world: World, isr: User) -> None:
    off_track = {"subscription_type": SubscriptionType.LEAN, "milestone": Milestone.ASSEMBLING_DATASQUAD}
    WorkStream.objects.filter(pk=world.labels.pk).update(**off_track)

    assert '<td data-label="Milestone">Assembling DataSquad</td>' in look(client, "?q=labels").text
    client.force_login(world.owner)
    mine = client.get(reverse("workstreams:mine"))
    assert "Assembling DataSquad" in mine.text
    assert " of 5</b>" not in mine.text


# --- Nothing there


def test_somebody_new_is_led_to_what_nobody_leads(client: Client, isr: User) -> None:
    response = look(client)
    page = response.content.decode()

    assert "You lead none yet" in page
    unassigned = re.search(r'href="([^"]+)"[^>]*>Show unassigned', page)
    assert unassigned
    assert set(names(client.get(unassigned[1].replace("&amp;", "&")))) == {"Street labels", "Invoice scans"}


def test_when_nothing_matches_each_chip_can_be_given_up(client: Client, isr: User) -> None:
    page = look(client, "?type=lean&q=labels").content.decode()

    assert "No WorkStreams match" in page
    assert f'href="{GRID}?q=labels"' in page
    assert f'href="{GRID}?type=lean"' in page


# --- Fragments


def test_htmx_gets_the_results_alone_and_the_clean_address(client: Client, isr: User) -> None:
    response = client.get(
        f"{GRID}?q=labels&type=&created_from=&lead=any",
        headers={"HX-Request": "true", "HX-Target": "found"},
    )

    assert response["HX-Push-Url"] == f"{GRID}?q=labels"
    assert "<html" not in response.content.decode()
    assert 'id="filters"' not in response.content.decode()
    assert "HX-Request" in response["Vary"]


def test_going_back_asks_for_the_whole_page(client: Client, isr: User) -> None:
    response = client.get(GRID, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in response.content.decode()


def test_a_client_can_be_found_by_name_in_the_filters(client: Client, world: World, isr: User) -> None:
    for number in range(12):
        ClientFactory.create(organization__name=f"Aardvark {number:02}")
    assert _options(look(client, "?find_client=LOB"), "client") == ["Globex"]
    assert _options(look(client, f"?client={world.globex.public_id}"), "client")[0] == "Globex"
    assert _options(look(client, "?find_owner=stella"), "owner") == ["Nobody yet", "Stella Stranger"]


def _options(response: Any, name: str) -> list[str]:
    groups = {group.name: group for group in response.context["filters"].groups()}
    return [option.label for option in groups[name].options]


def test_a_folded_group_offers_names_as_soon_as_it_is_unfolded(
    client: Client, world: World, isr: User, django_assert_num_queries: Any
) -> None:
    page = look(client)
    assert _options(page, "client") == []
    assert 'id="client-options" hx-get' in page.content.decode()

    with django_assert_num_queries(3):  # session, person, names; no results
        fragment = client.get(GRID, headers={"HX-Request": "true", "HX-Target": "client-options"}).content.decode()
    assert fragment.index("Acme") < fragment.index("Globex")
    assert "hx-get" not in fragment
    assert "<table" not in fragment


def test_typing_in_a_group_s_field_fetches_its_names_alone(client: Client, world: World, isr: User) -> None:
    fragment = client.get(
        GRID,
        {"find_owner": "STELL", "owner": str(world.owner.public_id)},
        headers={"HX-Request": "true", "HX-Target": "owner-options"},
    ).content.decode()

    assert re.findall(r"<span>(.*?)</span>", fragment) == ["Nobody yet", "Olive Owner", "Stella Stranger"]
    assert fragment.count("checked") == 1


# --- Any address


@pytest.mark.parametrize(
    "query",
    [
        "type=gold",
        "lead=00000000-0000-4000-8000-000000000000",
        "lead=garbage",
        "client=../../etc",
        "created_from=yesterday",
        "created_from=0001-01-01",
        "created_to=9999-12-31",
        "salesforce=maybe",
        "active=999999999999",
        "sort=id",
        "milestone=",
        "type[]=x",
    ],
)
def test_what_is_not_known_is_left_out_with_a_note(query: str, client: Client, isr: User) -> None:
    response = look(client, f"?{query}&status=open")

    assert set(names(response)) == {"Street labels", "Invoice scans"}
    assert chips(response) == ["Status: Open"]
    says = "are not known here" in response.content.decode()
    assert says == (query not in {"milestone=", "type[]=x"})


def test_a_client_s_id_in_the_place_of_a_lead_finds_nothing_and_names_nobody_twice(
    client: Client, world: World, isr: User
) -> None:
    assert names(look(client, f"?lead={world.owner.public_id}")) == []


def test_an_id_of_another_kind_is_left_out_also_where_it_is_right_elsewhere(
    client: Client, world: World, isr: User
) -> None:
    for wrong, right in (("lead", "client"), ("owner", "client")):
        response = look(client, f"?{wrong}={world.acme.public_id}&{right}={world.acme.public_id}")
        assert chips(response) == ["Client: Acme"]
        assert "are not known here" in response.content.decode()


PARAMETERS = st.sampled_from([*WorkStreamFilter.base_filters, "after", "before", "find_owner", "find_client", "x"])
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "agile",
            "none",
            "any",
            "me",
            "open",
            "closed",
            "yes",
            "-name",
            "start",
            "7",
            "2026-02-30",
            "2026-02-28",
            "%",
            "\\",
        ]
    ),
    st.uuids().map(str),
    st.dates().map(str),
    st.integers().map(str),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(PARAMETERS, VALUES), max_size=8), fragment=st.booleans())
def test_no_address_breaks_it_nor_shows_a_client_anything(
    pairs: list[tuple[str, str]], fragment: bool, client: Client, world: World
) -> None:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value.encode("utf-8", "replace").decode())
    headers = {"HX-Request": "true", "HX-Target": "found"} if fragment else {}
    client.force_login(world.isr)
    assert client.get(GRID, data, headers=headers).status_code == 200
    client.force_login(world.stranger)
    refused = client.get(GRID, data, headers=headers)
    assert refused.status_code == 403
    assert world.labels.name not in refused.content.decode()


def test_the_filter_set_s_own_rows_are_the_same_without_distinct(world: World) -> None:
    filters = WorkStreamFilter({"type": ["agile"], "lead": ["any"]}, user=world.isr, now=timezone.now())

    assert [row.name for row in filters.qs] == ["Street labels"]
    assert "DISTINCT" not in str(filters.qs.query)
