"""Starting a WorkStream for a client."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Organization
from activity.models import Event
from notifications.models import Mail
from subscriptions.models import LeanTerms
from tests.conftest import World
from tests.factories import ClientFactory
from tests.mailbox import latest_mail
from workstreams import actions
from workstreams.choices import Side
from workstreams.models import Membership, WorkStream

URL = "/workstreams/new/"


def entries(world: World, **typed: Any) -> dict[str, Any]:
    return {
        "organization": world.acme.pk,
        "name": "Road signs",
        "subscription_type": "lean",
        "public_id": uuid4(),
    } | typed


@pytest.mark.parametrize("who", ["isr", "admin"])
def test_it_starts_with_its_terms_and_the_first_person_owns_it(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    typed = {"first_person": "OWNER@acme.example", "intended_start": "2026-03-02", "description": "By phone"}
    response = client.post(URL, entries(world, **typed))

    made = WorkStream.objects.latest("id")
    assert response["Location"] == f"/workstreams/{made.public_id}/"
    assert (made.name, made.organization, made.subscription_type) == ("Road signs", world.acme, "lean")
    assert (made.owner, made.created_by, made.entry_point) == (world.owner, getattr(world, who), "staff")
    assert (made.intended_start, made.self_selected) == (date(2026, 3, 2), False)
    assert LeanTerms.objects.filter(workstream=made).exists()
    assert set(made.memberships.values_list("user", "side")) == {
        (world.owner.pk, Side.CLIENT),
        (getattr(world, who).pk, Side.TEAM),
    }


def test_the_second_person_does_not_become_owner(client: Client, world: World) -> None:
    client.force_login(world.isr)
    client.post(URL, entries(world))
    made = WorkStream.objects.latest("id")
    assert made.owner is None
    for person in (world.member, world.owner):
        actions.add_member(workstream=made, user=person, actor=world.isr, origin=Membership.Origin.INVITED)

    made.refresh_from_db()
    assert made.owner == world.member


def test_a_new_organisation_is_made_with_it(client: Client, world: World) -> None:
    newcomer = ClientFactory.create(email="new@initech.example", organization=None)
    client.force_login(world.isr)
    typed = {"organization": "", "new_organization": " Initech ", "first_person": "new@initech.example"}
    client.post(URL, entries(world, **typed))

    made = WorkStream.objects.latest("id")
    newcomer.refresh_from_db()
    assert (made.organization.name, made.owner, newcomer.organization) == ("Initech", newcomer, made.organization)
    assert Event.objects.filter(verb="accounts.organization_created", actor=world.isr).count() == 1


def test_somebody_who_is_not_registered_is_invited_and_holds_the_owners_place(client: Client, world: World) -> None:
    client.force_login(world.isr)
    client.post(URL, entries(world, first_person="Newcomer@acme.example"))

    made = WorkStream.objects.latest("id")
    assert made.owner is None
    assert [(i.email, i.becomes_owner) for i in made.invitations.pending()] == [("newcomer@acme.example", True)]
    assert latest_mail("newcomer@acme.example").subject == "ISR / Sales Colleague invites you to Road signs"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"organization": ""}, "Choose the client organisation, or name a new one."),
        ({"new_organization": "Initech"}, "not both"),
        ({"organization": "", "new_organization": "ACME"}, "Acme is there already. Choose it from the list."),
        ({"first_person": "left@acme.example"}, "left@acme.example may not sign in any more."),
        ({"first_person": "stranger@globex.example"}, "belongs to Globex, not to Acme"),
        ({"first_person": "architect@cloudfactory.example"}, "is a colleague"),
        ({"organization": "", "new_organization": "Initech", "first_person": "owner@acme.example"}, "belongs to Acme"),
        ({"first_person": "no address"}, "valid email address"),
        ({"name": "\u200b"}, "Please give it a name."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"intended_start": "0001-01-01"}, "cannot be right"),
        ({"subscription_type": "gold"}, "not one of the available choices"),
        ({"public_id": "7"}, "valid UUID"),
    ],
)
def test_a_wrong_entry_starts_nothing(typed: dict[str, Any], says: str, client: Client, world: World) -> None:
    ClientFactory.create(email="left@acme.example", organization=world.acme, is_active=False)
    client.force_login(world.isr)
    response = client.post(URL, entries(world, **typed))

    assert response.status_code == 422
    assert says in response.text
    assert WorkStream.objects.count() == 2
    assert Organization.objects.count() == 2
    assert not Event.objects.exists()
    assert not Mail.objects.exists()


def test_sending_it_twice_starts_one(client: Client, world: World) -> None:
    client.force_login(world.isr)
    same = entries(world)
    first, second = client.post(URL, same), client.post(URL, same)

    assert first["Location"] == second["Location"]
    assert WorkStream.objects.count() == 3


@pytest.mark.parametrize("who", ["owner", "agile_worker", "architect", "accounts", "delivery"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_others_start_none_for_a_client(who: str, method: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    response = getattr(client, method)(URL, entries(world))

    assert response.status_code == 403
    assert WorkStream.objects.count() == 2
    assert not Event.objects.exists()
