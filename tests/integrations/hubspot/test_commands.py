"""`manage.py hubspot_setup`, `manage.py hubspot_send`, and settings that cannot be meant."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import actions, erasure
from integrations.hubspot.actions import remember_trail
from integrations.hubspot.checks import hubspot_settings
from integrations.hubspot.models import Contact
from integrations.hubspot.properties import GROUP, OURS
from integrations.hubspot.simulator.vendor import HubSpot
from integrations.models import Delivery
from tests.conftest import World
from tests.integrations.hubspot.conftest import Send
from tests.integrations.hubspot.test_registering import seen
from tests.integrations.hubspot.test_trails import HUTK, trail
from tests.vendors import Vendors


def run(command: str, *words: str) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(command, *words, stdout=out)
    return out.getvalue()


def test_setting_up_makes_what_is_missing_and_again_makes_nothing(vendors: Vendors, bare: HubSpot) -> None:
    first = run("hubspot_setup").splitlines()
    assert first == [f"made  group {GROUP}", *(f"made  {each.name}" for each in OURS)]
    assert bare.state.properties["portal_user_id"]["hasUniqueValue"]
    bare.remove_property(name="portal_referrer")

    second = run("hubspot_setup").splitlines()
    assert [line for line in second if line.startswith("made")] == ["made  portal_referrer"]
    assert len(second) == len(first)


def test_a_property_of_another_kind_is_complained_of(vendors: Vendors, bare: HubSpot) -> None:
    bare.state.properties["portal_user_id"] = {**bare.state.properties["company"], "name": "portal_user_id"}

    with pytest.raises(CommandError, match="portal_user_id is there, but not as the portal needs it"):
        run("hubspot_setup")
    assert "portal_referrer" in bare.state.properties


def test_a_token_without_the_right_says_so(vendors: Vendors, bare: HubSpot) -> None:
    vendors.faults.add("hubspot", "POST", "/crm/v3/properties/*", status=403)
    with pytest.raises(CommandError, match="lacks a right"):
        run("hubspot_setup")


def test_whoever_registered_before_is_sent_once(world: World, vendors: Vendors, hubspot: HubSpot, send: Send) -> None:
    assert run("hubspot_send") == "Contacts to send: 3. To delete: 0.\n"
    send()

    assert len(hubspot.state.contacts) == 3
    assert seen(hubspot, world.owner.email)["company"] == "Acme"
    assert run("hubspot_send") == "Contacts to send: 0. To delete: 0.\n"
    assert run("hubspot_send", "--all") == "Contacts to send: 3. To delete: 0.\n"
    vendors.log.clear()
    assert send().outcome["did"] == "nothing to change"
    assert {entry.method for entry in vendors.log.of("hubspot")} == {"GET"}


def test_properties_that_were_missing_go_once_they_are_there(bare: HubSpot, send: Send) -> None:
    person = actions.register(email="ann@initech.example")
    send()
    run("hubspot_setup")
    assert run("hubspot_send") == "Contacts to send: 1. To delete: 0.\n"
    send()

    assert person is not None
    assert seen(bare, person.email)["portal_user_id"] == str(person.public_id)
    assert run("hubspot_send") == "Contacts to send: 0. To delete: 0.\n"


def test_a_cookie_that_was_kept_while_hubspot_was_off_is_submitted_behind_the_contact(
    hubspot: HubSpot, send: Send, settings: Any
) -> None:
    token, settings.HUBSPOT_TOKEN = settings.HUBSPOT_TOKEN, ""
    person = actions.register(email="ann@initech.example")
    assert person is not None
    remember_trail(person=person, trail=trail(hutk=HUTK), actor=person)

    settings.HUBSPOT_TOKEN = token
    run("hubspot_send")
    send()
    assert [each.outcome["did"] for each in Delivery.objects.order_by("pk")] == ["made", "submitted"]


def test_what_hubspots_people_wrote_before_is_not_overwritten_by_what_was_there(
    world: World, hubspot: HubSpot, send: Send
) -> None:
    hubspot.add_contact(email=world.owner.email, firstname="Olivia", company="Acme Holding")
    run("hubspot_send")
    send()

    values = seen(hubspot, world.owner.email)
    assert (values["firstname"], values["lastname"], values["company"]) == ("Olivia", "Owner", "Acme Holding")


def test_who_was_erased_while_hubspot_was_off_is_deleted_later(
    world: World, hubspot: HubSpot, send: Send, settings: Any
) -> None:
    run("hubspot_send")
    send()
    token, settings.HUBSPOT_TOKEN = settings.HUBSPOT_TOKEN, ""
    erasure.erase(person=world.member, actor=world.admin)
    before = Delivery.objects.count()

    settings.HUBSPOT_TOKEN = token
    assert run("hubspot_send") == "Contacts to send: 0. To delete: 1.\n"
    send()
    assert Delivery.objects.count() == before + 1
    assert len(hubspot.state.purged) == 1
    assert not Contact.objects.filter(person=world.member).exists()


@pytest.mark.parametrize("command", ["hubspot_setup", "hubspot_send"])
def test_while_it_is_off_the_commands_say_so(command: str, settings: Any) -> None:
    settings.HUBSPOT_TOKEN = ""
    with pytest.raises(CommandError, match="HUBSPOT_TOKEN"):
        run(command)


@pytest.mark.parametrize(
    ("portal", "form", "found"),
    [
        ("", "", []),
        ("4711", "1c5a4d2e-0f3b", []),
        ("4711", "", ["hubspot.W001"]),
        ("abc", "../x", ["hubspot.W002", "hubspot.W003"]),
    ],
)
def test_settings_that_cannot_be_meant_are_found(portal: str, form: str, found: list[str], settings: Any) -> None:
    settings.HUBSPOT_PORTAL_ID, settings.HUBSPOT_FORM_ID = portal, form
    assert [message.id for message in hubspot_settings()] == found
