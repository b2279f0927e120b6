"""Several WorkStreams at once in the API, and the grid as a file."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.api.caller import Caller, token_of
from tests.conftest import World
from workstreams.bulk import work_waiting
from workstreams.export import Incomplete
from workstreams.models import WorkStream
from workstreams.runs import BulkChange, Export


def plan(caller: Caller, world: World, **entries: Any) -> str:
    """The address of a new plan."""
    response = caller.post("/bulk-changes/", {"kind": "lead", "lead": str(world.architect.public_id), **entries})
    assert response.status_code == 201, response.content
    return f"/bulk-changes/{response.json()['id']}/"


def leads() -> set[str | None]:
    """Who leads any WorkStream."""
    return set(WorkStream.objects.values_list("lead__name", flat=True))


def test_several_get_a_lead_once_it_is_confirmed_and_it_can_be_undone(world: World) -> None:
    caller = Caller(world.isr)
    address = plan(caller, world, query="?lead=none")
    planned = caller.get(address).json()

    assert (planned["state"], planned["would_change"], planned["counts"]) == ("planned", 2, {"waiting": 2})
    assert leads() == {None}
    for _ in range(2):
        assert caller.post(f"{address}confirm/").status_code == 202
    work_waiting()
    done = caller.get(address).json()
    assert (done["state"], done["counts"]) == ("done", {"changed": 2})
    assert leads() == {world.architect.name}
    assert caller.post(f"{address}undo/").status_code == 202
    work_waiting()
    assert caller.get(address).json()["state"] == "undone"
    assert leads() == {None}


def test_confirming_with_a_key_is_one_transaction(world: World) -> None:
    caller = Caller(world.isr)
    address = plan(caller, world, workstreams=[str(world.labels.public_id)])

    for _ in range(2):
        assert caller.post(f"{address}confirm/", Idempotency_Key="one").status_code == 202
    work_waiting()
    world.labels.refresh_from_db()
    assert world.labels.lead == world.architect


@pytest.mark.parametrize(
    ("entries", "status", "field"),
    [
        ({}, 400, "workstreams"),
        ({"workstreams": [str(uuid4())]}, 400, "workstreams"),
        ({"query": "type=cheap"}, 400, "query.type"),
        ({"query": "page=2"}, 400, "query.page"),
        ({"query": "q=%00"}, 400, "query.q"),
        ({"query": "lead=any", "lead": str(uuid4())}, 400, "lead"),
        ({"query": "lead=any", "kind": "close"}, 422, None),
        ({"query": "status=closed"}, 422, None),
    ],
)
def test_what_cannot_be_planned_is_refused(
    entries: dict[str, Any], status: int, field: str | None, world: World
) -> None:
    everything = {"kind": "lead", "lead": str(world.architect.public_id), **entries}
    response = Caller(world.isr).post("/bulk-changes/", everything)

    assert response.status_code == status
    assert list(response.json().get("fields", {})) == ([field] if field else [])
    assert not BulkChange.objects.exists()


@pytest.mark.parametrize("who", ["owner", "agile_worker"])
def test_only_colleagues_change_several_or_take_a_file(who: str, world: World) -> None:
    caller = Caller(getattr(world, who))

    assert caller.post("/bulk-changes/", {"kind": "close", "reason": "lost", "query": "lead=any"}).status_code == 403
    assert caller.get("/workstreams/export/?lead=any").status_code == 403
    assert not Export.objects.exists()


def test_a_plan_is_its_persons(world: World) -> None:
    address = plan(Caller(world.isr), world, query="lead=any")

    assert Caller(world.admin).get(address).status_code == 404
    assert Caller(world.admin).post(f"{address}confirm/").status_code == 404


def test_the_grid_as_a_file(world: World) -> None:
    response = Client().get(
        "/api/v1/workstreams/export/?lead=any&type=batch&column=name",
        headers={"Authorization": f"Bearer {token_of(world.isr)}"},
    )

    assert response["Content-Type"].startswith("text/csv")
    lines = response.getvalue().decode("utf-8-sig").splitlines()
    assert lines[1:] == ["Invoice scans"]
    assert Export.objects.get().state == Export.State.DONE


def test_a_file_that_nobody_reads_ends(world: World) -> None:
    class Departed:
        def watch(self) -> threading.Event:
            gone = threading.Event()
            gone.set()
            return gone

    response = Client().get(
        "/api/v1/workstreams/export/?lead=any",
        headers={"Authorization": f"Bearer {token_of(world.isr)}"},
        **{"asgi.scope": {"portal.departure": Departed()}},  # type: ignore[arg-type]
    )

    with pytest.raises(Incomplete):
        response.getvalue()
    assert Export.objects.get().state == Export.State.LEFT


@pytest.mark.parametrize("question", ["column=colour", "page_size=3", "type=cheap"])
def test_a_file_of_something_else_is_not_begun(question: str, world: World) -> None:
    assert Caller(world.isr).get(f"/workstreams/export/?{question}").status_code == 400
    assert not Export.objects.exists()
