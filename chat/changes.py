"""Editing and removing what was said.

An author may edit their own words for ten minutes and remove them at any time; an administrator may remove anybody's.
A removed message keeps its number, author and time. Its text is gone from the row, and with it from every page, search,
answer and export made from the row.

The counter's row is locked first, as by `chat.append`, and held until the commit: so changes are numbered in the order
in which they become visible, and "everything changed after N" never misses one. Whatever follows from these events must
not lock a WorkStream.
"""

from collections.abc import Collection, Iterable
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.capabilities import Can, Role
from accounts.errors import NotAllowed
from accounts.models import FORMER_MEMBER, User
from activity.models import SystemActor
from activity.record import record
from api.idempotency import forget_words
from chat import events
from chat.actions import checked
from chat.errors import Removed, SaidByThePortal, TooLate
from chat.live import announce
from chat.mentions import named, renew
from chat.models import MAX_LENGTH, Counter, Message, MessageFile, Note
from chat.querysets import EntryQuerySet
from chat.rules import EDIT_FOR, is_too_late
from chat.search import index
from workstreams.errors import ChangedMeanwhile, Closed
from workstreams.models import Attachment, WorkStream
from workstreams.tenancy import require

E = TypeVar("E", Message, Note)


@transaction.atomic
def edit_message(*, message: Message, actor: User, body: str, seen: int | None = None) -> Message:
    """Replace the text of one's own message. The same text again changes nothing.

    `seen` is the change the person saw when they began; None saves regardless.

    Raises: NotAllowed, Closed for clients, NothingToSay, TooLong, Removed, TooLate, ChangedMeanwhile.
    """
    require(actor, Can.CHAT, message.workstream)
    text = checked(body)
    counter = _counter(message)
    message = _again(message)
    if not _is_new_text(message, actor, text, seen):
        return message
    counter.message_changes += 1
    _save(message, counter.message_changes, body=text, edited_at=timezone.now())
    counter.save(update_fields=["message_changes"])
    record(events.MESSAGE_EDITED, actor=actor, workstream=message.workstream, data={"number": message.number})
    announce.message_changed(message)
    return message


@transaction.atomic
def edit_note(
    *, note: Note, actor: User, body: str, seen: int | None = None, mentions: Collection[UUID] | None = None
) -> Note:
    """Replace the text of one's own note, as `edit_message` does. Only whom it did not name before is told (R71).

    `mentions` are the public ids of all it names now; None leaves those it names.

    Raises: NotAllowed, NothingToSay, TooLong, Removed, TooLate, ChangedMeanwhile, NotAColleague.
    """
    require(actor, Can.WRITE_NOTES, note.workstream)
    before = {mention.user.public_id: mention.user for mention in note.mentions.select_related("user")}
    text, people = named(checked(body), set(mentions or ()) - before.keys(), actor)
    text = checked(text)
    people += [person for key, person in before.items() if mentions is None or key in mentions]
    counter = _counter(note)
    note = _again(note)
    if not _is_new_text(note, actor, text, seen):
        return note
    counter.note_changes += 1
    _save(note, counter.note_changes, body=text, edited_at=timezone.now())
    counter.save(update_fields=["note_changes"])
    mentioned = [person.pk for person in renew(note, people)]
    data = {"number": note.number, "mentioned": mentioned}
    record(events.NOTE_EDITED, actor=actor, workstream=note.workstream, data=data)
    announce.note_changed(note)
    return note


@transaction.atomic
def remove_message(*, message: Message, actor: User) -> Message:
    """Take the text of a message away, for good. Removing it again changes nothing.

    Raises: NotAllowed, Closed for clients, SaidByThePortal.
    """
    require(actor, Can.CHAT, message.workstream)
    counter = _counter(message)
    message = _again(message)
    if _is_there_to_remove(message, actor):
        _blank_message(message, counter, actor)
    return message


@transaction.atomic
def remove_note(*, note: Note, actor: User) -> Note:
    """Take the text of a note away, for good, as `remove_message` does.

    Raises: NotAllowed, SaidByThePortal.
    """
    require(actor, Can.WRITE_NOTES, note.workstream)
    counter = _counter(note)
    note = _again(note)
    if _is_there_to_remove(note, actor):
        _blank_note(note, counter, actor)
    return note


@transaction.atomic
def remove_from_outside(entry: Message | Note, *, actor: SystemActor) -> None:
    """Take away a text that was taken away at the vendor's. Removing it again changes nothing."""
    counter = _counter(entry)
    if isinstance(entry, Message):
        message = _again(entry)
        if not message.removed_at:
            _blank_message(message, counter, actor)
    else:
        note = _again(entry)
        if not note.removed_at:
            _blank_note(note, counter, actor)


@transaction.atomic
def add_files(message: Message, files: Iterable[Attachment], *, lost: str = "") -> Message:
    """Let a message from outside carry files that arrived after its text. Adding them again changes nothing.

    `lost` is a sentence about one that will not come; it stands below the text.
    """
    counter = _counter(message)
    message = _again(message)
    known = {each.attachment_id for each in message.shown_files}
    new = [MessageFile(message=message, attachment=file) for file in files if file.pk not in known]
    if (new or lost) and not message.removed_at:
        MessageFile.objects.bulk_create(new)
        message.shown_files = list(MessageFile.objects.filter(message=message).printed())
        counter.message_changes += 1
        body = "\n".join(line for line in (message.body, lost) if line)[:MAX_LENGTH]
        _save(message, counter.message_changes, body=body)
        counter.save(update_fields=["message_changes"])
        index.renew(message)
        announce.message_changed(message)
    return message


def forget_names(entries: EntryQuerySet[E]) -> None:
    """Let what somebody said elsewhere bear no name any more, because they were erased. In a transaction."""
    entries.filter(author=None).exclude(said_by="").update(said_by=FORMER_MEMBER)


def show_file_again(*, attachment_id: int) -> None:
    """Show on every open page that a file which messages carry can be had now, or no longer. In a transaction."""
    carrying = Message.objects.filter(files__attachment=attachment_id, removed_at=None)
    for found in carrying.order_by("pk"):
        counter = _counter(found)
        message = _again(found)
        if message.removed_at:
            continue
        counter.message_changes += 1
        message.change = counter.message_changes
        message.save(update_fields=["change"])
        counter.save(update_fields=["message_changes"])
        announce.message_changed(message)


def _blank_message(message: Message, counter: Counter, actor: User | SystemActor) -> None:
    counter.message_changes += 1
    _save(message, counter.message_changes, body="", removed_at=timezone.now())
    message.files.all().delete()  # the files themselves belong to the WorkStream (R31)
    message.shown_files = []
    counter.save(update_fields=["message_changes"])
    record(events.MESSAGE_REMOVED, actor=actor, workstream=message.workstream, data={"number": message.number})
    announce.message_changed(message)


def _blank_note(note: Note, counter: Counter, actor: User | SystemActor) -> None:
    counter.note_changes += 1
    _save(note, counter.note_changes, body="", removed_at=timezone.now())
    note.mentions.all().delete()
    note.shown_mentions = []
    counter.save(update_fields=["note_changes"])
    record(events.NOTE_REMOVED, actor=actor, workstream=note.workstream, data={"number": note.number})
    announce.note_changed(note)


def _counter(entry: Message | Note) -> Counter:
    return Counter.objects.select_for_update().get(workstream=entry.workstream_id)


def _again(entry: E) -> E:
    """The entry as it is now, with all that is printed of it."""
    rows = type(entry).objects
    return rows.whole().get(pk=entry.pk)


def _is_new_text(entry: Message | Note, actor: User, text: str, seen: int | None) -> bool:
    """Whether there is anything to save, and it may be saved."""
    if entry.author_id != actor.pk:
        raise NotAllowed(f"You may only edit what you wrote yourself, not this {_name(entry)}.")
    _insist_on_open(entry, actor)
    if entry.removed_at:
        raise Removed(f"This {_name(entry)} was removed meanwhile.")
    if entry.body == text:
        return False
    if seen is not None and seen != entry.change:
        raise ChangedMeanwhile(f"You changed this {_name(entry)} elsewhere meanwhile. Look at it again.")
    if is_too_late(entry, timezone.now()):
        raise TooLate(
            f"A {_name(entry)} can be edited for {EDIT_FOR.seconds // 60} minutes. "
            "Write another one, or remove this one."
        )
    return True


def _is_there_to_remove(entry: Message | Note, actor: User) -> bool:
    if entry.is_automatic:
        raise SaidByThePortal(f"The portal wrote this {_name(entry)} itself; it stays.")
    if entry.author_id != actor.pk and actor.role != Role.ADMIN:
        raise NotAllowed(
            f"You may only remove what you wrote yourself. An administrator can remove this {_name(entry)}."
        )
    _insist_on_open(entry, actor)
    return entry.removed_at is None


def _insist_on_open(entry: Message | Note, actor: User) -> None:
    if actor.is_team:
        return
    workstream = WorkStream.objects.get(pk=entry.workstream_id)
    if not workstream.is_open:
        raise Closed(f"“{workstream.name}” is closed. Ask to reopen it.")


def _save(entry: Message | Note, change: int, **values: object) -> None:
    if entry.author and entry.body:
        forget_words(entry.author, entry.body)
    entry.change = change
    entry.html = ""
    for name, value in values.items():
        setattr(entry, name, value)
    entry.save(update_fields=["change", *values])


def _name(entry: Message | Note) -> str:
    return "message" if isinstance(entry, Message) else "note"
