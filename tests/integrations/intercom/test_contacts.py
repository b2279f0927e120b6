"""People of clients are contacts in Intercom: one each, found again, up to date, forgotten (R5, R6)."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import erasure
from accounts.actions import register
from accounts.models import User
from integrations.intercom import contacts
from integrations.intercom.client import Missing, client
from integrations.intercom.models import Contact, FormerContact, Teammate
from integrations.models import Delivery, Provider
from integrations.outgoing import write
from milestones.actions import advance
from tests.conftest import World
from tests.factories import ClientFactory
from tests.integrations.intercom.conftest import Inbox, outcome_of, say, waiting
from workstreams.choices import Milestone

pytestmark = pytest.mark.django_db


def attributes_of(inbox: Inbox, person: User) -> dict[str, Any]:
    """What was sent of a person last."""
    sent = [entry.json() for entry in inbox.vendors.log.of("intercom", "*", "/contacts*") if entry.body]
    ours = [body for body in sent if body.get("email") == person.email]
    found: dict[str, Any] = ours[-1]["custom_attributes"]
    return found


def test_whoever_registers_is_a_contact_with_our_id(inbox: Inbox) -> None:
    person = register(email="new@acme.example")
    assert person
    inbox.send()

    seen = inbox.contact_of(person)
    assert (seen.role, seen.email, seen.external_id) == ("user", "new@acme.example", str(person.public_id))
    assert waiting() == []


def test_colleagues_are_no_contacts(inbox: Inbox, world: World) -> None:
    contacts.want(world.isr)
    inbox.send()

    assert outcome_of("contact.sync") == {"skipped": "a colleague"}
    assert not Contact.objects.filter(person=world.isr).exists()


@pytest.mark.parametrize(
    "fault", [{"drop": True, "has_effect": True}, {"status": 500, "has_effect": True}, {"html": True}]
)
def test_a_contact_whose_making_was_not_heard_of_is_found_again(inbox: Inbox, fault: dict[str, Any]) -> None:
    inbox.vendors.faults.add("intercom", "POST", "/contacts", **fault)
    person = register(email="new@acme.example")
    assert person
    inbox.send()
    inbox.send(hours=1)

    assert waiting() == []
    assert inbox.contact_of(person).external_id == str(person.public_id)


def test_somebody_intercom_knows_by_their_address_stays_one_contact(inbox: Inbox) -> None:
    known = inbox.vendors.intercom.add_user(email="new@acme.example", name="From the Messenger")
    person = register(email="new@acme.example")
    assert person
    inbox.send()

    assert inbox.contact_of(person).id == known
    assert client().contact(known).external_id == str(person.public_id)


def test_one_whom_intercom_does_not_name_is_found_when_its_search_has_caught_up(inbox: Inbox) -> None:
    known = inbox.vendors.intercom.add_user(email="new@acme.example")
    inbox.vendors.faults.add("intercom", "POST", "/contacts", status=409, times=2)
    person = register(email="new@acme.example")
    assert person
    inbox.send()
    assert Contact.objects.filter(person=person).count() == 0

    inbox.send(hours=1)
    assert inbox.contact_of(person).id == known


def test_an_archived_contact_is_brought_back(inbox: Inbox, world: World) -> None:
    contact = Contact.objects.get(person=world.owner)
    inbox.vendors.intercom.archive(contact=contact.contact_id)
    Contact.objects.all().delete()
    contacts.want(world.owner)
    inbox.send()

    seen = inbox.contact_of(world.owner)
    assert (seen.id, seen.is_archived) == (contact.contact_id, False)


def test_an_address_that_changes_hands_changes_contacts_in_order(inbox: Inbox, world: World) -> None:
    before = inbox.contact_of(world.owner)
    User.objects.filter(pk=world.owner.pk).update(email="elsewhere@acme.example")
    heir = register(email=before.email)
    assert heir
    inbox.send()
    assert [operation for operation, _ in waiting()] == ["contact.sync"]

    contacts.want(world.owner)
    inbox.send(minutes=1)
    inbox.send(hours=1)
    assert inbox.contact_of(world.owner).email == "elsewhere@acme.example"
    assert inbox.contact_of(heir).email == before.email
    assert inbox.contact_of(heir).id != before.id


def test_the_team_sees_where_somebody_stands_and_nothing_is_told_twice(inbox: Inbox, world: World) -> None:
    call_command("intercom_setup")
    advance(workstream=world.labels, to=Milestone.GATHERING_REQUIREMENTS, actor=world.isr)
    inbox.send()
    told = attributes_of(inbox, world.owner)
    changes = inbox.asked("PUT", "/contacts/*")
    contacts.want(world.owner)
    inbox.send(minutes=1)

    assert told["portal_lifecycle"] == "User (prospect)"
    assert told["portal_subscription_types"] == "AGILE"
    assert told["portal_milestone"] == "Gathering Requirements"
    assert told["portal_workstream_url"] == world.labels.full_url
    assert inbox.asked("PUT", "/contacts/*") == changes
    assert outcome_of("contact.sync")["unchanged"] is True


def test_a_workspace_without_the_attributes_keeps_nobody_from_being_a_contact(inbox: Inbox) -> None:
    inbox.vendors.faults.add("intercom", "POST", "/contacts", status=400)
    person = register(email="new@acme.example")
    assert person
    inbox.send()

    assert inbox.contact_of(person).email == "new@acme.example"


def test_a_deleted_contact_is_made_anew_and_known_by_its_former_id(inbox: Inbox, world: World) -> None:
    before = inbox.contact_of(world.owner).id
    inbox.vendors.intercom.delete_person(contact=before)
    world.owner.name = "Olive O. Owner"
    world.owner.save()
    contacts.want(world.owner)
    inbox.send()

    now = inbox.contact_of(world.owner)
    assert (now.id != before, now.name) == (True, "Olive O. Owner")
    assert Contact.objects.known_as(before).get().person == world.owner


def test_an_erased_person_is_deleted_there(inbox: Inbox, world: World) -> None:
    before = inbox.contact_of(world.stranger).id
    world.scans.owner = None
    world.scans.save()
    erasure.erase(person=world.stranger, actor=world.admin)
    inbox.send()

    with pytest.raises(Missing):
        client().contact(before)
    assert outcome_of("contact.forget") == {"contact": before, "deleted": True}
    assert Contact.objects.get(person=world.stranger).state == Contact.State.GONE


def test_an_erased_person_through_whom_others_wrote_is_emptied(inbox: Inbox, world: World) -> None:
    say(world.labels, world.owner, "Hello")
    inbox.send()
    write(Provider.INTERCOM, "contact.forget", about=world.owner)
    inbox.send(minutes=1)

    seen = inbox.contact_of(world.owner)
    assert (seen.name, seen.email) == ("Former member", "")


def test_a_lead_becomes_part_of_the_person_once(inbox: Inbox, world: World) -> None:
    lead = inbox.vendors.intercom.visit(name="Visitor")
    contacts.continue_lead(person=world.owner, lead=lead)
    contacts.continue_lead(person=world.owner, lead=lead)
    inbox.vendors.faults.add("intercom", "POST", "/contacts/merge", drop=True, has_effect=True)
    inbox.send()
    inbox.send(hours=1)

    assert waiting() == []
    assert FormerContact.objects.get(contact_id=lead).now.person == world.owner
    with pytest.raises(Missing):
        client().contact(lead)


def test_setting_up_makes_what_is_missing_once_and_sends_what_is_here(inbox: Inbox, world: World, capsys: Any) -> None:
    ClientFactory.create(email="early@acme.example", organization=world.acme)
    call_command("intercom_setup", "--send-all")
    call_command("intercom_setup")
    said = capsys.readouterr().out

    assert "Attributes of contacts made: portal_company, " in said
    assert "none, they are all there" in said
    assert client().attributes("contact") >= set(contacts.ATTRIBUTES)
    assert Teammate.objects.count() > 0
    # Two are there already; the new one, and whoever else of the cast is a client.
    asked = Delivery.objects.filter(operation="contact.sync", state="waiting").count()
    assert asked == User.objects.filter(role="client").count() - 2
    assert Delivery.objects.filter(operation="conversation.open").count() == 2


def test_setting_up_says_what_is_wrong(inbox: Inbox, capsys: Any) -> None:
    inbox.vendors.faults.add("intercom", "GET", "/data_attributes*", status=401)
    with pytest.raises(CommandError, match="INTERCOM_TOKEN"):
        call_command("intercom_setup")
