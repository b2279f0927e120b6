"""Who somebody is in the portal, changed by an administrator."""

import pytest
from django.test import Client

from accounts.actions import edit_person
from accounts.capabilities import Role
from accounts.errors import LastAdministrator, NotAllowed
from accounts.models import User
from activity.models import Event
from tests.conftest import World
from tests.factories import ColleagueFactory


def edit(person: User, actor: User, **changed: object) -> User:
    fields = {
        "name": person.name,
        "role": Role(person.role),
        "is_active": person.is_active,
        "told_of_unassigned": person.told_of_unassigned,
    }
    return edit_person(person=person, actor=actor, **fields | changed)  # type: ignore[arg-type]


def test_a_client_who_becomes_a_colleague_leaves_their_organisation(world: World) -> None:
    edit(world.member, world.admin, role=Role.DELIVERY)

    world.member.refresh_from_db()
    event = Event.objects.get()
    assert (world.member.role, world.member.organization) == (Role.DELIVERY, None)
    assert (event.verb, event.actor) == ("accounts.role_changed", world.admin)
    assert event.data == {
        "user_id": world.member.pk,
        "name": "Milo Member",
        "before": "Client",
        "after": "Delivery Squad",
    }


def test_saving_what_is_there_already_records_nothing(world: World) -> None:
    edit(world.member, world.admin)
    assert not Event.objects.exists()


def test_name_and_sign_in_are_recorded_as_edits(world: World) -> None:
    edit(world.isr, world.admin, name="Ira", is_active=False)
    event = Event.objects.get()
    assert event.verb == "accounts.person_edited"
    assert event.data["words"] == ["the name", "whether they may sign in"]


@pytest.mark.parametrize("change", [{"role": Role.ISR}, {"is_active": False}])
def test_the_last_administrator_stays_one(change: dict[str, object], world: World) -> None:
    with pytest.raises(LastAdministrator, match="only administrator"):
        edit(world.admin, world.admin, **change)
    world.admin.refresh_from_db()
    assert (world.admin.role, world.admin.is_active) == (Role.ADMIN, True)
    assert not Event.objects.exists()

    ColleagueFactory.create(role=Role.ADMIN)
    edit(world.admin, world.admin, **change)
    assert Event.objects.count() == 1


@pytest.mark.parametrize("who", ["isr", "owner", "agile_worker"])
def test_nobody_else_changes_roles(who: str, world: World) -> None:
    with pytest.raises(NotAllowed):
        edit(world.member, getattr(world, who), role=Role.ADMIN)
    world.member.refresh_from_db()
    assert world.member.role == Role.CLIENT
    assert not Event.objects.exists()


def test_the_api_edits_by_the_same_action(client: Client, world: World) -> None:
    client.force_login(world.admin)
    address = f"/api/v1/people/{world.isr.public_id}/edit/"
    edited = client.post(address, {"role": "architect"}, "application/json").json()
    assert (edited["role"], edited["name"]) == ("architect", "ISR / Sales Colleague")

    own = f"/api/v1/people/{world.admin.public_id}/edit/"
    refused = client.post(own, {"is_active": False}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_administrator")


def test_the_api_tells_the_table_of_roles(client: Client, world: World) -> None:
    client.force_login(world.admin)
    table = {row["standing"]: row["may"] for row in client.get("/api/v1/roles/").json()["results"]}
    assert table["agile_worker"] == ["open_workstream", "view_attachments"]
    assert "manage_portal" in table["admin"]
