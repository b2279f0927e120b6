"""What goes to Intercom when something happens here. Only written down, in the transaction of what happened.

Nothing here locks a WorkStream: messages wait for nobody.
"""

from accounts.models import User
from activity.models import Event
from activity.registry import registry
from chat.models import CameFrom
from integrations import outgoing
from integrations.intercom import contacts, conversations, relay
from integrations.models import Provider


@registry.follows("workstream.started", "a conversation in Intercom, unassigned, and its Owner's contact (R58, R61)")
def open_conversation(event: Event) -> None:
    """The chat is carried by Intercom from the start."""
    _about_workstream(event, conversations.OPEN)
    _about_owner(event)


@registry.follows("chat.message_posted", "it goes to the conversation in Intercom (R68)")
def relay_message(event: Event) -> None:
    """In order with everything else of this WorkStream; what came from there does not go back."""
    if event.data.get("came_from") != CameFrom.INTERCOM:
        _about_workstream(event, relay.RELAY, number=event.data["number"])


@registry.follows("chat.note_posted", "it becomes a note in Intercom (R60)")
def relay_note(event: Event) -> None:
    """In order with everything else of this WorkStream; what came from there does not go back."""
    if event.data.get("came_from") != CameFrom.INTERCOM:
        _about_workstream(event, relay.RELAY_NOTE, number=event.data["number"])


@registry.follows("chat.message_edited", "its words in Intercom follow")
@registry.follows("chat.message_removed", "its words in Intercom are redacted")
def change_message(event: Event) -> None:
    """What was taken back here is taken back there."""
    _about_workstream(event, relay.CHANGE, number=event.data["number"])


@registry.follows("chat.note_edited", "its words in Intercom follow")
@registry.follows("chat.note_removed", "its words in Intercom are redacted")
def change_note(event: Event) -> None:
    """What was taken back here is taken back there."""
    _about_workstream(event, relay.CHANGE_NOTE, number=event.data["number"])


@registry.follows("workstream.edited", "its name in Intercom follows")
@registry.follows("milestone.advanced", "the conversation and the Owner's contact in Intercom say so")
@registry.follows("milestone.went_back", "the conversation and the Owner's contact in Intercom say so")
@registry.follows("milestone.followed", "the conversation and the Owner's contact in Intercom say so")
@registry.follows("milestone.followed_type", "the conversation and the Owner's contact in Intercom say so")
@registry.follows("subscriptions.type_changed", "the conversation and the Owner's contact in Intercom say so")
def describe(event: Event) -> None:
    """What the team sees beside the conversation is as it is here."""
    _about_workstream(event, conversations.DESCRIBE)
    if event.verb != "workstream.edited":
        _about_owner(event)


@registry.follows("workstream.closed", "the conversation in Intercom is closed")
def close(event: Event) -> None:
    """A closed WorkStream waits for nobody's answer."""
    _about_workstream(event, conversations.CLOSE)
    _about_owner(event)


@registry.follows("workstream.reopened", "the conversation in Intercom is opened again")
def reopen(event: Event) -> None:
    """It is talked about again."""
    _about_workstream(event, conversations.REOPEN)
    _about_owner(event)


@registry.follows("workstream.owner_set", "the new Owner takes part in the conversation in Intercom (A35)")
def follow_owner(event: Event) -> None:
    """What is written from now on goes through the new Owner's contact (R68)."""
    _about_workstream(event, conversations.OWNER)
    _about_owner(event)


@registry.follows("workstream.member_added", "what waited for a first Owner goes to Intercom (A16)")
def follow_first_owner(event: Event) -> None:
    """The first person of the client owns what staff started, and what waited for that goes out."""
    workstream = event.workstream
    if workstream is not None and workstream.owner_id == event.data["user_id"]:
        follow_owner(event)


@registry.follows("accounts.registered", "a contact in Intercom (R6)")
def make_contact(event: Event) -> None:
    """Whoever registered is known there."""
    if event.actor is not None:
        outgoing.write(Provider.INTERCOM, contacts.SYNC, about=event.actor, event=event)


@registry.follows("accounts.profile_edited", "the contact in Intercom follows")
@registry.follows("accounts.person_edited", "the contact in Intercom follows")
@registry.follows("accounts.role_changed", "the contact in Intercom follows")
@registry.follows("accounts.address_changed", "the contact in Intercom follows")
@registry.follows("accounts.organization_joined", "the contact in Intercom follows")
def follow_person(event: Event) -> None:
    """What Intercom knows of somebody is what the portal knows."""
    _about_person(event, contacts.SYNC)


@registry.follows("accounts.erased", "the contact in Intercom is deleted or emptied")
def forget_person(event: Event) -> None:
    """Erased here, erased there."""
    _about_person(event, contacts.FORGET)


def _about_workstream(event: Event, operation: str, **data: int) -> None:
    assert event.workstream is not None  # noqa: S101  the verbs always name one
    outgoing.write(Provider.INTERCOM, operation, about=event.workstream, event=event, data=data)


def _about_owner(event: Event) -> None:
    if event.workstream is not None and event.workstream.owner is not None:
        outgoing.write(Provider.INTERCOM, contacts.SYNC, about=event.workstream.owner, event=event)


def _about_person(event: Event, operation: str) -> None:
    person = User.objects.filter(pk=event.data["user_id"]).first()
    if person is not None:
        outgoing.write(Provider.INTERCOM, operation, about=person, event=event)
