"""Whoever is erased is deleted at HubSpot, and nothing of them is left here while that waits."""

import threading
import time

import pytest
from django.db import connection

from accounts import actions, erasure
from accounts.models import User
from accounts.personal import registry
from integrations.hubspot.models import Contact, VisitTrail
from integrations.hubspot.simulator.vendor import HubSpot
from integrations.models import Delivery
from tests.accounts.test_erasure import leftovers
from tests.integrations.hubspot.conftest import Send
from tests.integrations.hubspot.test_last_writer import edit
from tests.integrations.hubspot.test_trails import trail
from tests.vendors import Vendors

EMAIL = "zephyrine.quillfeather@initech.example"


@pytest.fixture
def person(hubspot: HubSpot, send: Send) -> User:
    """Somebody who registered, said who they are, and left a trail."""
    from integrations.hubspot.actions import remember_trail

    found = actions.register(email=EMAIL)
    assert found is not None
    edit(found, name="Zephyrine Quillfeather", company="Quillfeather Mills")
    remember_trail(person=found, trail=trail(), actor=found)
    return found


def test_the_contact_is_deleted_for_good(person: User, hubspot: HubSpot, send: Send) -> None:
    send()
    contact = Contact.objects.get().contact_id
    assert "Zephyrine" in str(registry.gathering["hubspot"](person))
    erasure.erase(person=person, actor=person)

    assert not VisitTrail.objects.exists()
    assert list(leftovers("zephyrine")) == [("accounts_erasure", "name", 1), ("accounts_erasure", "email", 1)]
    delivery = send()
    assert delivery.outcome == {"contact_id": contact, "did": "deleted"}
    assert hubspot.state.purged == [contact]
    assert not Contact.objects.exists()
    assert registry.gathering["hubspot"](person) == {}


def test_what_waited_of_them_is_never_sent(person: User, vendors: Vendors, hubspot: HubSpot, send: Send) -> None:
    erasure.erase(person=person, actor=person)
    send()

    assert hubspot.state.contacts == {}
    assert {delivery.state for delivery in Delivery.objects.all()} == {Delivery.State.SENT}
    assert all(b"Zephyrine" not in entry.body and EMAIL not in entry.path for entry in vendors.log.of("hubspot"))


def test_a_contact_whose_making_nobody_heard_of_is_deleted_too(
    person: User, vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    vendors.faults.add("hubspot", "POST", "/crm/v3/objects/contacts", drop=True, has_effect=True)
    send()
    assert (Contact.objects.get().contact_id, len(hubspot.state.contacts)) == ("", 1)
    erasure.erase(person=person, actor=person)
    send(minutes=10)

    assert hubspot.state.contacts == {}
    assert len(hubspot.state.purged) == 1


@pytest.mark.parametrize("how", ["archive", "merge"])
def test_a_contact_that_was_deleted_or_merged_there_meanwhile(
    how: str, person: User, hubspot: HubSpot, send: Send
) -> None:
    send()
    mine = Contact.objects.get().contact_id
    if how == "archive":
        hubspot.archive(contact_id=mine)
    else:
        hubspot.merge(contact_id=mine, other_id=hubspot.add_contact(email="zq@initech.example"))
    erasure.erase(person=person, actor=person)
    delivery = send()

    assert delivery.state == Delivery.State.SENT
    assert [each for each in hubspot.state.contacts.values() if not each.is_archived] == []
    assert not Contact.objects.exists()


def test_who_is_erased_while_their_contact_is_being_made_leaves_nothing_here(
    transactional_db: None, person: User, vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    vendors.faults.add("hubspot", "POST", "/crm/v3/objects/contacts", seconds=60, has_effect=True)

    def work() -> None:
        try:
            send()
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    ends = time.monotonic() + 30
    while not hubspot.state.contacts and time.monotonic() < ends:
        worker.join(0.02)
    erasure.erase(person=person, actor=person)
    vendors.world.is_over.set()
    worker.join(30)

    assert [row for row in leftovers("zephyrine") if row[0] != "accounts_erasure"] == []
    send()
    assert hubspot.state.contacts == {}
    assert len(hubspot.state.purged) == 1


def test_a_token_that_may_not_delete_parks_this_person_only(
    person: User, vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    send()
    erasure.erase(person=person, actor=person)
    vendors.faults.add("hubspot", "POST", "*/gdpr-delete", status=403)
    delivery = send()
    actions.register(email="somebody.else@initech.example")

    assert delivery.state == Delivery.State.PARKED
    assert "lacks a right" in delivery.last_error
    assert send().outcome["did"] == "made"


def test_what_was_refused_before_does_not_keep_them_there(
    person: User, vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    send()
    edit(person, title="Miller")
    vendors.faults.add("hubspot", "PATCH", "*", status=414)
    assert send().state == Delivery.State.PARKED
    person.refresh_from_db()
    erasure.erase(person=person, actor=person)
    delivery = send()

    assert delivery.outcome["did"] == "deleted"
    assert len(hubspot.state.purged) == 1
    assert Delivery.objects.filter(state=Delivery.State.IGNORED).count() == 1
