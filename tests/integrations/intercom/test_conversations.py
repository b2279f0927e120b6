"""One conversation for each WorkStream, whatever happens on the way or in Intercom (R58, R61, A16, A35)."""

from typing import Any

import pytest

from accounts.actions import register
from integrations.intercom.client import client
from integrations.intercom.models import Contact, Conversation, FormerContact
from integrations.models import Mailbox
from milestones.actions import advance
from tests.conftest import World
from tests.factories import join
from tests.integrations.intercom.conftest import Inbox, outcome_of, say, waiting
from workstreams.actions import GeneralFields, add_member, edit_general, start
from workstreams.choices import Milestone
from workstreams.models import Membership

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "fault", [{"drop": True, "has_effect": True}, {"status": 503, "has_effect": True}, {"html": True}]
)
def test_a_conversation_whose_opening_was_not_heard_of_is_found_and_not_opened_twice(
    inbox: Inbox, world: World, fault: dict[str, Any]
) -> None:
    inbox.vendors.faults.add("intercom", "POST", "/conversations", **fault)
    say(world.labels, world.owner, "Hello")
    inbox.send()
    assert Conversation.objects.get().conversation_id is None

    for minutes in (5, 10, 15, 20, 30):
        inbox.send(minutes=minutes)

    assert waiting() == []
    assert inbox.asked("POST", "/conversations") == (2 if "html" in fault else 1)
    assert len(inbox.said_in(world.labels)) == 1


def test_an_opening_that_was_lost_on_the_way_is_repeated_after_looking_for_it(inbox: Inbox, world: World) -> None:
    inbox.vendors.faults.add("intercom", "POST", "/conversations", drop=True)
    say(world.labels, world.owner, "Hello")
    for minutes in (0, 5, 10, 15, 20, 30, 40):
        inbox.send(minutes=minutes)

    assert waiting() == []
    assert inbox.asked("POST", "/conversations/search") > 1
    assert inbox.asked("POST", "/conversations") == 2
    assert len(inbox.said_in(world.labels)) == 1


def test_one_started_by_staff_waits_for_its_owner_and_then_everything_goes_out(inbox: Inbox, world: World) -> None:
    started = start(actor=world.isr, organization=world.acme, name="Prepared")
    say(started, world.isr, "Welcome")
    inbox.send(minutes=1)
    assert not Conversation.objects.exists()
    assert waiting()[0] == ("note.relay", "Prepared has no WorkStream Owner yet.")

    person = register(email="first@acme.example")
    assert person
    add_member(workstream=started, user=person, actor=world.isr, origin=Membership.Origin.INVITED)
    inbox.send(minutes=2)
    inbox.send(minutes=10)

    assert waiting() == []
    assert inbox.conversation_of(started).contact_ids == (inbox.contact_of(person).id,)
    assert len(inbox.parts_of(started)) == 2


def test_a_failing_vendor_parks_nothing_of_others_and_waiting_counts_no_attempt(inbox: Inbox, world: World) -> None:
    started = start(actor=world.isr, organization=world.acme, name="Prepared")
    for minutes in range(1, 30, 7):
        inbox.send(minutes=minutes)

    mailbox = Mailbox.objects.get(provider="intercom", workstream=started)
    assert (mailbox.parked_at, mailbox.deliveries.earliest("pk").attempts) == (None, 0)


def test_name_milestone_and_type_stand_beside_the_conversation(inbox: Inbox, world: World) -> None:
    for name in ("Subscription Type", "Milestone", "WorkStream"):
        inbox.vendors.intercom.add_attribute(name=name)
    say(world.labels, world.owner, "Hello")
    inbox.send()
    advance(workstream=world.labels, to=Milestone.GATHERING_REQUIREMENTS, actor=world.isr)
    fields = GeneralFields("Better labels", "", None, world.acme)
    edit_general(workstream=world.labels, actor=world.isr, fields=fields)
    inbox.send(minutes=1)

    sent = inbox.vendors.log.of("intercom", "PUT", "/conversations/*")[-1].json()
    assert inbox.conversation_of(world.labels).title == "Better labels"
    assert sent["custom_attributes"] == {
        "Subscription Type": "AGILE",
        "Milestone": "Gathering Requirements",
        "WorkStream": world.labels.full_url,
    }
    assert waiting() == []


def test_a_workspace_without_the_attributes_keeps_nobody_from_writing(inbox: Inbox, world: World) -> None:
    inbox.vendors.faults.add("intercom", "PUT", "/conversations/*", status=400)
    say(world.labels, world.owner, "Hello")
    inbox.send()
    inbox.send(minutes=1)

    assert outcome_of("conversation.describe")["attributes"] == "refused"
    assert inbox.conversation_of(world.labels).title == world.labels.name
    assert waiting() == []


def test_a_conversation_deleted_in_intercom_is_followed_by_another(inbox: Inbox, world: World) -> None:
    say(world.labels, world.owner, "Before")
    inbox.send()
    before = inbox.conversation_of(world.labels).id
    inbox.vendors.intercom.delete(conversation=before)
    say(world.labels, world.owner, "After")
    inbox.send(minutes=1)
    # What is not found for a moment only is not taken for gone.
    assert Conversation.objects.get().state == Conversation.State.OPEN

    inbox.send(minutes=5)
    inbox.send(minutes=15)

    assert Conversation.objects.get(conversation_id=before).state == Conversation.State.GONE
    assert [said.replace("<p>", "").replace("</p>", "") for said in inbox.said_in(world.labels)] == ["After"]
    assert waiting() == []


def test_a_conversation_that_is_not_found_for_a_moment_is_kept(inbox: Inbox, world: World) -> None:
    say(world.labels, world.owner, "Before")
    inbox.send()
    before = inbox.conversation_of(world.labels).id
    inbox.vendors.faults.add("intercom", "*", "/conversations/*", status=404, times=2)
    say(world.labels, world.owner, "After")
    inbox.send(minutes=1)
    inbox.send(hours=1)

    assert inbox.conversation_of(world.labels).id == before
    assert len(inbox.said_in(world.labels)) == 2
    assert Conversation.objects.get().missed_at is None


@pytest.mark.parametrize("what", ["deleted", "archived", "merged"])
def test_a_contact_that_intercom_took_away_is_brought_back_into_the_conversation(
    inbox: Inbox, world: World, what: str
) -> None:
    say(world.labels, world.owner, "Before")
    inbox.send()
    before = inbox.contact_of(world.owner).id
    if what == "archived":
        inbox.vendors.intercom.archive(contact=before)
    else:
        inbox.vendors.intercom.delete_person(contact=before)
    if what == "merged":
        # What Intercom made of them has our id.
        other = inbox.vendors.intercom.add_user(
            email=world.owner.email, external_id=str(world.owner.public_id), name="Olive"
        )
    say(world.labels, world.owner, "After")
    for minutes in range(1, 12):
        inbox.send(minutes=minutes)

    assert waiting() == []
    now = inbox.contact_of(world.owner).id
    if what == "merged":
        assert now == other
    if now != before:
        assert FormerContact.objects.get(contact_id=before).now.person == world.owner
    assert now in inbox.conversation_of(world.labels).contact_ids
    assert inbox.parts_of(world.labels)[-1].author_id == now
    assert Contact.objects.get(person=world.owner).state == Contact.State.ACTIVE


def test_an_owner_whom_the_team_took_off_the_conversation_is_added_again(inbox: Inbox, world: World) -> None:
    say(world.labels, world.owner, "Before")
    inbox.send()
    conversation = inbox.conversation_of(world.labels)
    (owner,) = conversation.contact_ids
    inbox.vendors.intercom.add_to(conversation=conversation.id, contact=inbox.contact_of(world.stranger).id)
    client().detach(conversation.id, owner, admin="493881")
    say(world.labels, world.owner, "After")
    for minutes in range(1, 5):
        inbox.send(minutes=minutes)

    assert waiting() == []
    assert owner in inbox.conversation_of(world.labels).contact_ids
    assert len(inbox.said_in(world.labels)) == 2


def test_two_workstreams_of_one_owner_are_two_conversations(inbox: Inbox, world: World) -> None:
    second = start(actor=world.owner, organization=world.acme, name="Second")
    join(second, world.member)
    inbox.vendors.faults.add("intercom", "POST", "/conversations", drop=True, has_effect=True, times=2)
    say(world.labels, world.owner, "In the first")
    for minutes in (0, 5, 10, 15, 20, 30):
        inbox.send(minutes=minutes)

    assert inbox.conversation_of(world.labels).id != inbox.conversation_of(second).id
    assert inbox.asked("POST", "/conversations") == 2
    assert waiting() == []
