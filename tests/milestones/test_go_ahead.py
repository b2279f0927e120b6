"""The go-aheads of both sides for the service agreement."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import NotAllowed
from activity.models import Event
from milestones import actions
from milestones.errors import NotUnderReview
from milestones.models import GoAhead
from tests.conftest import World
from tests.milestones.steps import SECOND, SQUAD, THIRD, both_go_ahead, stand_at
from tests.milestones.test_tracker import tracker
from tests.races import all_at_once
from workstreams.actions import close
from workstreams.choices import CloseReason, Milestone, Side
from workstreams.errors import Closed, ReasonMissing


@pytest.mark.parametrize(
    ("side", "role"), [("client", "owner"), ("client", "member"), ("team", "isr"), ("team", "delivery")]
)
def test_each_side_gives_its_own(world: World, side: str, role: str) -> None:
    stand_at(world.labels, THIRD)
    actions.give_go_ahead(workstream=world.labels, side=Side(side), actor=getattr(world, role))

    given = GoAhead.objects.get()
    assert (given.side, given.given_by) == (side, getattr(world, role))
    assert Event.objects.filter(verb="milestone.go_ahead_given").count() == 1


@pytest.mark.parametrize(("side", "role"), [("team", "owner"), ("team", "agile_worker"), ("client", "agile_worker")])
def test_nobody_gives_what_is_not_theirs(world: World, side: str, role: str) -> None:
    stand_at(world.labels, THIRD)
    with pytest.raises(NotAllowed):
        actions.give_go_ahead(workstream=world.labels, side=Side(side), actor=getattr(world, role), note="by phone")

    assert not GoAhead.objects.exists()


def test_a_colleague_records_the_clients_with_a_note(world: World) -> None:
    stand_at(world.labels, THIRD)
    with pytest.raises(ReasonMissing):
        actions.give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.isr, note=" ")
    actions.give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.isr, note="by phone, Olive, 3 May")

    assert GoAhead.objects.get().note == "by phone, Olive, 3 May"
    assert "recorded by <bdi>ISR / Sales Colleague</bdi>" in tracker(world.labels, world.owner)


def test_a_second_one_changes_nothing(world: World) -> None:
    stand_at(world.labels, THIRD)
    first = actions.give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.owner)
    second = actions.give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.member)

    assert second == first
    assert Event.objects.filter(verb="milestone.go_ahead_given").count() == 1


@pytest.mark.parametrize("here", [None, SECOND, SQUAD])
def test_it_is_given_during_the_review_only(world: World, here: Milestone | None) -> None:
    stand_at(world.labels, here)
    with pytest.raises(NotUnderReview):
        actions.give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.owner)

    assert not GoAhead.objects.exists()


def test_a_closed_workstream_takes_none(world: World) -> None:
    stand_at(world.labels, THIRD)
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    with pytest.raises(Closed):
        actions.give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.owner)

    assert not GoAhead.objects.exists()


def test_it_can_be_withdrawn_and_given_again(world: World) -> None:
    stand_at(world.labels, THIRD)
    both_go_ahead(world.labels, world)
    for _ in range(2):
        actions.withdraw_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.member)

    assert GoAhead.objects.filter(workstream=world.labels).missing_sides() == [Side.CLIENT]
    assert Event.objects.filter(verb="milestone.go_ahead_withdrawn").count() == 1
    actions.give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.owner)
    assert GoAhead.objects.filter(workstream=world.labels).missing_sides() == []


def test_it_stands_once_the_review_is_over(world: World) -> None:
    stand_at(world.labels, THIRD)
    both_go_ahead(world.labels, world)
    actions.advance(workstream=world.labels, to=SQUAD, actor=world.isr)

    with pytest.raises(NotUnderReview):
        actions.withdraw_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.owner)
    assert GoAhead.objects.filter(workstream=world.labels).missing_sides() == []


@pytest.mark.django_db(transaction=True)
def test_two_clients_deciding_at_once_make_one_decision(world: World) -> None:
    stand_at(world.labels, THIRD)
    results = all_at_once(
        world.labels,
        lambda: actions.give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.owner),
        lambda: actions.give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.member),
    )

    assert results == [GoAhead.objects.get()] * 2


# --- The client's button


def test_the_client_is_asked_once_more_and_then_it_is_recorded(client: Client, world: World) -> None:
    stand_at(world.labels, THIRD)
    address = reverse("milestones:go_ahead", args=[world.labels.public_id])
    client.force_login(world.member)

    assert b"Work begins once both sides" in client.get(address).content
    assert not GoAhead.objects.exists()
    response = client.post(address)
    assert response["Location"] == world.labels.get_absolute_url()
    assert GoAhead.objects.get().given_by == world.member


def test_the_client_withdraws_it(client: Client, world: World) -> None:
    stand_at(world.labels, THIRD)
    actions.give_go_ahead(workstream=world.labels, side=Side.CLIENT, actor=world.owner)
    client.force_login(world.owner)
    client.post(reverse("milestones:withdraw_own_go_ahead", args=[world.labels.public_id]))

    assert GoAhead.objects.filter(workstream=world.labels).missing_sides() == [Side.CLIENT, Side.TEAM]


@pytest.mark.parametrize("name", ["milestones:go_ahead", "milestones:withdraw_own_go_ahead"])
@pytest.mark.parametrize(("role", "status"), [("isr", 403), ("admin", 403), ("agile_worker", 403), ("stranger", 404)])
def test_the_button_is_the_clients(client: Client, world: World, name: str, role: str, status: int) -> None:
    stand_at(world.labels, THIRD)
    actions.give_go_ahead(workstream=world.labels, side=Side.TEAM, actor=world.isr)
    client.force_login(getattr(world, role))

    assert client.post(reverse(name, args=[world.labels.public_id])).status_code == status
    assert GoAhead.objects.filter(workstream=world.labels).missing_sides() == [Side.CLIENT]


def test_a_late_click_is_answered_with_a_sentence(client: Client, world: World) -> None:
    stand_at(world.labels, SQUAD)
    client.force_login(world.owner)
    address = reverse("milestones:go_ahead", args=[world.labels.public_id])

    assert client.get(address).status_code == 302
    response = client.post(address)
    assert response.status_code == 409
    assert "while the service agreement is being reviewed" in response.content.decode()


@pytest.mark.parametrize(
    ("viewer", "button"),
    [("owner", "Give your go-ahead</a>"), ("member", "Give your go-ahead</a>"), ("isr", "Record it</a>")],
)
def test_the_tracker_shows_both_decisions_and_ones_own_button(world: World, viewer: str, button: str) -> None:
    html = tracker(stand_at(world.labels, THIRD), getattr(world, viewer))

    assert "Go-ahead of <bdi>Acme</bdi>" in html
    assert "Go-ahead of <bdi>CloudFactory</bdi>" in html
    assert button in html


def test_an_agile_worker_sees_the_decisions_without_a_button(world: World) -> None:
    html = tracker(stand_at(world.labels, THIRD), world.agile_worker)

    assert "Go-ahead of" in html
    assert "</a>" not in html
