"""What becomes of a notification of Intercom: the conversation is read, and what is new in it is said here too.

A notification only says where to look. Intercom is asked with no transaction open; then, while everything else about
the conversation waits, each of its entries becomes a message, an Internal Note or nothing, once.
"""

import uuid
from dataclasses import dataclass

from django.utils import timezone

from activity.models import SystemActor
from chat import actions, changes
from chat.errors import NothingToSay
from chat.models import MAX_LENGTH, CameFrom, Message, Note
from integrations.failures import Waits
from integrations.inbox import settle
from integrations.intercom import arriving_files, conversations, parts, people
from integrations.intercom.client import ConversationSeen, Missing, PartSeen, client
from integrations.intercom.hints import CONTACT, CONVERSATION, Hint
from integrations.intercom.markup import Read, read
from integrations.intercom.models import Conversation, Part
from integrations.models import InboundEvent

State = InboundEvent.State

# What the customer reads in Intercom when it has text. Whatever else has text is shown to the team alone, so that a
# kind that nobody here has heard of cannot carry a note to a customer.
PUBLIC = frozenset({"comment", "quick_reply", "open", "close", "assignment", "assign_and_reopen", "snoozed"})
NOTE = "note"
# A conversation that is being opened at this moment gets its id in a moment.
LONGEST_RACE = 5
# Of one entry of a conversation; the rest of it stays in Intercom.
MOST_PIECES = 50
_KEYS = uuid.UUID("5b0f6bd1-9d0a-4c1e-8a43-0d6b3a9f2c77")


@dataclass(frozen=True)
class Answer:
    """What Intercom said: the conversation as it is, None when it is gone, and who speaks in it."""

    conversation: ConversationSeen | None = None
    speakers: people.Speakers | None = None


def ask(event: InboundEvent) -> Answer | None:
    """Read the conversation that an event is about, if it carries a WorkStream; contacts are seen to at once.

    Runs with no transaction open. Raises: VendorFailure.
    """
    hint = Hint.from_payload(event.payload)
    if hint.kind == CONTACT:
        people.follow(hint)
    if hint.kind != CONVERSATION:
        return None
    if not Conversation.objects.filter(conversation_id=hint.record).exists():
        return None
    try:
        seen = client().conversation(hint.record)
    except Missing:
        return Answer()
    return Answer(seen, people.speakers(seen))


def apply(event: InboundEvent, answer: Answer | None) -> None:
    """Say here what is new there, and settle the event with a sentence. In a transaction that holds the conversation.

    Raises: Waits, while the conversation may be one that is being opened.
    """
    hint = Hint.from_payload(event.payload)
    if hint.kind != CONVERSATION:
        known = hint.kind == CONTACT
        said = "The contact is as Intercom has it." if known else "What it was about is not known any more."
        settle(event, State.APPLIED if known else State.IGNORED, said)
        return
    conversation = _carried_by(hint.record)
    if conversation is None:
        if event.attempts < LONGEST_RACE and Conversation.objects.being_opened().exists():
            raise Waits("A conversation is being opened at this moment; this may be it.")
        settle(event, State.IGNORED, "This conversation carries no WorkStream.")
        return
    if answer is None:
        raise Waits("The conversation was opened a moment ago.")
    event.workstream = conversation.workstream
    if answer.conversation is None or answer.speakers is None:
        _settle_missing(event, conversation, hint)
        return
    new = _take_in(conversation, answer.conversation, answer.speakers)
    Conversation.objects.filter(pk=conversation.pk).update(heard_up_to=answer.conversation.updated_at)
    said = f"{new} new in the chat." if new else _without_words(hint)
    settle(event, State.APPLIED if new else State.UNCHANGED, said)


def gave_up(_: InboundEvent) -> None:
    """It stands in the inbox for a person, and the poll finds the conversation when it changes again."""


def _carried_by(conversation_id: str) -> Conversation | None:
    rows = Conversation.objects.select_related("workstream", "contact__person")
    return rows.filter(conversation_id=conversation_id).first()


def _settle_missing(event: InboundEvent, conversation: Conversation, hint: Hint) -> None:
    """Intercom does not find it. Only its own word that it was deleted is believed at once."""
    if hint.topic == "conversation.deleted":
        conversations.deleted(conversation)
        settle(event, State.APPLIED, "It was deleted in Intercom. What is said from now on opens another.")
    elif conversation.state == Conversation.State.GONE:
        settle(event, State.IGNORED, "It was deleted in Intercom.")
    else:
        raise Waits("Intercom does not find the conversation at this moment.")


def _take_in(conversation: Conversation, seen: ConversationSeen, speakers: people.Speakers) -> int:
    """Take in every entry that is new, in the order in which it was said; how many are shown."""
    new = 0
    for part in sorted(seen.parts, key=lambda part: (part.at, len(part.id), part.id)):
        known = parts.echo(conversation, part)
        if known is not None:
            if part.is_redacted:
                _blank(known)
            continue
        new += _take_in_part(conversation, part, speakers)
    return new


def _take_in_part(conversation: Conversation, part: PartSeen, speakers: people.Speakers) -> bool:
    """Say here what one entry says; whether there was anything to show."""
    speaker = speakers.of(part, conversation)
    said = read(part.body)
    files = [*part.files, *said.pictures]
    if part.is_redacted or speaker is None or not (said.text or files):
        return False
    row = Part(conversation=conversation, part_id=part.id, direction=Part.Direction.IN, at=part.at)
    row.author_id = part.author_id
    try:
        if part.kind in PUBLIC:
            row.message = _say(conversation, part, speaker, said.text, has_files=bool(files))
        else:
            row.note = _note(conversation, part, speaker, said, [file.name for file in files])
            files = []
    except NothingToSay:
        return False  # of characters that nobody sees
    row.save()
    arriving_files.expect(row, files)
    return True


def _say(conversation: Conversation, part: PartSeen, speaker: people.Speaker, text: str, *, has_files: bool) -> Message:
    """One message, or several where it is longer than a message here may be; the last, which carries the files."""
    pieces = _pieces(text) or [""]
    for place, piece in enumerate(pieces):
        message = actions.post_from_outside(
            workstream=conversation.workstream,
            came_from=CameFrom.INTERCOM,
            author=speaker.person,
            said_by=speaker.name,
            side=speaker.side,
            body=piece,
            client_key=_key(conversation, part.id, place),
            at=part.at,
            has_files=has_files,
        )
    return message


def _note(conversation: Conversation, part: PartSeen, speaker: people.Speaker, said: Read, files: list[str]) -> Note:
    text, named = people.named(said, besides=speaker.person)
    lines = [text, f"Files, to be had in Intercom: {', '.join(files)}" if files else ""]
    for place, piece in enumerate(_pieces("\n\n".join(line for line in lines if line))):
        note = actions.write_note_from_outside(
            workstream=conversation.workstream,
            came_from=CameFrom.INTERCOM,
            author=speaker.person,
            said_by=speaker.name,
            body=piece,
            client_key=_key(conversation, part.id, place),
            at=part.at,
            people=[person for person in named if f"@{person.display_name}" in piece],
        )
    return note


def _pieces(text: str) -> list[str]:
    """A text in pieces that a message may hold, parted at the end of a line where there is one."""
    pieces = []
    while len(text) > MAX_LENGTH:
        end = text.rfind("\n", MAX_LENGTH // 2, MAX_LENGTH)
        end = end if end > 0 else MAX_LENGTH
        pieces.append(text[:end])
        text = text[end:].strip()
    return ([*pieces, text] if text else pieces)[:MOST_PIECES]


def _key(conversation: Conversation, part_id: str | None, place: int) -> uuid.UUID:
    return uuid.uuid5(_KEYS, f"{conversation.conversation_id} {part_id} {place}")


def _blank(known: Part) -> None:
    """What was redacted there is blank here, however it came there."""
    if known.redacted_at:
        return
    known.redacted_at = timezone.now()
    known.save(update_fields=["redacted_at"])
    entry: Message | Note | None = known.message or known.note
    # The words before an edit are redacted by ourselves.
    if entry is None or known.change != entry.change > 0:
        return
    for each in [entry, *_other_pieces(known, entry)]:
        changes.remove_from_outside(each, actor=SystemActor.INTERCOM)


def _other_pieces(known: Part, entry: Message | Note) -> list[Message | Note]:
    if known.direction == Part.Direction.OUT:
        return []
    keys = [_key(known.conversation, known.part_id, place) for place in range(MOST_PIECES)]
    rows = type(entry).objects.filter(workstream=entry.workstream_id, client_key__in=keys)
    return list(rows.exclude(pk=entry.pk).order_by("number"))


def _without_words(hint: Hint) -> str:
    """What there was to tell, when nobody said anything."""
    return {
        "conversation.admin.closed": "It was closed in Intercom. The WorkStream stays open.",
        "conversation.admin.opened": "It was opened again in Intercom.",
        "conversation.admin.assigned": "It was assigned in Intercom.",
        "conversation.admin.open.assigned": "It was assigned in Intercom.",
        "conversation.admin.snoozed": "It was snoozed in Intercom.",
    }.get(hint.topic, "Everything in it was here already.")
