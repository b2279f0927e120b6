"""Carrying the chat to Intercom (R58, R68, D4): every message and note once, in order, in the voice it has there.

What a customer says is said by the WorkStream Owner's contact, with the real author's name in front; what a colleague
says by the teammate they are. Words are read when they are sent: what was removed meanwhile does not go out.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db import models
from django.utils import timezone

from chat.models import CameFrom, Message, Note
from integrations.failures import NotNow, Refused, VendorAway, Waits
from integrations.intercom import conversations, parts, teammates
from integrations.intercom.client import ConversationSeen, File, Missing, client
from integrations.intercom.models import Conversation, Part
from integrations.intercom.wording import Words, as_markup, as_text, is_by_client
from integrations.models import Delivery
from integrations.movements import Sent
from workstreams.attachments import why_not
from workstreams.models import Attachment

RELAY = "message.relay"
CHANGE = "message.change"
RELAY_NOTE = "note.relay"
CHANGE_NOTE = "note.change"

# What goes along with a message; the rest is named, and had on the WorkStream page.
MOST_FILES = 10
MOST_BYTES = 20_000_000
# What was not heard of may still be done a moment later: so long it is looked for before it is said again.
SETTLES = timedelta(seconds=20)
# A message waits so long for the virus scan of what it carries.
WAIT_FOR_SCAN = timedelta(minutes=2)

Entry = Message | Note


class Relay:
    """Says at Intercom what was said here."""

    def __init__(self, kind: type[Message] | type[Note]) -> None:
        """For messages, or for notes."""
        self._kind = kind

    def send(self, delivery: Delivery) -> Sent:
        """Say it, unless it stands there already or is gone. Raises: VendorFailure."""
        entry = entry_of(self._kind, delivery)
        if entry is None or entry.removed_at:
            return Sent({"skipped": "removed"})
        if entry.came_from == CameFrom.INTERCOM:
            return Sent({"skipped": "it came from Intercom"})
        return relay(entry)

    def look(self, delivery: Delivery) -> Sent | None:
        """Whether it stands there. Raises: VendorFailure."""
        entry = entry_of(self._kind, delivery)
        part = parts.unheard(entry) if entry else None
        return None if part is None else _looked_for(part)


class Change:
    """Follows an edit or a removal: the new words are said, those before are redacted."""

    def __init__(self, kind: type[Message] | type[Note]) -> None:
        """For messages, or for notes."""
        self._kind = kind

    def send(self, delivery: Delivery) -> Sent:
        """Bring Intercom to what stands here now. Raises: VendorFailure."""
        entry = entry_of(self._kind, delivery)
        if entry is None or not Part.objects.showing(entry).exists():
            return Sent({"skipped": "never relayed"})
        if entry.removed_at:
            part = parts.unheard(entry)
            if part is not None:
                _looked_for(part)
            return Sent(_redacted(Part.objects.showing(entry)))
        sent = relay(entry)
        older = Part.objects.showing(entry).filter(change__lt=entry.change)
        return Sent({**sent.outcome, **_redacted(older)}, sent.digest)

    def look(self, _: Delivery) -> None:
        """Nothing to look for: sending it again looks."""
        return


def entry_of(kind: type[Message] | type[Note], delivery: Delivery) -> Entry | None:
    """The message or note that a delivery names, as it is now."""
    rows = kind.objects.filter(workstream=delivery.mailbox.workstream, number=delivery.data["number"])
    found: Entry | None = rows.select_related("author", "workstream__owner", "workstream__organization").first()
    return found


def relay(entry: Entry) -> Sent:
    """Say a message or note as it is now, once. Raises: VendorFailure."""
    begun = parts.unheard(entry)
    if begun is not None:
        if sent := _looked_for(begun):
            return sent
        begun.delete()
    there = Part.objects.showing(entry).filter(direction=Part.Direction.OUT, change__gte=entry.change)
    if part := there.select_related("conversation").first():
        return _as_sent(part)
    conversation = conversations.carrying(entry.workstream)
    words = _words(entry, conversation)
    try:
        return _say(conversation, entry, words)
    except Refused as refusal:
        plainly = _words(entry, conversation, plainly=True)
        if plainly == words:
            raise
        # Files it does not take, or a teammate who left: better without than not at all.
        sent = _say(conversation, entry, plainly)
        if isinstance(refusal, Missing):
            teammates.lost(words.admin)
        return sent


def _say(conversation: Conversation, entry: Entry, words: Words) -> Sent:
    part = parts.begin(conversation, entry, words)
    try:
        seen = _asked(str(conversation.conversation_id), words)
    except Missing as failure:
        part.delete()
        if words.admin and words.admin != teammates.speaker():
            raise  # perhaps it is the teammate who is not there
        conversations.mend(conversation, failure)
    except (Refused, NotNow):
        part.delete()
        raise
    except VendorAway as failure:
        if not failure.is_unclear:
            part.delete()
        raise
    conversations.found(conversation)
    return _as_sent(parts.said(part, parts.find(part, seen)))


def _asked(conversation: str, words: Words) -> ConversationSeen:
    if words.is_note:
        return client().note(conversation, words.admin, words.body)
    if words.contact:
        return client().reply_as_contact(conversation, words.contact, words.body, words.files)
    return client().reply_as_teammate(conversation, words.admin, words.body, words.files)


def _looked_for(part: Part) -> Sent | None:
    """What was begun, if it stands in the conversation; None when it can be said again.

    Raises: NotNow, while it may still come to stand there; VendorFailure.
    """
    try:
        seen = client().conversation(str(part.conversation.conversation_id))
    except Missing as failure:
        if part.conversation.state != Conversation.State.GONE:
            conversations.mend(part.conversation, failure)
        return None
    found = parts.find(part, seen)
    if found is None and timezone.now() - part.at < SETTLES:
        raise NotNow("Intercom may have taken it; it is looked for.", retry_at=part.at + SETTLES)
    return _as_sent(parts.said(part, found)) if found else None


def _as_sent(part: Part) -> Sent:
    return Sent({"conversation": part.conversation.conversation_id, "part": part.part_id}, part.digest)


def _words(entry: Entry, conversation: Conversation, *, plainly: bool = False) -> Words:
    """How it is said there; `plainly` without files, and by no teammate but the portal's own."""
    files, about_files = _files(entry, at_most=0 if plainly else MOST_FILES)
    if is_by_client(entry):
        is_another = conversation.contact is None or entry.author_id != conversation.contact.person_id
        text = as_text(entry, named=is_another, about_files=about_files)
        return Words(text, contact=conversation.written_as, files=files)
    teammate = teammates.of(entry.author) if entry.author and not plainly else None
    markup = as_markup(entry, named=entry.author_id is not None and teammate is None, about_files=about_files)
    admin = teammate.admin_id if teammate else teammates.speaker()
    return Words(markup, is_note=isinstance(entry, Note), admin=admin, files=files)


def _files(entry: Entry, *, at_most: int) -> tuple[tuple[File, ...], str]:
    """The files that go along, and lines about files for the text.

    Raises: Waits, while one is looked into for viruses.
    """
    taken: list[File] = []
    left: list[str] = []
    room = MOST_BYTES
    for attachment in _carried(entry):
        is_fresh = timezone.now() - entry.created_at < WAIT_FOR_SCAN
        if attachment.scan == Attachment.Scan.WAITING and is_fresh:
            raise Waits("A file of the message is being looked into for viruses.")
        if why_not(attachment) or len(taken) >= at_most or attachment.size > room:
            left.append(attachment.name)
            continue
        with attachment.file.open("rb") as stored:
            taken.append(File(attachment.name, attachment.content_type, stored.read()))
        room -= attachment.size
    lines = []
    if taken and not entry.body:
        lines.append(f"Attached: {', '.join(file.name for file in taken)}")
    if left:
        lines.append(f"In the portal: {', '.join(left)}\n{entry.workstream.full_url}")
    return tuple(taken), "\n".join(lines)


def _carried(entry: Entry) -> Iterator[Attachment]:
    if isinstance(entry, Message):
        for carried in entry.files.select_related("attachment").order_by("pk"):
            if carried.attachment.removed_at is None:
                yield carried.attachment


def _redacted(shown: "models.QuerySet[Part]") -> dict[str, object]:
    """Take the words of these parts away; what Intercom does not let us take is said."""
    left = 0
    for part in shown.filter(redacted_at=None).select_related("conversation"):
        if part.part_id is None:
            left += 1
            continue
        if part.conversation.state != Conversation.State.GONE:
            try:
                client().redact(str(part.conversation.conversation_id), part.part_id)
            except Missing as failure:
                _insist_on_gone(part, failure)
            except Refused:
                left += 1
                continue
        Part.objects.filter(pk=part.pk).update(redacted_at=timezone.now())
    return {"not_redacted": left} if left else {"redacted": True}


def _insist_on_gone(part: Part, failure: Missing) -> None:
    """Insist that words which Intercom did not find stand in the conversation no more. Raises: VendorFailure."""
    try:
        seen = client().conversation(str(part.conversation.conversation_id))
    except Missing as gone:
        conversations.mend(part.conversation, gone)
    if any(one.id == part.part_id and not one.is_redacted for one in seen.parts):
        raise NotNow(failure.reason) from failure
