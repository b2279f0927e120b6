"""Who one is, whom one may look up, and the client organisations."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.caller import Caller
from tests.conftest import World
from tests.factories import ClientFactory

CountQueries = Callable[..., Any]


def test_one_learns_who_one_is(world: World) -> None:
    me = Caller(world.owner).get("/me/").json()

    assert (me["email"], me["role"], me["organization"]["name"]) == (world.owner.email, "client", "Acme")
    assert me["may"] == ["start_workstream"]


@pytest.mark.parametrize("address", ["/people/", "/organizations/", f"/people/?q={'x' * 5}"])
@pytest.mark.parametrize("who", ["owner", "agile_worker"])
def test_only_colleagues_look_people_up(address: str, who: str, world: World) -> None:
    response = Caller(getattr(world, who)).get(address)

    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("q=olive", ["Olive Owner"]),
        ("email=Stranger@GLOBEX.example", ["Stella Stranger"]),
        ("q=st", ["Stella Stranger"]),
        ("role=client", ["Milo Member", "Olive Owner", "Stella Stranger"]),
        ("role=agile_worker&can_lead=true", []),
        ("role=billing&can_lead=true", ["Billing Colleague"]),
        ("organization={acme}", ["Milo Member", "Olive Owner"]),
        ("q=%25", []),
    ],
)
def test_people_are_found(question: str, found: list[str], world: World) -> None:
    response = Caller(world.isr).get(f"/people/?{question.format(acme=world.acme.public_id)}")

    assert [person["name"] for person in response.json()["results"]] == found


@pytest.mark.parametrize("name", ["ΟΔΥΣΣΕΥΣ", "İsmet", "Rene\u0301"])
def test_people_are_found_by_their_name_in_any_letters(name: str, world: World) -> None:
    edit = {"name": name}
    known = Caller(world.admin).post(f"/people/{world.owner.public_id}/edit/", edit).json()["name"]

    for term in (name, known, known[:2]):
        found = Caller(world.isr).get(f"/people/?q={quote(term)}").json()["results"]
        assert known in [person["name"] for person in found]


def test_organisations_come_by_name_in_pages(world: World) -> None:
    caller = Caller(world.isr)
    first = caller.get("/organizations/?page_size=1").json()

    assert [row["name"] for row in first["results"]] == ["Acme"]
    second = caller.get(first["next"].removeprefix("http://testserver/api/v1")).json()
    assert [row["name"] for row in second["results"]] == ["Globex"]
    assert second["next"] is None
    assert second["previous"]


def test_a_place_in_one_list_is_none_in_another(world: World) -> None:
    caller = Caller(world.isr)
    place = caller.get("/organizations/?page_size=1").json()["next"].partition("after=")[2]

    assert caller.get(f"/people/?after={place}").json()["code"] == "bad_cursor"


@pytest.mark.parametrize("rows", [1, 25])
def test_people_cost_the_same_however_many(rows: int, world: World, django_assert_num_queries: CountQueries) -> None:
    ClientFactory.create_batch(rows)
    caller = Caller(world.isr)
    caller.get("/me/")
    with django_assert_num_queries(2):  # token with person, the page
        caller.get(f"/people/?page_size={rows}")
