"""One WorkStream in the API: reading, editing, what can be done with it."""

from typing import Any

import pytest

from activity.models import Event
from tests.api.caller import Caller
from tests.conftest import World
from workstreams.choices import CloseReason, Status
from workstreams.models import Membership, WorkStream

ACTIONS = {
    "close": {"reason": "lost"},
    "reopen": {},
    "set-lead": {"lead": "00000000-0000-4000-8000-000000000000"},
    "take": {},
}


def at(workstream: WorkStream, *rest: str) -> str:
    """Its address in the API."""
    return "/".join(["/workstreams", str(workstream.public_id), *rest, ""])


@pytest.mark.parametrize("who", ["owner", "member", "agile_worker", "isr", "billing"])
def test_everybody_on_it_and_every_colleague_reads_it(who: str, world: World) -> None:
    shape = Caller(getattr(world, who)).get(at(world.labels)).json()

    assert shape["name"] == "Street labels"
    assert ("close_reason" in shape) == ("opportunity_id" in shape) == (who in {"isr", "billing"})
    assert ("see_prices" in shape["may"]) == (who != "agile_worker")


def test_another_clients_workstream_does_not_exist(world: World) -> None:
    caller = Caller(world.stranger)

    assert caller.get(at(world.labels)).status_code == 404
    assert caller.get(at(world.labels, "members")).status_code == 404
    assert caller.patch(at(world.labels), {"name": "Mine"}, If_Match="*").status_code == 404
    for action, entries in ACTIONS.items():
        response = caller.post(at(world.labels, action), entries)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert not Event.objects.filter(workstream=world.labels).exists()


@pytest.mark.parametrize("who", ["owner", "agile_worker"])
def test_whoever_may_not_administer_it_changes_nothing(who: str, world: World) -> None:
    caller = Caller(getattr(world, who))

    assert caller.patch(at(world.labels), {"name": "Mine"}, If_Match="*").status_code == 403
    for action, entries in ACTIONS.items():
        assert caller.post(at(world.labels, action), entries).json()["code"] == "not_allowed"
    assert not Event.objects.filter(workstream=world.labels).exists()


def test_an_answer_that_is_known_is_not_sent_again(world: World) -> None:
    caller = Caller(world.isr)
    tag = caller.get(at(world.labels))["ETag"]

    known = caller.get(at(world.labels), If_None_Match=f'"other", W/{tag}')
    assert (known.status_code, known.content, known["ETag"]) == (304, b"", tag)
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.isr)
    assert caller.get(at(world.labels), If_None_Match=tag).status_code == 200


def test_an_edit_says_what_it_was_made_from(world: World) -> None:
    caller = Caller(world.isr)
    tag = caller.get(at(world.labels))["ETag"]

    edited = caller.patch(at(world.labels), {"name": "Road labels", "starts_on": "2027-02-01"}, If_Match=tag)
    assert edited.status_code == 200
    assert (edited.json()["name"], edited.json()["starts_on"], edited.json()["version"]) == (
        "Road labels",
        "2027-02-01",
        2,
    )
    assert edited.json()["description"] == world.labels.description
    late = caller.patch(at(world.labels), {"name": "Other labels"}, If_Match=tag)
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    following = caller.patch(at(world.labels), {"name": "Other labels"}, If_Match=edited["ETag"])
    assert following.json()["name"] == "Other labels"


def test_a_message_in_the_chat_does_not_stand_in_the_way_of_an_edit(world: World) -> None:
    caller = Caller(world.isr)
    tag = caller.get(at(world.labels))["ETag"]
    WorkStream.objects.filter(pk=world.labels.pk).update(last_activity_at="2030-01-01T00:00:00Z")

    assert caller.patch(at(world.labels), {"name": "Road labels"}, If_Match=tag).status_code == 200


@pytest.mark.parametrize(("tag", "status"), [("", 428), ('"nonsense"', 412), ('"999.abc"', 412), ("*", 200)])
def test_without_a_version_nothing_is_saved(tag: str, status: int, world: World) -> None:
    headers = {"If_Match": tag} if tag else {}
    response = Caller(world.isr).patch(at(world.labels), {"name": "Road labels"}, **headers)

    assert response.status_code == status
    world.labels.refresh_from_db()
    assert (world.labels.name == "Road labels") == (status == 200)


@pytest.mark.parametrize(
    ("entries", "field"),
    [
        ({"status": "closed"}, "status"),
        ({"milestone": "processing_data"}, "milestone"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"organization": "00000000-0000-4000-8000-000000000000"}, "organization"),
        ({"organization": 7}, "organization"),
        ({"starts_on": "soon"}, "starts_on"),
        (["name"], "entries"),
    ],
)
def test_what_cannot_be_edited_is_refused_by_name(entries: Any, field: str, world: World) -> None:
    response = Caller(world.isr).patch(at(world.labels), entries, If_Match="*")

    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]
    world.labels.refresh_from_db()
    assert world.labels.version == 1


def test_closing_and_reopening(world: World) -> None:
    caller = Caller(world.billing)
    closed = caller.post(at(world.labels, "close"), {"reason": "duplicate", "note": "See the other one."}).json()

    assert (closed["status"], closed["close_reason"], closed["close_note"]) == (
        "closed",
        "duplicate",
        "See the other one.",
    )
    again = caller.post(at(world.labels, "close"), {"reason": "lost"}).json()
    assert again["close_reason"] == "duplicate"
    assert Caller(world.owner).get(at(world.labels)).json()["close_note"] == "See the other one."
    assert caller.post(at(world.labels, "reopen")).json()["status"] == "open"


def test_the_rules_of_the_pages_hold(world: World) -> None:
    refused = Caller(world.isr).post(at(world.labels, "close"), {"reason": "completed"})

    assert (refused.status_code, refused.json()["code"]) == (422, "reason_missing")
    world.labels.refresh_from_db()
    assert world.labels.status == Status.OPEN
    assert CloseReason.COMPLETED.value not in {world.labels.close_reason}


def test_setting_the_lead(world: World) -> None:
    caller = Caller(world.isr)
    entries = {"lead": str(world.architect.public_id), "seen": None}

    assert caller.post(at(world.labels, "set-lead"), entries).json()["lead"]["id"] == str(world.architect.public_id)
    late = caller.post(at(world.labels, "set-lead"), {"lead": str(world.isr.public_id), "seen": None})
    assert (late.status_code, late.json()["code"]) == (409, "changed_meanwhile")
    client = caller.post(at(world.labels, "set-lead"), {"lead": str(world.owner.public_id)})
    assert (client.status_code, client.json()["code"]) == (422, "not_a_team_member")


def test_taking_one_that_nobody_leads(world: World) -> None:
    assert Caller(world.isr).post(at(world.labels, "take")).json()["lead"]["id"] == str(world.isr.public_id)
    assert Caller(world.isr).post(at(world.labels, "take")).status_code == 200

    quicker = Caller(world.architect).post(at(world.labels, "take"))
    assert (quicker.status_code, quicker.json()["code"]) == (409, "changed_meanwhile")


@pytest.mark.parametrize("who", ["owner", "agile_worker"])
def test_members_are_listed_with_what_the_reader_may_see(who: str, world: World) -> None:
    caller = Caller(getattr(world, who))
    found = caller.get(at(world.labels, "members")).json()["results"]

    assert [member["name"] for member in found] == ["Olive Owner", "Milo Member", "Agile Worker Colleague"]
    assert [member["is_owner"] for member in found] == [True, False, False]
    assert all(("email" in member) == (who == "owner") for member in found)


def test_members_come_in_pages(world: World) -> None:
    caller, seen, address = Caller(world.owner), [], at(world.labels, "members") + "?page_size=1"
    while address:
        page = caller.get(address).json()
        seen += [member["name"] for member in page["results"]]
        address = (page["next"] or "").removeprefix("http://testserver/api/v1")

    assert len(seen) == Membership.objects.filter(workstream=world.labels).count() == 3
