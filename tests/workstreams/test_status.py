"""Closing and reopening."""

import pytest
from django.test import Client

from activity.models import Event
from chat.actions import ask_to_reopen
from tests.conftest import World
from workstreams import actions
from workstreams.choices import CloseReason, Milestone
from workstreams.errors import ReasonMissing
from workstreams.models import WorkStream


def url(workstream: WorkStream, what: str) -> str:
    return f"/workstreams/{workstream.public_id}/administration/{what}/"


def test_it_is_closed_with_a_reason_and_a_note(client: Client, world: World) -> None:
    client.force_login(world.delivery)
    entries = {"reason": "lost", "note": "The pilot\r\nwas enough."}
    response = client.post(url(world.labels, "close"), entries, follow=True)

    world.labels.refresh_from_db()
    assert "The WorkStream is closed." in response.text
    assert (world.labels.status, world.labels.close_reason) == ("closed", CloseReason.LOST)
    assert world.labels.close_note == "The pilot\nwas enough."
    assert world.labels.closed_at is not None
    assert [(e.verb, e.actor, e.data) for e in Event.objects.all()] == [
        ("workstream.closed", world.delivery, {"reason": "Lost"})
    ]


def test_closing_twice_changes_nothing_and_says_so(client: Client, world: World) -> None:
    client.force_login(world.isr)
    client.post(url(world.labels, "close"), {"reason": "lost"})
    response = client.post(url(world.labels, "close"), {"reason": "duplicate"}, follow=True)

    world.labels.refresh_from_db()
    assert "closed already, as “Lost”" in response.text
    assert world.labels.close_reason == CloseReason.LOST
    assert Event.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "bored", "completed"])
def test_a_reason_must_be_one_that_fits(reason: str, client: Client, world: World) -> None:
    client.force_login(world.isr)
    response = client.post(url(world.labels, "close"), {"reason": reason, "note": "kept"})

    world.labels.refresh_from_db()
    assert response.status_code == 422
    assert "kept</textarea>" in response.text
    assert world.labels.is_open
    assert not Event.objects.exists()


def test_nothing_but_a_batch_job_can_be_completed_by_any_way(world: World) -> None:
    with pytest.raises(ReasonMissing, match="Only a BATCH job"):
        actions.close(workstream=world.labels, actor=world.isr, reason=CloseReason.COMPLETED)
    assert not Event.objects.exists()


def test_a_batch_job_can_be_completed(client: Client, world: World) -> None:
    client.force_login(world.isr)
    client.post(url(world.scans, "close"), {"reason": "completed"})

    world.scans.refresh_from_db()
    assert world.scans.close_reason == CloseReason.COMPLETED


def test_reopened_it_stands_where_it_stood(client: Client, world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(milestone=Milestone.PREPARING_PROPOSAL)
    client.force_login(world.isr)
    client.post(url(world.labels, "close"), {"reason": "lost", "note": "x"})
    client.post(url(world.labels, "reopen"))
    client.post(url(world.labels, "reopen"))

    world.labels.refresh_from_db()
    assert (world.labels.status, world.labels.close_reason, world.labels.close_note) == ("open", "", "")
    assert (world.labels.closed_at, world.labels.milestone) == (None, Milestone.PREPARING_PROPOSAL)
    assert [e.verb for e in Event.objects.order_by("id")] == ["workstream.closed", "workstream.reopened"]


@pytest.mark.parametrize("what", ["close", "reopen"])
@pytest.mark.parametrize(("who", "status"), [("owner", 403), ("agile_worker", 403), ("stranger", 404)])
def test_clients_and_agile_workers_change_no_status(
    what: str, who: str, status: int, client: Client, world: World
) -> None:
    client.force_login(getattr(world, who))
    response = client.post(url(world.labels, what), {"reason": "lost"})

    world.labels.refresh_from_db()
    assert response.status_code == status
    assert world.labels.is_open
    assert not Event.objects.exists()


def test_the_refusal_says_what_was_missing(client: Client, world: World) -> None:
    client.force_login(world.owner)
    assert "You may not use the administration screen." in client.post(url(world.labels, "close")).text


def test_the_clients_wish_to_reopen_is_shown_until_it_is_granted(client: Client, world: World) -> None:
    client.force_login(world.isr)
    client.post(url(world.labels, "close"), {"reason": "lost"})
    world.labels.refresh_from_db()
    ask_to_reopen(workstream=world.labels, actor=world.owner)
    assert "Olive Owner asked to reopen it" in client.get(world.labels.administration_url).text

    client.post(url(world.labels, "reopen"))
    client.post(url(world.labels, "close"), {"reason": "lost"})
    assert "asked to reopen it" not in client.get(world.labels.administration_url).text
