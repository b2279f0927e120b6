"""Members and invitations over the API."""

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.conftest import World
from tests.factories import ClientFactory
from workstreams import invitations
from workstreams.actions import set_lead
from workstreams.models import Invitation, Membership


def send(client: Client, world: World, address: str, **data: Any) -> HttpResponse:
    url = f"/api/v1/workstreams/{world.labels.public_id}/{address}"
    return client.post(url, json.dumps(data), "application/json")  # type: ignore[return-value]


def test_inviting_tells_what_became_of_each_address(client: Client, world: World) -> None:
    ClientFactory.create(email="nora@acme.example", organization=world.acme)
    client.force_login(world.owner)
    response = send(client, world, "members/", addresses=["Nora@acme.example", "new@acme.example", "x"])

    waiting = Invitation.objects.get()
    assert json.loads(response.content) == {
        "results": [
            {"address": "nora@acme.example", "outcome": "added", "says": "is on it now.", "invitation": None},
            {
                "address": "new@acme.example",
                "outcome": "invited",
                "says": "is invited. The link works for 14 days.",
                "invitation": str(waiting.public_id),
            },
            {"address": "x", "outcome": "not_valid", "says": "is not an e-mail address.", "invitation": None},
        ]
    }


@pytest.mark.parametrize("addresses", [None, [], "x@acme.example", ["x"] * 31, [1.5, {}]])
def test_a_body_that_is_no_list_of_addresses_is_refused(client: Client, world: World, addresses: Any) -> None:
    client.force_login(world.owner)
    assert send(client, world, "members/", addresses=addresses).status_code == 400
    assert not Invitation.objects.exists()


def test_who_is_invited_is_listed_without_any_key(client: Client, world: World) -> None:
    invitations.invite(workstream=world.labels, actor=world.owner, addresses=["new@acme.example"])
    client.force_login(world.isr)
    text = client.get(f"/api/v1/workstreams/{world.labels.public_id}/invitations/").text

    invitation = Invitation.objects.get()
    [row] = json.loads(text)["results"]
    assert (row["email"], row["invited_by"], row["becomes_owner"]) == ("new@acme.example", "Olive Owner", False)
    assert invitation.nonce not in text
    assert invitations.key_of(invitation)[32:] not in text


def test_send_again_and_withdraw(client: Client, world: World) -> None:
    invitations.invite(workstream=world.labels, actor=world.owner, addresses=["new@acme.example"])
    invitation = Invitation.objects.get()
    client.force_login(world.owner)
    assert send(client, world, f"invitations/{invitation.public_id}/send-again/").status_code == 200
    assert Invitation.objects.get().nonce != invitation.nonce
    assert send(client, world, f"invitations/{invitation.public_id}/withdraw/").status_code == 200
    refused = send(client, world, f"invitations/{invitation.public_id}/send-again/")
    assert (refused.status_code, json.loads(refused.content)["code"]) == (410, "invitation_ended")


def test_an_invitation_of_another_workstream_is_not_there(client: Client, world: World) -> None:
    invitations.invite(workstream=world.scans, actor=world.stranger, addresses=["new@globex.example"])
    invitation = Invitation.objects.get()
    client.force_login(world.owner)
    assert send(client, world, f"invitations/{invitation.public_id}/withdraw/").status_code == 404
    assert Invitation.objects.pending().exists()


def test_removing_and_handing_over(client: Client, world: World) -> None:
    client.force_login(world.owner)
    refused = send(client, world, f"members/{world.owner.public_id}/remove/")
    assert (refused.status_code, json.loads(refused.content)["code"]) == (409, "owner_stays")

    made = send(client, world, f"members/{world.member.public_id}/make-owner/")
    assert json.loads(made.content)["owner"]["id"] == str(world.member.public_id)
    assert json.loads(send(client, world, "members/leave/").content) == {"was_member": True}
    assert not Membership.objects.filter(workstream=world.labels, user=world.owner).exists()
    assert send(client, world, "members/leave/").status_code == 404


def test_the_lead_is_not_taken_off(client: Client, world: World) -> None:
    set_lead(workstream=world.labels, actor=world.admin, lead=world.isr)
    client.force_login(world.admin)
    refused = send(client, world, f"members/{world.isr.public_id}/remove/")
    assert (refused.status_code, json.loads(refused.content)["code"]) == (409, "lead_stays")


def test_a_key_lets_in_the_person_of_its_address_alone(client: Client, world: World) -> None:
    invitations.invite(workstream=world.labels, actor=world.owner, addresses=["new@acme.example"])
    body = json.dumps({"key": invitations.key_of(Invitation.objects.get())})
    client.force_login(world.stranger)
    assert client.post("/api/v1/invitations/accept/", body, "application/json").status_code == 404

    person = ClientFactory.create(email="new@acme.example", organization=None)
    client.force_login(person)
    for _ in range(2):
        answer = client.post("/api/v1/invitations/accept/", body, "application/json")
        assert (answer.status_code, answer.json()["name"]) == (200, "Street labels")
    made_up = client.post("/api/v1/invitations/accept/", json.dumps({"key": "x"}), "application/json")
    assert made_up.status_code == 404
