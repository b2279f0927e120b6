"""The lists of WorkStreams in the API."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from tests.api.caller import Caller
from tests.conftest import World
from tests.factories import WorkStreamFactory, join
from workstreams.choices import CloseReason, Milestone, Status, SubscriptionType
from workstreams.grid import ways
from workstreams.models import Membership, WorkStream

CountQueries = Callable[..., Any]


def names(response: Any) -> list[str]:
    """The names in a page of a list."""
    return [row["name"] for row in response.json()["results"]]


def test_an_address_that_asks_nothing_asks_for_those_one_leads(world: World) -> None:
    WorkStreamFactory.create(name="Led", lead=world.isr)
    caller = Caller(world.isr)

    assert names(caller.get("/workstreams/")) == ["Led"]
    assert sorted(names(caller.get("/workstreams/?lead=any"))) == ["Invoice scans", "Led", "Street labels"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("q=scan", ["Invoice scans"]),
        ("type=batch&type=lean", ["Invoice scans"]),
        ("milestone=none&status=open&lead=none", ["Invoice scans", "Street labels"]),
        ("status=closed", []),
        ("owner={owner}", ["Street labels"]),
        ("client={acme}&salesforce=no", ["Street labels"]),
        ("created_from=2199-01-01", []),
        ("lead=any&sort=name", ["Invoice scans", "Street labels"]),
        ("lead=any&sort=-name", ["Street labels", "Invoice scans"]),
    ],
)
def test_the_grids_filters_have_the_same_names(question: str, found: list[str], world: World) -> None:
    question = question.format(owner=world.owner.public_id, acme=world.acme.public_id)
    response = Caller(world.isr).get(f"/workstreams/?{question}")

    assert (names(response) if "sort" in question else sorted(names(response))) == found
    assert response.json()["count"] == len(found)
    assert response.json()["count_is_capped"] is False


@pytest.mark.parametrize("way", ["collected", "walked"])
@pytest.mark.parametrize("name", ["ΟΔΟΣ ΣΑΣ", "İstanbul", "Straße", "Ǆungla", "cafe\u0301", "100% a_b c\\d"])
def test_every_name_is_found_by_itself(name: str, way: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    if way == "walked":
        monkeypatch.setattr(ways, "FEW", -1)
    caller = Caller(world.isr)
    started = caller.post("/workstreams/", {"name": name, "organization": str(world.acme.public_id)}).json()["name"]

    for term in (name, started, started[:2], name.partition(" ")[0]):
        assert started in names(caller.get(f"/workstreams/?lead=any&q={quote(term)}"))


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("type=cheap", "type"),
        ("status=open&status=odd", "status"),
        ("lead=somebody", "lead"),
        ("owner=2f0c6a5e-5a0b-4d8e-9f3f-7b1a3c4d5e6f", "owner"),
        ("client=2f0c6a5e-5a0b-4d8e-9f3f-7b1a3c4d5e6f", "client"),
        ("created_from=yesterday", "created_from"),
        ("sort=colour", "sort"),
        ("q=" + "x" * 201, "q"),
        ("q=%00", "q"),
        ("q=%E2%80%8B", "q"),
        ("statsu=open", "statsu"),
        ("page_size=101", "page_size"),
        ("page_size=many", "page_size"),
        ("after=a&before=b", "before"),
        ("salesforce=maybe", "salesforce"),
    ],
)
def test_what_the_page_would_leave_out_is_refused_by_name(question: str, field: str, world: World) -> None:
    response = Caller(world.isr).get(f"/workstreams/?{question}")

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert list(response.json()["fields"]) == [field]


def test_a_row_says_what_the_grid_prints(world: World) -> None:
    world.labels.lead = world.isr
    world.labels.save()
    (row,) = Caller(world.isr).get("/workstreams/").json()["results"]

    assert row.pop("created_at").endswith("Z")
    assert row.pop("last_activity_at").endswith("Z")
    assert row == {
        "id": str(world.labels.public_id),
        "name": "Street labels",
        "status": "open",
        "subscription_type": "agile",
        "milestone": None,
        "organization": {"id": str(world.acme.public_id), "name": "Acme"},
        "owner": {"id": str(world.owner.public_id), "name": "Olive Owner"},
        "lead": {"id": str(world.isr.public_id), "name": "ISR / Sales Colleague"},
        "intended_start": None,
        "starts_on": None,
        "opportunity_id": None,
    }


def test_pages_follow_one_another_and_back(world: World) -> None:
    WorkStreamFactory.create_batch(5, owner=world.owner, lead=world.isr)
    caller, seen, address = Caller(world.isr), [], "/workstreams/?page_size=2"
    while address:
        page = caller.get(address).json()
        seen += [row["id"] for row in page["results"]]
        back, address = page["previous"], (page["next"] or "").removeprefix("http://testserver/api/v1")

    assert len(seen) == len(set(seen)) == 5
    previous = caller.get(back.removeprefix("http://testserver/api/v1")).json()
    assert [row["id"] for row in previous["results"]] == seen[2:4]


def test_a_place_this_portal_did_not_write_is_refused(world: World) -> None:
    WorkStreamFactory.create_batch(2, owner=world.owner, lead=world.isr)
    caller = Caller(world.isr)
    following = caller.get("/workstreams/?page_size=1").json()["next"].removeprefix("http://testserver/api/v1")

    for address in ("/workstreams/?after=nonsense", f"{following}x", f"{following}&sort=name"):
        response = caller.get(address)
        assert response.status_code == 400
        assert response.json()["code"] == "bad_cursor"
    place = following.partition("after=")[2]
    assert Caller(world.owner).get(f"/workstreams/?after={place}").json()["code"] == "bad_cursor"


@pytest.mark.parametrize("rows", [1, 25])
def test_the_grid_costs_the_same_however_long(rows: int, world: World, django_assert_num_queries: CountQueries) -> None:
    WorkStreamFactory.create_batch(rows + 1, owner=world.owner, lead=world.isr)
    caller = Caller(world.isr)
    caller.get("/workstreams/")  # writes down that the token is used
    with django_assert_num_queries(3):  # token with person, ids of the page with their count, its rows
        caller.get(f"/workstreams/?page_size={rows}")


@pytest.mark.parametrize("rows", [1, 25])
def test_the_own_list_costs_the_same_however_long(
    rows: int, world: World, django_assert_num_queries: CountQueries
) -> None:
    WorkStreamFactory.create_batch(rows, owner=world.owner)
    caller = Caller(world.owner)
    caller.get("/workstreams/")
    with django_assert_num_queries(4):  # token with person, how many they are on, ids of the page, its rows
        caller.get(f"/workstreams/?page_size={rows}")


@pytest.mark.parametrize(("few", "many"), [(500, 5000), (2, 5000), (2, 2)], ids=["collected", "walked", "walked all"])
@pytest.mark.parametrize("who", ["owner", "agile_worker"])
def test_the_own_list_is_turned_both_ways_however_it_is_found(
    few: int, many: int, who: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workstreams.listing.FEW", few)
    monkeypatch.setattr("workstreams.listing.MANY", many)
    WorkStream.objects.all().delete()
    person, at = getattr(world, who), timezone.now()
    own = WorkStreamFactory.create_batch(5, owner=world.owner)
    own += WorkStreamFactory.create_batch(2, owner=world.stranger)  # of another organisation
    WorkStreamFactory.create(owner=world.stranger)
    for number, row in enumerate(own):
        if not row.memberships.filter(user=person).exists():
            join(row, person)
        # Two of the same minute each; some closed ones among them.
        changes = (
            {"status": Status.CLOSED, "closed_at": at, "close_reason": CloseReason.LOST} if number % 3 == 1 else {}
        )
        WorkStream.objects.filter(pk=row.pk).update(last_activity_at=at - timedelta(minutes=number // 2), **changes)
    kept = WorkStream.objects.filter(pk__in=[row.pk for row in own]).order_by("-last_activity_at", "-pk")
    caller = Caller(person)

    for question, rows in (("", kept), ("&status=open", kept.open()), ("&status=closed", kept.closed())):
        expected = [str(row.public_id) for row in rows]
        forth: list[str] = []
        back: list[str] = []
        address = last = f"/workstreams/?page_size=2{question}"
        while address:
            page = caller.get(address).json()
            forth += [row["id"] for row in page["results"]]
            last, address = address, (page["next"] or "").removeprefix("http://testserver/api/v1")
        while last:
            page = caller.get(last).json()
            back = [row["id"] for row in page["results"]] + back
            last = (page["previous"] or "").removeprefix("http://testserver/api/v1")
        assert forth == back == expected


def test_a_place_in_the_own_list_stays_when_its_row_is_taken_away(world: World) -> None:
    rows = WorkStreamFactory.create_batch(3, owner=world.owner)
    caller = Caller(world.owner)
    first = caller.get("/workstreams/?page_size=2").json()
    rest = caller.get(first["next"].removeprefix("http://testserver/api/v1")).json()["results"]
    Membership.objects.filter(user=world.owner, workstream__public_id=first["results"][-1]["id"]).delete()

    assert caller.get(first["next"].removeprefix("http://testserver/api/v1")).json()["results"] == rest
    assert len(rest) == len(rows) - 1


@pytest.mark.parametrize("who", ["owner", "member", "agile_worker"])
def test_whoever_is_no_colleague_sees_their_own_and_no_more_of_it(who: str, world: World) -> None:
    world.labels.opportunity_id = "006A000000abcDEIAY"
    world.labels.save()
    response = Caller(getattr(world, who)).get("/workstreams/")

    assert names(response) == ["Street labels"]
    assert "006A000000abcDEIAY" not in response.content.decode()
    assert "count" not in response.json()


def test_the_own_list_can_be_asked_for_its_status_and_nothing_of_the_grid(world: World) -> None:
    caller = Caller(world.stranger)

    assert names(caller.get("/workstreams/?status=open")) == ["Invoice scans"]
    assert names(caller.get("/workstreams/?status=closed")) == []
    assert list(caller.get(f"/workstreams/?client={world.acme.public_id}").json()["fields"]) == ["client"]


def test_facets_count_what_the_boxes_would_find(world: World) -> None:
    from workstreams.tasks import recount_for_grid

    recount_for_grid()
    caller = Caller(world.isr)
    facets = caller.get("/workstreams/facets/?lead=any").json()

    assert facets["type"] == {"agile": 1, "batch": 1}
    assert facets["lead"] == {"none": 2}
    assert facets["counted_at"].endswith("Z")
    assert caller.get("/workstreams/facets/?q=scan").json()["counted_at"] is None
    assert Caller(world.owner).get("/workstreams/facets/").status_code == 403


def test_a_colleague_starts_one_for_a_client(world: World) -> None:
    response = Caller(world.isr).post(
        "/workstreams/",
        {
            "organization": str(world.acme.public_id),
            "first_person": world.member.email,
            "name": " Road   signs ",
            "subscription_type": "lean",
            "intended_start": "2027-01-04",
        },
    )

    assert response.status_code == 201
    started = WorkStream.objects.get(public_id=response.json()["id"])
    assert (started.name, started.owner, started.subscription_type) == (
        "Road signs",
        world.member,
        SubscriptionType.LEAN,
    )
    assert response["ETag"].startswith('"1.')


@pytest.mark.parametrize(
    ("entries", "status", "field"),
    [
        ({"name": "Signs"}, 400, "organization"),
        ({"new_organization": "Umbra", "name": ""}, 400, "name"),
        ({"new_organization": "Umbra", "name": "Signs", "status": "closed"}, 400, "status"),
        ({"new_organization": "Umbra", "name": "Signs", "intended_start": "1850-01-01"}, 400, "intended_start"),
        ({"new_organization": "acme", "name": "Signs"}, 422, None),
        ({"new_organization": "Umbra", "name": "Signs", "first_person": "no address"}, 400, "first_person"),
    ],
)
def test_what_makes_no_workstream_starts_none(
    entries: dict[str, str], status: int, field: str | None, world: World
) -> None:
    before = WorkStream.objects.count()
    response = Caller(world.isr).post("/workstreams/", entries)

    assert response.status_code == status
    assert list(response.json().get("fields", {})) == ([field] if field else [])
    assert WorkStream.objects.count() == before


@pytest.mark.parametrize("who", ["owner", "architect", "agile_worker"])
def test_others_start_none_for_a_client(who: str, world: World) -> None:
    response = Caller(getattr(world, who)).post("/workstreams/", {"new_organization": "Umbra", "name": "Signs"})

    assert response.status_code == 403
    assert WorkStream.objects.count() == 2


def test_a_closed_one_at_a_milestone_is_listed_as_such(world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(
        status=Status.CLOSED,
        close_reason=CloseReason.LOST,
        closed_at=world.labels.created_at,
        milestone=Milestone.PREPARING_PROPOSAL,
    )
    (row,) = Caller(world.owner).get("/workstreams/").json()["results"]

    assert (row["status"], row["milestone"]) == ("closed", "preparing_proposal")
