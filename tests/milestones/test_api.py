"""Milestones over the API: the same steps by the same actions as on the pages."""

import pytest
from django.test import Client

from milestones.models import GoAhead, MilestoneChange
from tests.conftest import World
from tests.milestones.steps import FIRST, PROTOTYPE, SECOND, SQUAD, THIRD, both_go_ahead, stand_at
from workstreams.models import WorkStream


def url(workstream: WorkStream, rest: str = "") -> str:
    return f"/api/v1/workstreams/{workstream.public_id}/milestones/{rest}"


def test_the_track_tells_where_it_stands_and_what_comes_next(client: Client, world: World) -> None:
    stand_at(world.labels, THIRD, "batch")
    client.force_login(world.owner)
    track = client.get(url(world.labels)).json()

    assert (track["milestone"], track["step"], track["of"]) == ("reviewing_agreement", 3, 5)
    assert track["next"] == ["assembling_datasquad", "rapid_prototyping"]
    assert [step["state"] for step in track["steps"]] == ["done", "done", "current", "next", "later"]
    assert [step["milestone"] for step in track["steps"][3]["milestones"]] == track["next"]
    assert [(each["side"], each["given_by"]) for each in track["go_aheads"]] == [("client", None), ("team", None)]


def test_one_step_forward_is_the_step_of_the_page(client: Client, world: World) -> None:
    client.force_login(world.isr)
    answer = client.post(url(world.labels, "advance/"), {"to": FIRST, "seen": None}, "application/json")

    assert answer.json()["milestone"] == FIRST
    change = MilestoneChange.objects.get(workstream=world.labels)
    assert (change.kind, change.actor) == ("advanced", world.isr)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"to": SECOND}, 409, "not_the_next_milestone"),
        ({"to": FIRST, "seen": THIRD}, 409, "changed_meanwhile"),
        ({"to": "the moon"}, 400, "invalid"),
        ({}, 400, "invalid"),
    ],
)
def test_a_step_that_cannot_be_taken_changes_nothing(
    sent: dict[str, str], status: int, code: str, client: Client, world: World
) -> None:
    client.force_login(world.isr)
    answer = client.post(url(world.labels, "advance/"), sent, "application/json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    world.labels.refresh_from_db()
    assert world.labels.milestone is None


def test_going_past_the_agreement_takes_both_go_aheads_or_a_reason(client: Client, world: World) -> None:
    stand_at(world.labels, THIRD)
    client.force_login(world.architect)
    held_back = client.post(url(world.labels, "advance/"), {"to": SQUAD}, "application/json")
    assert (held_back.status_code, held_back.json()["code"]) == (409, "go_ahead_missing")

    sent = {"to": SQUAD, "override_reason": "Signed on paper"}
    assert client.post(url(world.labels, "advance/"), sent, "application/json").json()["milestone"] == SQUAD
    stays = client.get(url(world.labels, "history/")).json()["results"]
    assert (stays[0]["reason"], stays[0]["approval_not_recorded"]) == ("Signed on paper", True)
    assert [(stay["label"], stay["is_current"]) for stay in stays] == [
        ("Assembling DataSquad", True),
        ("No milestone yet", False),
    ]


def test_going_back_needs_a_reason_and_withdraws_the_go_aheads(client: Client, world: World) -> None:
    stand_at(world.labels, THIRD)
    both_go_ahead(world.labels, world)
    client.force_login(world.delivery)
    assert client.post(url(world.labels, "go-back/"), {"to": SECOND}, "application/json").status_code == 400

    answer = client.post(url(world.labels, "go-back/"), {"to": SECOND, "reason": "New scope"}, "application/json")
    assert answer.json()["milestone"] == SECOND
    assert not GoAhead.objects.standing().exists()


def test_the_fork_of_batch_can_be_chosen_ahead(client: Client, world: World) -> None:
    stand_at(world.labels, SECOND, "batch")
    client.force_login(world.isr)
    track = client.post(url(world.labels, "delivery/"), {"mode": "distributed"}, "application/json").json()

    assert track["delivery_mode"] == "distributed"
    assert [each["milestone"] for each in track["steps"][3]["milestones"]] == [PROTOTYPE]


def test_each_side_gives_its_own_go_ahead(client: Client, world: World) -> None:
    stand_at(world.labels, THIRD)
    client.force_login(world.member)
    client.post(url(world.labels, "go-ahead/"), {"side": "client"}, "application/json")
    assert client.post(url(world.labels, "go-ahead/"), {"side": "team"}, "application/json").status_code == 403
    client.force_login(world.isr)
    track = client.post(url(world.labels, "go-ahead/"), {"side": "team"}, "application/json").json()

    assert [(each["whose"], each["given_by"]) for each in track["go_aheads"]] == [
        ("Acme", "Milo Member"),
        ("CloudFactory", "ISR / Sales Colleague"),
    ]
    track = client.post(url(world.labels, "go-ahead/withdraw/"), {"side": "team"}, "application/json").json()
    assert [each["given_by"] for each in track["go_aheads"]] == ["Milo Member", None]


def test_who_could_lead_is_proposed(client: Client, world: World) -> None:
    stand_at(world.labels, FIRST)
    client.force_login(world.isr)
    proposal = client.get(url(world.labels, "hand-over/")).json()["proposal"]

    assert proposal["role"] == "Solutions Architect"
    assert proposal["candidates"] == [{"id": str(world.architect.public_id), "name": "Solutions Architect Colleague"}]
