"""Everything that moves between the portal and Intercom, and who does it."""

from collections.abc import Callable

from accounts.models import User
from chat.models import Message, Note
from integrations.intercom import contacts, conversations, relay
from integrations.models import Delivery, Provider
from integrations.movements import Sent, Simply, movements
from workstreams.models import WorkStream

PEOPLE = "Person of a client"
CONTACT = "Contact (user)"
WORKSTREAM = "WorkStream"
CONVERSATION = "Conversation"


def _of_person(act: Callable[[User], Sent]) -> Simply:
    def send(delivery: Delivery) -> Sent:
        return act(_person(delivery))

    return Simply(send)


def _of_workstream(act: Callable[[WorkStream], Sent]) -> Simply:
    def send(delivery: Delivery) -> Sent:
        workstream = delivery.mailbox.workstream
        assert workstream is not None  # noqa: S101  it is a WorkStream's mailbox
        return act(WorkStream.objects.select_related("owner").get(pk=workstream.pk))

    return Simply(send)


def _person(delivery: Delivery) -> User:
    person = delivery.mailbox.person
    assert person is not None  # noqa: S101  it is a person's mailbox
    again: User = User.objects.select_related("organization").get(pk=person.pk)
    return again


def _merge(delivery: Delivery) -> Sent:
    return contacts.merge(_person(delivery), delivery.data["lead"])


movements.declare(
    Provider.INTERCOM,
    contacts.SYNC,
    "Name, address, organisation, lifecycle, subscription types, milestone and WorkStream of whoever registered",
    source=PEOPLE,
    target=CONTACT,
    gaps="Of attributes that the workspace does not have (manage.py intercom_setup makes them) nothing arrives.",
    sender=_of_person(contacts.sync),
)
movements.declare(
    Provider.INTERCOM,
    contacts.MERGE,
    "A visitor of the public site goes on as the person who registered",
    source="Lead",
    target=CONTACT,
    gaps="Intercom cannot undo it.",
    sender=Simply(_merge),
)
movements.declare(
    Provider.INTERCOM,
    contacts.FORGET,
    "The contact of an erased person is deleted, or emptied while conversations run through it",
    source=PEOPLE,
    target=CONTACT,
    gaps="Their name in front of what they wrote through somebody else's contact stays in Intercom.",
    sender=_of_person(contacts.forget),
)
movements.declare(
    Provider.INTERCOM,
    conversations.OPEN,
    "Starting a WorkStream opens a conversation from its Owner's contact, unassigned",
    source=WORKSTREAM,
    target=CONVERSATION,
    gaps="One started by staff waits until its Owner has registered. What was written before Intercom was connected "
    "stays in the portal alone.",
    sender=_of_workstream(conversations.open_for),
)
movements.declare(
    Provider.INTERCOM,
    conversations.DESCRIBE,
    "Name, subscription type, milestone and address of the WorkStream",
    source=WORKSTREAM,
    target=CONVERSATION,
    gaps="Attributes of conversations are made by hand in Intercom; without them only the name arrives.",
    sender=_of_workstream(conversations.describe),
)
movements.declare(
    Provider.INTERCOM,
    conversations.OWNER,
    "A new WorkStream Owner takes part in the conversation, the one before no longer",
    source=WORKSTREAM,
    target=CONVERSATION,
    gaps="What was said before stays by the contact of then.",
    sender=_of_workstream(conversations.follow_owner),
)
movements.declare(
    Provider.INTERCOM,
    conversations.CLOSE,
    "A closed WorkStream's conversation is closed",
    source=WORKSTREAM,
    target=CONVERSATION,
    gaps="What the team writes afterwards opens it again, as in Intercom itself.",
    sender=_of_workstream(conversations.close),
)
movements.declare(
    Provider.INTERCOM,
    conversations.REOPEN,
    "A reopened WorkStream's conversation is opened again",
    source=WORKSTREAM,
    target=CONVERSATION,
    sender=_of_workstream(conversations.reopen),
)
movements.declare(
    Provider.INTERCOM,
    relay.RELAY,
    "Messages of the chat with their files, in order: the client's through the Owner's contact, the team's as its "
    "teammates",
    source="Chat message",
    target="Conversation part",
    gaps="Files beyond 10 or 20 MB, and such as wait for their virus scan, are named with a link. Bold and the like of "
    "customers arrives as it was typed.",
    sender=relay.Relay(Message),
)
movements.declare(
    Provider.INTERCOM,
    relay.CHANGE,
    "Edited messages are said again and the words before redacted; removed ones are redacted",
    source="Chat message",
    target="Conversation part",
    gaps="An edited message stands at the end of the conversation. What Intercom already mailed cannot be taken back.",
    sender=relay.Change(Message),
)
movements.declare(
    Provider.INTERCOM,
    relay.RELAY_NOTE,
    "Internal Notes, the one with Name, Subscription Type and URL among them",
    source="Internal Note",
    target="Conversation note",
    gaps="Those whom a note names are told by the portal, not by Intercom.",
    sender=relay.Relay(Note),
)
movements.declare(
    Provider.INTERCOM,
    relay.CHANGE_NOTE,
    "Edited and removed notes, as with messages",
    source="Internal Note",
    target="Conversation note",
    gaps="An edited note stands at the end of the conversation.",
    sender=relay.Change(Note),
)
movements.declare(
    Provider.INTERCOM,
    "conversation.take_in",
    "What teammates and customers say in Intercom, with their files; each once, in order, by the person they are here",
    source="Conversation part",
    target="Chat message",
    gaps="What bots say stays in Intercom. Of a conversation only the latest 500 parts can be read. Who has no "
    "account here is shown by name; their files are kept by whoever answers for their side.",
)
movements.declare(
    Provider.INTERCOM,
    "conversation.take_in_notes",
    "Notes of teammates, with the colleagues they name; and whatever else has words and is not known to be public",
    source="Conversation note",
    target="Internal Note",
    gaps="Files of notes stay in Intercom and are named.",
)
movements.declare(
    Provider.INTERCOM,
    "conversation.take_in_changes",
    "What is redacted in Intercom is blank here; a deleted conversation is left",
    source=CONVERSATION,
    target="Chat message",
    gaps="Closing, snoozing and assigning a conversation leave the WorkStream as it is.",
)
movements.declare(
    Provider.INTERCOM,
    "contact.follow",
    "Archiving, deleting and merging contacts: what the portal sends next is mended by it",
    source=CONTACT,
    target=PEOPLE,
    gaps="Names and addresses that are changed in Intercom stay as they are here.",
)
