"""Saved views of the grid in the API."""

import pytest

from tests.api.caller import Caller
from tests.conftest import World
from workstreams.models import SavedView


def save(caller: Caller, name: str = "Batch", **more: object) -> str:
    """The address of a new view."""
    response = caller.post("/views/", {"name": name, "query": "type=batch&lead=any", **more})
    assert response.status_code == 201, response.content
    return f"/views/{response.json()['id']}/"


def test_a_view_is_kept_renamed_replaced_and_deleted(world: World) -> None:
    caller = Caller(world.isr)
    address = save(caller)

    assert caller.get(address).json()["query"].startswith("type=batch")
    assert caller.post(f"{address}rename/", {"name": "Lean"}).json()["name"] == "Lean"
    assert caller.post(f"{address}replace/", {"query": "type=lean"}).json()["query"].startswith("type=lean")
    assert caller.delete(address).status_code == 204
    assert caller.get(address).status_code == 404


def test_others_see_a_view_when_it_is_shared(world: World) -> None:
    owner, other = Caller(world.isr), Caller(world.architect)
    address = save(owner)

    assert other.get(address).status_code == 404
    owner.post(f"{address}share/")
    assert [view["name"] for view in other.get("/views/").json()["results"]] == ["Batch"]
    assert other.post(f"{address}rename/", {"name": "Mine"}).status_code == 403
    owner.post(f"{address}unshare/")
    assert other.get(address).status_code == 404


def test_a_name_is_taken_once(world: World) -> None:
    caller = Caller(world.isr)
    save(caller, "Batch")
    response = caller.post("/views/", {"name": "batch", "query": "type=lean"})

    assert response.status_code in {409, 422}
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("who", ["owner", "agile_worker"])
def test_views_are_for_colleagues(who: str, world: World) -> None:
    address = save(Caller(world.isr), is_shared=True)
    caller = Caller(getattr(world, who))

    assert caller.get("/views/").status_code == 403
    assert caller.get(address).status_code == 403
    assert caller.post("/views/", {"name": "Mine", "query": ""}).status_code == 403
