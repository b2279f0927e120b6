"""From Intercom into the chat: once, in order, by the right person, and never a note to a client."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.capabilities import Role
from accounts.models import User
from accounts.personal import Traces
from activity.models import Event
from chat import actions
from chat.models import Mention, Message, Note
from integrations.drain import send_all
from integrations.intercom.kept import forget_name
from integrations.intercom.models import Contact, Conversation, FormerContact, Part
from integrations.models import Delivery, InboundEvent, Provider
from tests.chat.conftest import in_threads
from tests.conftest import World
from tests.integrations.intercom.carried import Carried, carry
from tests.vendors import Vendors
from workstreams.models import Membership, WorkStream


@pytest.fixture
def carried(vendors: Vendors, world: World) -> Carried:
    User.objects.filter(pk=world.isr.pk).update(email="joe@cloudfactory.example")
    return carry(vendors, world)


# --- Who says what


def test_a_colleagues_answer_is_theirs_and_makes_them_lead(carried: Carried, world: World) -> None:
    event = carried.tell("reply_as", body="<p>Hi <b>Olive</b>,<br>see <a href='https://x.test/a'>this</a></p>")

    carried.workstream.refresh_from_db()
    posted = Event.objects.get(verb="chat.message_posted")
    assert carried.messages == [("team", world.isr.name, "Hi **Olive**,\nsee [this](https://x.test/a)")]
    assert carried.workstream.lead == world.isr
    assert Membership.objects.get(workstream=carried.workstream, user=world.isr).origin == "responded"
    assert (posted.actor, posted.data["came_from"]) == (world.isr, "intercom")
    assert (event.state, event.reason, event.workstream) == ("applied", "1 new in the chat.", carried.workstream)


def test_an_unknown_teammates_answer_bears_their_name_and_makes_nobody_lead(carried: Carried) -> None:
    carried.tell("reply_as", admin="493882", body="Hello")

    carried.workstream.refresh_from_db()
    assert carried.messages == [("team", "Ida Inbox", "Hello")]
    assert carried.workstream.lead is None


@pytest.mark.parametrize("change", [{"role": Role.AGILE_WORKER}, {"is_active": False}, {"role": Role.CLIENT}])
def test_the_role_here_decides_and_not_the_address(carried: Carried, world: World, change: dict[str, Any]) -> None:
    User.objects.filter(pk=world.isr.pk).update(**change)
    carried.tell("reply_as", body="Hello")

    carried.workstream.refresh_from_db()
    assert carried.messages == [("team", "Joe Inbox", "Hello")]
    assert carried.workstream.lead is None


def test_a_customer_of_the_messenger_is_the_owner(carried: Carried, world: World) -> None:
    carried.tell("say_as_customer", body="Any news?\n\n<b>Now</b>")

    carried.workstream.refresh_from_db()
    assert carried.messages == [("client", "Olive Owner", "Any news?\n\n<b>Now</b>")]
    assert Message.objects.get().author == world.owner
    assert carried.workstream.lead is None


def test_another_customer_is_themselves_and_a_visitor_has_a_name(carried: Carried, world: World) -> None:
    member = carried.intercom.add_user(email=world.member.email, name="Milo")
    Contact.objects.create(person=world.member, contact_id=member)
    visitor = carried.intercom.visit(name="Vera Visitor", email="vera@else.example")
    for contact in (member, visitor):
        carried.does("add_to", contact=contact)
        carried.tell("say_as_customer", contact=contact, body="Hello")

    assert carried.messages == [("client", "Milo Member", "Hello"), ("client", "Vera Visitor", "Hello")]
    assert [message.author for message in Message.objects.order_by("number")] == [world.member, None]


def test_who_was_taken_off_here_speaks_for_nobody_here(carried: Carried, world: World) -> None:
    Membership.objects.filter(workstream=carried.workstream, user=world.owner).delete()
    WorkStream.objects.filter(pk=carried.workstream.pk).update(owner=world.member)
    carried.tell("say_as_customer", body="Still here")

    assert carried.messages == [("client", "Olive Owner", "Still here")]
    assert Message.objects.get().author is None


def test_a_bot_says_nothing_here(carried: Carried) -> None:
    event = carried.tell("say_as_bot", body="How can I help?")

    assert carried.messages == []
    assert event.state == "unchanged"


# --- Notes never reach a client


def test_a_note_is_a_note_and_no_client_ever_gets_it(carried: Carried, world: World, client: Client) -> None:
    carried.tell("note_as", body="They are broke")
    carried.tell("note_as", admin="493882", body="Indeed broke")

    assert carried.messages == []
    assert carried.notes == [(world.isr.name, "They are broke"), ("Ida Inbox", "Indeed broke")]
    client.force_login(world.owner)
    for address in (
        carried.workstream.get_absolute_url(),
        f"/api/v1/workstreams/{carried.workstream.public_id}/messages/",
        f"/api/v1/workstreams/{carried.workstream.public_id}/activity/",
        "/search/?q=broke",
        f"{carried.workstream.get_absolute_url()}?tab=activity",
    ):
        page = client.get(address).content.decode()
        assert "are broke" not in page, address
        assert "Ida Inbox" not in page, address


def test_what_nobody_here_has_heard_of_is_for_the_team(carried: Carried) -> None:
    carried.does("reply_as", body="Whatever this is")
    part = carried.intercom.state.conversations[carried.conversation].parts[-1]
    part.part_type = "whisper"
    carried.hear()

    assert carried.messages == []
    assert [text for _, text in carried.notes] == ["Whatever this is"]


def test_words_that_ride_on_closing_and_assigning_are_said(carried: Carried) -> None:
    carried.tell("close_as", body="Good bye")
    carried.tell("assign_as", to="493882", body="Ida will help you")
    carried.tell("say_as_customer", body="Wait!")

    assert [text for _, _, text in carried.messages] == ["Good bye", "Ida will help you", "Wait!"]


def test_a_note_names_colleagues_and_they_are_told(carried: Carried, world: World) -> None:
    User.objects.filter(pk=world.architect.pk).update(email="ida@cloudfactory.example", name="Ida Architect")
    named = '<a class="entity_mention" href="//app.intercom.io/apps/sim12345/admin/493882">Ida Inbox</a>'
    carried.tell("note_as", body=f"<p>{named} please look</p>")

    assert carried.notes == [(world.isr.name, "@Ida Architect please look")]
    assert [mention.user for mention in Mention.objects.all()] == [world.architect]
    assert Event.objects.get(verb="chat.note_posted").data["mentioned"] == [world.architect.pk]


# --- Once and in order


def test_twice_late_reordered_or_half_lost_it_is_said_once_and_in_order(carried: Carried) -> None:
    carried.vendors.courier.disturb("double", times=2)
    carried.vendors.courier.disturb("hold", topic="conversation.user.replied")
    carried.vendors.courier.disturb("lose_answer", times=3)
    carried.does("reply_as", body="one")
    carried.does("say_as_customer", body="two")
    carried.does("note_as", body="a note")
    carried.does("reply_as", body="three")
    carried.hear()
    carried.vendors.clock.step(minutes=2)
    carried.hear()

    assert [text for _, _, text in carried.messages] == ["one", "two", "three"]
    assert [text for _, text in carried.notes] == ["a note"]
    assert Part.objects.filter(direction=Part.Direction.IN).count() == 4


def test_the_same_second_is_told_apart_by_number(carried: Carried) -> None:
    carried.vendors.clock.stop()
    carried.intercom.state.last_number = 992  # so that some have more digits than others
    for number in range(12):
        carried.does("reply_as", body=f"part {number}")
    carried.hear()

    assert [text for _, _, text in carried.messages] == [f"part {number}" for number in range(12)]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_say_it_once(carried: Carried) -> None:
    for number in range(4):
        carried.does("reply_as", body=f"part {number}")
    carried.vendors.courier.deliver()
    for each in in_threads(*(carried.work for _ in range(3))):
        each.result()

    assert [text for _, _, text in carried.messages] == [f"part {number}" for number in range(4)]
    assert set(InboundEvent.objects.values_list("state", flat=True)) <= {"applied", "unchanged"}


def test_what_we_said_ourselves_does_not_come_back(carried: Carried, world: World) -> None:
    for author, text in ((world.member, "From *Milo*"), (world.isr, "From **Joe**"), (world.architect, "From Ada")):
        actions.post_message(workstream=carried.workstream, author=author, body=text, client_key=uuid4())
    actions.post_note(workstream=carried.workstream, author=world.isr, body="A note", client_key=uuid4())
    send_all(Provider.INTERCOM, now=timezone.now())
    carried.hear()

    assert not Delivery.objects.unsettled().exists()
    assert [text for _, _, text in carried.messages] == ["From *Milo*", "From **Joe**", "From Ada"]
    assert [text for _, text in carried.notes] == ["A note"]


def test_what_came_from_there_does_not_go_back(carried: Carried) -> None:
    carried.tell("reply_as", body="Hello")
    carried.tell("note_as", body="A note")
    send_all(Provider.INTERCOM, now=timezone.now())

    assert [said.text for said in carried.intercom.thread(carried.conversation)][1:] == ["Hello", "A note"]


def test_what_another_app_says_is_said(carried: Carried) -> None:
    carried.does("say_as_customer", body="By a bridge")
    carried.intercom.state.conversations[carried.conversation].parts[-1].app = "mail-bridge"
    carried.hear()

    assert [text for _, _, text in carried.messages] == ["By a bridge"]


# --- Afterwards


def test_what_is_redacted_there_is_blank_here(carried: Carried, world: World) -> None:
    carried.tell("reply_as", body="The password is 1234")
    message = Message.objects.get()
    part = Part.objects.get(message=message).part_id
    carried.tell("redact_part", part=part)
    carried.tell("redact_part", part=part)

    message.refresh_from_db()
    assert message.removed_at is not None
    assert message.body == ""
    assert Event.objects.get(verb="chat.message_removed").system_actor == "intercom"
    send_all(Provider.INTERCOM, now=timezone.now())
    assert carried.vendors.log.of("intercom", "POST", "/conversations/redact") == []


def test_our_own_message_that_is_redacted_there_is_blank_here(carried: Carried, world: World) -> None:
    actions.post_message(workstream=carried.workstream, author=world.member, body="Oops", client_key=uuid4())
    send_all(Provider.INTERCOM, now=timezone.now())
    carried.hear()
    carried.tell("redact_part", part=Part.objects.get(message__number=1).part_id)

    assert [text for _, _, text in carried.messages] == [""]


def test_a_deleted_conversation_is_known_to_be_gone(carried: Carried) -> None:
    carried.tell("reply_as", body="Hello")
    event = carried.tell("delete")

    assert Conversation.objects.get().state == Conversation.State.GONE
    assert event.state == "applied"
    assert [text for _, _, text in carried.messages] == ["Hello"]


@pytest.mark.parametrize(
    ("what", "told", "reason"),
    [
        ("close_as", {}, "It was closed in Intercom. The WorkStream stays open."),
        ("open_as", {}, "It was opened again in Intercom."),
        ("assign_as", {"to": "493882"}, "It was assigned in Intercom."),
        ("snooze_as", {}, "It was snoozed in Intercom."),
    ],
)
def test_what_has_no_words_leaves_the_workstream_as_it_is(
    carried: Carried, what: str, told: dict[str, str], reason: str
) -> None:
    event = carried.tell(what, **told)

    carried.workstream.refresh_from_db()
    assert (event.state, event.reason) == ("unchanged", reason)
    assert carried.workstream.is_open
    assert carried.messages == []


def test_a_conversation_of_nobody_here_is_ignored(carried: Carried) -> None:
    other = carried.intercom.start_as_customer(contact=carried.contact, body="Something else")
    carried.intercom.reply_as(conversation=other, body="Sure")
    carried.hear()

    assert set(InboundEvent.objects.values_list("state", "reason")) == {
        ("ignored", "This conversation carries no WorkStream.")
    }
    assert carried.vendors.log.of("intercom", "GET", f"/conversations/{other}") == []


def test_one_that_is_being_opened_is_waited_for(carried: Carried) -> None:
    Conversation.objects.update(conversation_id=None, state="wanted", asked_at=timezone.now())
    carried.tell("reply_as", body="Quick answer")
    assert carried.messages == []

    Conversation.objects.update(conversation_id=carried.conversation, state="open", asked_at=None)
    carried.work(minutes=5)
    assert [text for _, _, text in carried.messages] == ["Quick answer"]


def test_while_intercom_is_away_nothing_is_given_up(carried: Carried) -> None:
    carried.vendors.faults.add(vendor="intercom", method="GET", path="/conversations/*", status=503, times=None)
    carried.does("reply_as", body="Hello")
    carried.hear()
    for hours in range(1, 20):
        carried.work(hours=hours)
    event = InboundEvent.objects.get()
    assert (event.state, carried.messages) == ("received", [])

    carried.vendors.faults.clear()
    carried.work(hours=30)
    assert [text for _, _, text in carried.messages] == ["Hello"]


def test_a_stale_answer_does_not_say_that_it_is_gone(carried: Carried) -> None:
    carried.vendors.faults.add(vendor="intercom", method="GET", path="/conversations/*", status=404)
    carried.tell("reply_as", body="Hello")
    assert Conversation.objects.get().state == Conversation.State.OPEN

    carried.work(minutes=5)
    assert [text for _, _, text in carried.messages] == ["Hello"]


def test_what_is_longer_than_a_message_becomes_several(carried: Carried) -> None:
    carried.tell("reply_as", body="<p>" + "<br>".join(["word " * 100] * 90) + "</p>")

    texts = [text for _, _, text in carried.messages]
    assert len(texts) == 3
    assert all(len(text) <= 20_000 for text in texts)
    assert " ".join(texts).split() == ["word"] * 9000
    carried.tell("redact_part", part=Part.objects.get(direction="in").part_id)
    assert [text for _, _, text in carried.messages] == ["", "", ""]


# --- Contacts


def test_what_became_of_a_contact_is_known(carried: Carried) -> None:
    contact = Contact.objects.get()
    states = []
    for what in ("archive", "delete_person"):
        getattr(carried.intercom, what)(contact=carried.contact)
        carried.hear()
        contact.refresh_from_db()
        states.append(contact.state)

    assert states == [Contact.State.ARCHIVED, Contact.State.GONE]


def test_a_merged_lead_is_known_by_its_old_name(carried: Carried) -> None:
    lead = carried.intercom.visit(name="Olive")
    carried.intercom.merge_people(lead=lead, user=carried.contact)
    carried.hear()

    assert FormerContact.objects.get().contact_id == lead
    assert Note.objects.count() == 0


def test_who_is_erased_is_named_no_longer(carried: Carried, world: World) -> None:
    Membership.objects.filter(workstream=carried.workstream, user=world.owner).delete()
    carried.tell("say_as_customer", body="Still here")
    forget_name(world.owner, Traces(world.owner.name, world.owner.email))

    assert carried.messages == [("client", "Former member", "Still here")]


def test_what_was_emptied_for_an_erasure_is_settled(carried: Carried) -> None:
    carried.tell("reply_as", body="Hello")
    InboundEvent.objects.update(payload={}, state="received", due_at=timezone.now(), settled_at=None)
    carried.work()

    event = InboundEvent.objects.get()
    assert (event.state, event.reason) == ("ignored", "What it was about is not known any more.")
