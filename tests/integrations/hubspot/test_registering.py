"""Whoever registers is a contact in HubSpot, exactly once."""

import threading
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client

from accounts import actions, profile
from accounts.models import User
from accounts.profile import ProfileFields
from integrations.hubspot.models import Contact
from integrations.hubspot.simulator.vendor import HubSpot
from integrations.models import Delivery
from tests.factories import ColleagueFactory
from tests.integrations.hubspot.conftest import Send
from tests.mailbox import code_in, latest_mail
from tests.vendors import Vendors

EMAIL = "ann.lee@initech.example"


def seen(hubspot: HubSpot, email: str = EMAIL) -> dict[str, Any]:
    """What a colleague at HubSpot reads of a contact."""
    found = hubspot.contact_of(email=email)
    assert found is not None
    return dict(found["values"])


def test_an_address_alone_makes_a_contact_that_is_a_lead_and_not_confirmed(hubspot: HubSpot, send: Send) -> None:
    person = actions.register(email=" Ann.Lee@Initech.example ")
    assert person is not None

    delivery = send()

    values = seen(hubspot)
    assert delivery.state == Delivery.State.SENT
    assert delivery.outcome == {"contact_id": values["hs_object_id"], "did": "made"}
    assert (values["email"], values["lifecyclestage"]) == (EMAIL, "lead")
    assert (values["portal_email_confirmed"], values["portal_user_id"]) == ("false", str(person.public_id))
    assert "firstname" not in values
    assert EMAIL not in str(Delivery.objects.values())
    assert person.hubspot_contact.contact_id == values["hs_object_id"]


def test_the_right_code_confirms_it_there_too(client: Client, hubspot: HubSpot, send: Send) -> None:
    where_to = client.post("/sign-in/", {"email": EMAIL})["Location"]
    send()
    client.post(where_to, {"code": code_in(latest_mail(EMAIL))})
    delivery = send()

    assert delivery.outcome["did"] == "updated"
    assert seen(hubspot)["portal_email_confirmed"] == "true"


def test_registering_again_sends_nothing(vendors: Vendors, hubspot: HubSpot, send: Send) -> None:
    for _ in range(3):
        actions.register(email=EMAIL)
        send()

    assert Delivery.objects.count() == 1
    assert len(vendors.log.of("hubspot", "POST", "/crm/v3/objects/contacts")) == 1


def test_who_is_known_there_is_updated_and_keeps_their_words_and_their_stage(hubspot: HubSpot, send: Send) -> None:
    known = hubspot.add_contact(email=EMAIL.upper(), firstname="Anne", company="Initech")
    hubspot.edit_contact(contact_id=known, name="lifecyclestage", value="customer")
    actions.register(email=EMAIL)
    delivery = send()

    values = seen(hubspot)
    assert delivery.outcome == {"contact_id": known, "did": "updated"}
    assert (values["firstname"], values["company"], values["lifecyclestage"]) == ("Anne", "Initech", "customer")
    assert values["portal_email_confirmed"] == "false"
    assert len(hubspot.state.contacts) == 1


def test_a_contact_that_appears_at_the_last_moment_is_taken(vendors: Vendors, hubspot: HubSpot, send: Send) -> None:
    hubspot.appear(email=EMAIL)
    actions.register(email=EMAIL)
    delivery = send()

    assert delivery.state == Delivery.State.SENT
    assert delivery.outcome["did"] == "updated"
    assert (seen(hubspot)["firstname"], seen(hubspot)["portal_email_confirmed"]) == ("Somebody", "false")
    assert len(hubspot.state.contacts) == 1
    assert [entry.status for entry in vendors.log.of("hubspot", "POST")] == [409]


def test_a_contact_that_is_not_found_by_its_address_yet_is_taken_by_its_id(
    vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    known = hubspot.add_contact(email=EMAIL)
    vendors.faults.add("hubspot", "GET", f"/crm/v3/objects/contacts/{EMAIL}", status=404, times=None)
    actions.register(email=EMAIL)

    assert send().outcome == {"contact_id": known, "did": "updated"}


def test_a_second_address_of_a_contact_finds_it_and_does_not_become_the_first(hubspot: HubSpot, send: Send) -> None:
    first = hubspot.add_contact(email="a.lee@initech.example")
    second = hubspot.add_contact(email=EMAIL)
    both = hubspot.merge(contact_id=first, other_id=second)
    person = actions.register(email=EMAIL)
    assert person is not None
    send()
    actions.confirm_email(actor=person)
    delivery = send()

    assert delivery.outcome == {"contact_id": both, "did": "updated"}
    assert seen(hubspot)["email"] == "a.lee@initech.example"


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": True, "has_effect": True},
        {"status": 502, "has_effect": True},
        {"status": 500, "has_effect": True},
        {"html": True, "has_effect": True},
        {"html": True, "status": 503, "body": None},
    ],
    ids=["answer lost", "gateway after the effect", "500 after the effect", "a page", "maintenance"],
)
def test_however_the_first_attempt_ends_there_is_one_contact(
    fault: dict[str, Any], vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    vendors.faults.add("hubspot", "POST", "/crm/v3/objects/contacts", **fault)
    actions.register(email=EMAIL)
    send()
    delivery = send(minutes=10)

    assert delivery.state == Delivery.State.SENT, delivery.last_error
    assert len(hubspot.state.contacts) == 1
    assert seen(hubspot)["portal_email_confirmed"] == "false"


def test_two_workers_with_the_same_delivery_make_one_contact(hubspot: HubSpot, transactional_db: None) -> None:
    from integrations.hubspot import contacts

    actions.register(email=EMAIL)
    delivery = Delivery.objects.select_related("mailbox").get()
    begun = threading.Barrier(4)
    found: list[object] = []

    def work() -> None:
        try:
            begun.wait(10)
            found.append(contacts.send(delivery).outcome["contact_id"])
        except Exception as error:  # noqa: BLE001  the test looks at it
            found.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(hubspot.state.contacts) == 1
    assert found == [Contact.objects.get().contact_id] * 4


def test_two_registrations_at_once_are_one_person_and_one_contact(
    hubspot: HubSpot, send: Send, transactional_db: None
) -> None:
    begun = threading.Barrier(4)

    def register() -> None:
        try:
            begun.wait(10)
            actions.register(email=EMAIL)
        finally:
            connection.close()

    threads = [threading.Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    send()

    assert User.objects.filter(email=EMAIL).count() == Delivery.objects.count() == 1
    assert len(hubspot.state.contacts) == 1


def test_colleagues_are_no_contacts_and_nobody_is_while_hubspot_is_off(hubspot: HubSpot, settings: Any) -> None:
    colleague = ColleagueFactory.create()
    fields = ProfileFields("Cole", "Lead", "UTC", "en", enter_sends=True, shows_typing=True, single_keys=True)
    profile.edit_profile(person=colleague, actor=colleague, fields=fields)
    settings.HUBSPOT_TOKEN = ""
    actions.register(email=EMAIL)

    assert not Delivery.objects.exists()
    assert not Contact.objects.exists()


def test_properties_that_are_not_there_are_left_out_and_named(vendors: Vendors, bare: HubSpot, send: Send) -> None:
    person = actions.register(email=EMAIL)
    delivery = send()

    assert delivery.state == Delivery.State.SENT
    assert delivery.outcome["did"] == "made"
    assert set(delivery.outcome["left_out"]) == {"portal_user_id", "portal_registered_at", "portal_email_confirmed"}
    assert set(delivery.outcome["left_out"].values()) == {"PROPERTY_DOESNT_EXIST"}
    assert Contact.objects.get(person=person).left_out == delivery.outcome["left_out"]
    assert seen(bare)["lifecyclestage"] == "lead"


def test_when_hubspot_does_not_say_what_is_wrong_the_address_goes_alone(
    vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    vendors.faults.add("hubspot", "POST", "/crm/v3/objects/contacts", status=400, body="\xff\xfe no JSON")
    actions.register(email=EMAIL)
    delivery = send()

    assert delivery.state == Delivery.State.SENT
    assert delivery.outcome["left_out"]["portal_user_id"] == "UNKNOWN"
    assert set(seen(hubspot)) == {"email", "hs_object_id", "createdate", "lastmodifieddate"}


def test_an_address_hubspot_does_not_take_waits_for_a_person(hubspot: HubSpot, send: Send) -> None:
    actions.register(email="ann@intranet.x1")
    delivery = send()

    assert delivery.state == Delivery.State.PARKED
    assert "does not take the address" in delivery.last_error
    assert "ann@" not in delivery.last_error
    assert EmailAddress.objects.filter(email="ann@intranet.x1").exists()
