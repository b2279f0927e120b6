"""What of ours stands in a conversation: written down before it is said, and known again when it comes back."""

from django.db import transaction
from django.utils import timezone

from chat.models import Message, Note
from integrations.intercom.client import ConversationSeen, PartSeen
from integrations.intercom.conversations import SKEW
from integrations.intercom.models import Conversation, Part
from integrations.intercom.wording import Words, digests

NOTE = "note"


def begin(conversation: Conversation, entry: Message | Note, words: Words) -> Part:
    """Write down what is about to be said."""
    return Part.objects.create(
        conversation=conversation,
        direction=Part.Direction.OUT,
        message=entry if isinstance(entry, Message) else None,
        note=entry if isinstance(entry, Note) else None,
        change=entry.change,
        digest=words.digest,
        author_id=words.author_id,
    )


def unheard(entry: Message | Note) -> Part | None:
    """What was begun for this message or note, and not heard of."""
    begun = Part.objects.showing(entry).filter(direction=Part.Direction.OUT, said_at=None)
    return begun.select_related("conversation").order_by("pk").first()


def find(part: Part, seen: ConversationSeen) -> PartSeen | None:
    """The entry of the conversation that is this part; the latest, if it was said in the same words before."""
    known = set(Part.objects.filter(conversation=part.conversation).values_list("part_id", flat=True))
    fitting = [one for one in seen.parts if one.id not in known and _is(part, one)]
    return max(fitting, key=lambda one: (one.at, len(one.id), one.id), default=None)


def said(part: Part, seen: PartSeen | None) -> Part:
    """Remember that Intercom took it, and under which id; None if it does not stand there yet."""
    Part.objects.filter(pk=part.pk, said_at=None).update(said_at=timezone.now(), part_id=seen.id if seen else None)
    part.refresh_from_db()
    return part


@transaction.atomic
def echo(conversation: Conversation, seen: PartSeen) -> Part | None:
    """Our own part, if this is one: known already, or said a moment ago and not heard of yet.

    Whoever takes in what comes from Intercom asks this first. The row is locked until the commit.
    """
    rows = Part.objects.select_for_update().filter(conversation=conversation)
    known = rows.filter(part_id=seen.id).first()
    if known is not None:
        return known
    for part in rows.filter(direction=Part.Direction.OUT, part_id=None).order_by("pk"):
        if _is(part, seen):
            return said(part, seen) if part.said_at is None else _named(part, seen)
    return None


def _named(part: Part, seen: PartSeen) -> Part:
    part.part_id = seen.id
    part.save(update_fields=["part_id"])
    return part


def _is(part: Part, seen: PartSeen) -> bool:
    """Whether the same is said by the same, not long before it was asked for."""
    return (
        part.author_id == seen.author_id
        and (seen.kind == NOTE) == (part.note_id is not None)
        and seen.at >= part.at - SKEW
        and part.digest in digests(seen)
    )
