"""The conversation that carries a WorkStream's chat: opened once, from the Owner's contact, unassigned (R58, R61, R68).

Intercom has no key that would make opening twice harmless, so we note that we asked before we ask. Whoever finds that
noted and no answer looks for the conversation, several times and minutes apart, because a new one is not found at once.
"""

from contextlib import suppress
from datetime import timedelta
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations import outgoing
from integrations.failures import NotNow, Refused, VendorAway, Waits
from integrations.intercom import contacts, teammates
from integrations.intercom.client import ConversationSeen, Missing, client
from integrations.intercom.models import Contact, Conversation
from integrations.intercom.wording import is_opening_of, opening
from integrations.models import Provider
from integrations.movements import Sent
from workstreams.choices import SubscriptionType
from workstreams.models import WorkStream

OPEN = "conversation.open"
DESCRIBE = "conversation.describe"
OWNER = "conversation.owner"
CLOSE = "conversation.close"
REOPEN = "conversation.reopen"

# When it is looked for, after it was asked for and no answer was heard; after the last time it is asked for again.
LOOK_AFTER = [timedelta(seconds=20), timedelta(minutes=1), timedelta(minutes=3), timedelta(minutes=6)]
# Our clock and theirs.
SKEW = timedelta(minutes=10)
# What was there a moment ago and is not found now may only not be seen yet by who answered.
GONE_AFTER = timedelta(minutes=2)

ATTRIBUTES = {
    "Subscription Type": "Subscription type of the WorkStream",
    "Milestone": "Milestone of the WorkStream",
    "WorkStream": "Address of the WorkStream in the portal",
}


def carrying(workstream: WorkStream) -> Conversation:
    """The conversation that carries this WorkStream now, opened if need be, with the Owner taking part in it.

    Raises: Waits while the Owner is not there or is no contact yet (A16); VendorFailure.
    """
    if workstream.owner is None:
        raise Waits(f"{workstream} has no WorkStream Owner yet.")
    contact = contacts.of(workstream.owner)
    conversation = _row_of(workstream)
    if conversation.state == Conversation.State.WANTED:
        _open(conversation, contact)
    elif conversation.written_as != contact.contact_id:
        _write_as(conversation, contact)
    return conversation


def opened(workstream: WorkStream) -> Conversation | None:
    """The conversation that carries it, if there is one already."""
    return Conversation.objects.of(workstream).filter(state=Conversation.State.OPEN).first()


def open_for(workstream: WorkStream) -> Sent:
    """Have a WorkStream's conversation opened. Raises: VendorFailure."""
    return Sent({"conversation": carrying(workstream).conversation_id})


def follow_owner(workstream: WorkStream) -> Sent:
    """Let the Owner of now take part in it, and whoever owned it before no longer (A35). Raises: VendorFailure."""
    return Sent({"conversation": carrying(workstream).conversation_id})


def describe(workstream: WorkStream) -> Sent:
    """Tell Intercom name, subscription type, milestone and address as they are now. Raises: VendorFailure."""
    conversation = opened(workstream)
    if conversation is None:
        return Sent({"skipped": "no conversation yet"})
    told = {
        "Subscription Type": SubscriptionType(workstream.subscription_type).label,
        "Milestone": workstream.milestone_label,
        "WorkStream": workstream.full_url,
    }
    kept = str(conversation.conversation_id)
    try:
        client().update_conversation(kept, title=workstream.name, attributes=told)
    except Missing as failure:
        mend(conversation, failure)
    except Refused:
        # A workspace without these attributes keeps nobody from writing; Intercom lets nobody make them over the API.
        client().update_conversation(kept, title=workstream.name, attributes=None)
        return Sent({"conversation": kept, "attributes": "refused"})
    return Sent({"conversation": kept})


def close(workstream: WorkStream) -> Sent:
    """Close it there as well. Raises: VendorFailure."""
    return _set_state(workstream, is_open=False)


def reopen(workstream: WorkStream) -> Sent:
    """Open it there again. Raises: VendorFailure."""
    return _set_state(workstream, is_open=True)


def mend(conversation: Conversation, failure: Missing) -> NoReturn:
    """Find out why Intercom did not find what we named, and have it mended.

    Raises: Waits or NotNow, always: until it is mended, or because all is well now; VendorFailure.
    """
    try:
        seen = client().conversation(str(conversation.conversation_id))
    except Missing as gone:
        _missed(conversation, gone)
    found(conversation)
    if conversation.contact is not None:
        contacts.look_again(conversation.contact)
    if conversation.written_as not in seen.contact_ids:
        Conversation.objects.filter(pk=conversation.pk).update(written_as="")
        raise Waits("The WorkStream Owner is not in the conversation any more, and is added again.") from failure
    raise NotNow(f"{failure.reason} It is there all the same.") from failure


def deleted(conversation: Conversation) -> None:
    """Somebody deleted it in Intercom. What is said from now on opens another."""
    Conversation.objects.filter(pk=conversation.pk).exclude(state=Conversation.State.GONE).update(
        state=Conversation.State.GONE, gone_at=timezone.now()
    )


def found(conversation: Conversation) -> None:
    """Intercom did what it was asked in a conversation that it had not found a moment ago."""
    if conversation.missed_at is not None:
        Conversation.objects.filter(pk=conversation.pk).update(missed_at=None)


def _missed(conversation: Conversation, gone: Missing) -> None:
    now = timezone.now()
    if conversation.missed_at is None:
        Conversation.objects.filter(pk=conversation.pk).update(missed_at=now)
    if now - (conversation.missed_at or now) < GONE_AFTER:
        raise NotNow(gone.reason, retry_at=(conversation.missed_at or now) + GONE_AFTER) from gone
    deleted(conversation)
    raise Waits("The conversation was deleted in Intercom; another one is opened.") from gone


def _row_of(workstream: WorkStream) -> Conversation:
    found = Conversation.objects.of(workstream).select_related("contact__person").first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Conversation.objects.create(workstream=workstream)
    except IntegrityError:
        return Conversation.objects.of(workstream).get()


def _open(conversation: Conversation, contact: Contact) -> None:
    if conversation.asked_at is not None and (found := _look_for(conversation)):
        _keep(conversation, found.id, found.source.id, contact)
        return
    conversation.asked_at, conversation.looked, conversation.contact = timezone.now(), 0, contact
    conversation.save(update_fields=["asked_at", "looked", "contact"])
    try:
        made, source = client().open_conversation(contact.contact_id, opening(conversation.workstream))
    except Missing as failure:
        _not_asked(conversation)
        contacts.look_again(contact)
        raise NotNow(f"{failure.reason} The contact is there all the same.") from failure
    except (Refused, NotNow):
        _not_asked(conversation)
        raise
    except VendorAway as failure:
        if not failure.is_unclear:
            _not_asked(conversation)
        raise
    _keep(conversation, made, source, contact)


def _not_asked(conversation: Conversation) -> None:
    """Intercom did nothing: there is nothing to look for."""
    conversation.asked_at = None
    conversation.save(update_fields=["asked_at"])


def _look_for(conversation: Conversation) -> ConversationSeen | None:
    """The conversation that was asked for and not heard of; None when it can be asked for again.

    Raises: NotNow, while it may still come to be found.
    """
    assert conversation.asked_at is not None and conversation.contact is not None  # noqa: S101, PT018
    is_it = {
        "operator": "AND",
        "value": [
            {"field": "contact_ids", "operator": "=", "value": conversation.contact.contact_id},
            {
                "field": "created_at",
                "operator": ">",
                "value": int((conversation.asked_at - SKEW).timestamp()),
            },
        ],
    }
    for seen in client().search_conversations(is_it):
        is_free = not Conversation.objects.filter(conversation_id=seen.id).exists()
        if is_free and is_opening_of(conversation.workstream, seen):
            return seen
    if conversation.looked >= len(LOOK_AFTER):
        return None
    retry_at = conversation.asked_at + LOOK_AFTER[conversation.looked]
    conversation.looked += 1
    conversation.save(update_fields=["looked"])
    raise NotNow("Intercom may have opened the conversation; it is looked for.", retry_at=retry_at)


@transaction.atomic
def _keep(conversation: Conversation, made: str, source: str, contact: Contact) -> None:
    conversation.conversation_id, conversation.source_id = made, source
    conversation.state, conversation.opened_at, conversation.asked_at = (
        Conversation.State.OPEN,
        timezone.now(),
        None,
    )
    # It was asked for with the contact of then; that may be another by now.
    conversation.written_as = (conversation.contact or contact).contact_id
    conversation.save()
    outgoing.write(Provider.INTERCOM, DESCRIBE, about=conversation.workstream)


def _write_as(conversation: Conversation, contact: Contact) -> None:
    """Let a contact take part in the conversation, and whoever did before no longer."""
    kept, before = str(conversation.conversation_id), conversation.written_as
    admin = teammates.speaker()
    try:
        client().attach(kept, contact.contact_id, admin=admin)
    except Missing as failure:
        contacts.look_again(contact)
        mend(conversation, failure)
    conversation.contact, conversation.written_as = contact, contact.contact_id
    conversation.save(update_fields=["contact", "written_as"])
    if before:
        # Deleted, merged, or taken off by the team: they are not in it any more.
        with suppress(Refused):
            client().detach(kept, before, admin=admin)


def _set_state(workstream: WorkStream, *, is_open: bool) -> Sent:
    conversation = opened(workstream)
    if conversation is None:
        return Sent({"skipped": "no conversation yet"})
    kept, admin = str(conversation.conversation_id), teammates.speaker()
    try:
        # Doing it twice is not described; so what is done already is seen first.
        if (client().conversation(kept).state == "closed") != is_open:
            return Sent({"conversation": kept, "unchanged": True})
        if is_open:
            client().reopen(kept, admin)
        else:
            client().close(kept, admin)
    except Missing as failure:
        mend(conversation, failure)
    return Sent({"conversation": kept})
