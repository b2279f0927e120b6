"""What people say later goes to HubSpot, and what HubSpot's people wrote last stays."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.core.context import request_context
from django.test import RequestFactory
from django.utils import timezone
from time_machine import travel

from accounts import actions, addresses, confirming, profile
from accounts.capabilities import Role
from accounts.models import MailedCode, User
from accounts.profile import ProfileFields
from integrations.hubspot.models import Contact
from integrations.hubspot.simulator.vendor import HubSpot
from integrations.models import Delivery
from tests.factories import ColleagueFactory
from tests.integrations.hubspot.conftest import Send
from tests.integrations.hubspot.test_registering import EMAIL, seen
from tests.vendors import Vendors

PROFILE = ("name", "title", "time_zone", "language", "enter_sends", "shows_typing", "single_keys")


@pytest.fixture
def ann(hubspot: HubSpot, send: Send, vendors: Vendors) -> User:
    """Somebody who registered an hour ago and is a contact."""
    with travel(timezone.now() - timedelta(hours=1)):
        vendors.clock.step(hours=-1)
        person = actions.register(email=EMAIL)
        send()
    vendors.clock.step(hours=1)
    vendors.log.clear()
    assert person is not None
    return person


def edit(person: User, **fields: Any) -> None:
    """Save the profile with these fields changed."""
    person.refresh_from_db()
    wanted = ProfileFields(**{name: getattr(person, name) for name in PROFILE} | fields)
    profile.edit_profile(person=person, actor=person, fields=wanted)


def test_name_company_title_and_language_go_along_and_nothing_else_is_written(
    ann: User, vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    edit(ann, name="Ann Mary van der Lee", title="Head of Data", language="pt-BR", company="Initech")
    delivery = send()

    values = seen(hubspot)
    assert (values["firstname"], values["lastname"]) == ("Ann", "Mary van der Lee")
    assert (values["jobtitle"], values["company"], values["hs_language"]) == ("Head of Data", "Initech", "pt-br")
    [written] = vendors.log.of("hubspot", "PATCH")
    assert set(written.json()["properties"]) == {"firstname", "lastname", "jobtitle", "company", "hs_language"}
    assert delivery.outcome["did"] == "updated"
    assert len(delivery.digest) == 64
    assert "Initech" not in str(Delivery.objects.values())


def test_what_hubspot_is_not_told_of_is_no_delivery(ann: User, send: Send) -> None:
    edit(ann, enter_sends=False, time_zone="Europe/Berlin")

    assert Delivery.objects.count() == 1


def test_what_is_taken_back_is_cleared(ann: User, hubspot: HubSpot, send: Send) -> None:
    edit(ann, title="Head of Data")
    send()
    edit(ann, title="")
    send()

    assert "jobtitle" not in seen(hubspot)


def test_what_somebody_there_wrote_later_stays_until_it_is_said_anew(ann: User, hubspot: HubSpot, send: Send) -> None:
    edit(ann, title="Head of Data", company="Initech")
    send()
    contact = Contact.objects.get()
    hubspot.edit_contact(contact_id=contact.contact_id, name="jobtitle", value="CDO")
    edit(ann, name="Ann Lee")
    send()

    assert (seen(hubspot)["jobtitle"], seen(hubspot)["firstname"]) == ("CDO", "Ann")
    contact.refresh_from_db()
    assert (contact.known["jobtitle"]["writer"], contact.known["firstname"]["writer"]) == ("hubspot", "portal")

    edit(ann, title="Chief Data Officer")
    send()
    assert seen(hubspot)["jobtitle"] == "Chief Data Officer"


def test_after_an_outage_the_later_words_stand_whoever_wrote_them(
    ann: User, vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    contact = Contact.objects.get().contact_id
    with travel(timezone.now() - timedelta(minutes=40)):
        edit(ann, title="Said before", name="Ann Before")
    vendors.clock.step(minutes=-30)
    hubspot.edit_contact(contact_id=contact, name="jobtitle", value="Written in between")
    hubspot.edit_contact(contact_id=contact, name="lastname", value="Inbetween")
    vendors.clock.step(minutes=30)
    with travel(timezone.now() - timedelta(minutes=20)):
        edit(ann, name="Ann After")
    send()

    assert (seen(hubspot)["jobtitle"], seen(hubspot)["lastname"]) == ("Written in between", "After")
    assert [entry.json()["properties"] for entry in vendors.log.of("hubspot", "PATCH")] == [
        {"firstname": "Ann", "lastname": "After"}
    ]


@pytest.mark.parametrize("fault", [{}, {"drop": True, "has_effect": True}], ids=["heard", "not heard"])
def test_what_is_said_while_a_request_is_under_way_is_not_taken_for_older_than_it(
    fault: dict[str, Any], ann: User, vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    if fault:
        vendors.faults.add("hubspot", "PATCH", "*", **fault)
    edit(ann, title="Under way")
    send()
    assert seen(hubspot)["jobtitle"] == "Under way"
    with travel(timezone.now() - timedelta(minutes=1)):
        edit(ann, title="Said meanwhile")
    send(minutes=10)

    assert seen(hubspot)["jobtitle"] == "Said meanwhile"


def test_a_new_address_goes_along_and_finds_the_same_contact(ann: User, hubspot: HubSpot, send: Send) -> None:
    change_address(ann, "ann@new.example")
    delivery = send()

    assert delivery.outcome["did"] == "updated"
    assert seen(hubspot, "ann@new.example")["portal_user_id"] == str(ann.public_id)
    assert len(hubspot.state.contacts) == 1


def test_a_new_address_of_another_contact_waits_for_somebody_to_merge_the_two(
    ann: User, hubspot: HubSpot, send: Send
) -> None:
    other = hubspot.add_contact(email="ann@new.example", company="Initech")
    mine = Contact.objects.get().contact_id
    change_address(ann, "ann@new.example")
    edit(ann, name="Ann Lee")
    delivery = send()

    assert delivery.state == Delivery.State.SENT
    assert delivery.outcome["left_out"] == {"email": f"CONTACT_{other}_HAS_IT"}
    assert seen(hubspot, EMAIL)["firstname"] == "Ann"

    merged = hubspot.merge(contact_id=mine, other_id=other)
    edit(ann, title="CDO")
    delivery = send()
    assert delivery.outcome == {"contact_id": merged, "did": "updated"}
    assert (seen(hubspot, "ann@new.example")["jobtitle"], len(hubspot.state.contacts)) == ("CDO", 1)


def test_a_contact_that_was_deleted_there_is_made_again(ann: User, hubspot: HubSpot, send: Send) -> None:
    before = Contact.objects.get().contact_id
    hubspot.archive(contact_id=before)
    edit(ann, name="Ann Lee")
    delivery = send()

    assert delivery.outcome["did"] == "made"
    assert seen(hubspot)["lastname"] == "Lee"
    assert Contact.objects.get().contact_id != before


def test_a_value_hubspot_does_not_take_is_left_out_and_the_rest_goes(ann: User, hubspot: HubSpot, send: Send) -> None:
    edit(ann, name="Ann Lee", language="ne")
    delivery = send()

    assert delivery.outcome["left_out"] == {"hs_language": "INVALID_OPTION"}
    assert seen(hubspot)["lastname"] == "Lee"
    edit(ann, language="en")
    assert "left_out" not in send().outcome


def test_what_an_administrator_writes_goes_along_too(ann: User, hubspot: HubSpot, send: Send) -> None:
    admin = ColleagueFactory.create(role=Role.ADMIN)
    actions.edit_person(
        person=ann, actor=admin, name="Ann Lee", role=Role.CLIENT, is_active=True, told_of_unassigned=None
    )
    send()

    assert seen(hubspot)["lastname"] == "Lee"


def change_address(person: User, email: str) -> None:
    """Give somebody another address, as the page does after the code."""
    person.refresh_from_db()
    code = confirming.keep_code(person=person, purpose=MailedCode.Purpose.ADDRESS, email=email)
    request = RequestFactory().post("/")
    with request_context(request):
        addresses.change(request, person=person, actor=person, code=code)
