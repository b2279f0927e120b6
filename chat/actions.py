"""Posting messages and notes, and reading them. Editing and removing them is in `chat.changes`.

Locks are taken in this order: the WorkStream's row (only by a first answer, and by `touch` once a minute), then the
author's membership, then the counter row, which is held until the commit. Whatever follows from `chat.message_posted`
must not lock a WorkStream.
"""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.capabilities import Can
from accounts.errors import NotAllowed
from accounts.fields import one_line
from accounts.models import User
from activity.models import Event
from activity.record import record
from chat import events
from chat.append import NotStored, append
from chat.errors import KeyTaken, NoSuchFile, NotClosed, NothingToSay, TooLong
from chat.live import announce, signs
from chat.mentions import named, write_down
from chat.models import MAX_LENGTH, MAX_NAME, CameFrom, Message, MessageFile, Note, ReadMark
from workstreams import attachments
from workstreams.actions import join_by_responding, lock, touch
from workstreams.choices import Side
from workstreams.errors import Closed
from workstreams.models import Attachment, WorkStream
from workstreams.tenancy import require

MOST_FILES = 20

E = TypeVar("E", Message, Note)


@dataclass(frozen=True)
class Outside:
    """Where something was said that was not said here, by whom if they have no account, and when."""

    came_from: CameFrom
    said_by: str
    at: datetime

    def mark(self, entry: Message | Note) -> None:
        """Put it down on an entry that is about to be stored. Nothing is said later than now."""
        entry.came_from = self.came_from
        entry.created_at = min(self.at, timezone.now())
        if entry.author_id is None:
            entry.said_by = one_line(self.said_by)[:MAX_NAME] or self.came_from.label


def post_message(
    *, workstream: WorkStream, author: User, body: str, client_key: UUID, files: Iterable[UUID] = ()
) -> Message:
    """Post to the group chat (R56). Posting the same again with the same `client_key` returns the first message.

    `files` are the public ids of attachments of this WorkStream that the author added (R31); with any of them the text
    may be empty. The first colleague who answers becomes member and WorkStream Lead (R64, R65).

    Raises: NotAllowed, Closed for clients, NothingToSay, TooLong, NoSuchFile, KeyTaken.
    """
    require(author, Can.CHAT, workstream)
    wanted = set(files)
    text = checked(body, may_be_empty=bool(wanted))
    carried = _files_of(workstream, author, wanted) if wanted else []
    try:
        if len(carried) < len(wanted):
            raise NotStored  # noqa: TRY301  unless it was, before a file went
        with transaction.atomic():
            if author.is_team:
                join_by_responding(workstream=workstream, responder=author)
            return _append_message(
                workstream,
                text,
                author=author,
                side=Side.TEAM if author.is_team else Side.CLIENT,
                client_key=client_key,
                also_closed=author.is_team,
                files=carried,
            )
    except NotStored:
        posted = Message.objects.filter(workstream=workstream, client_key=client_key).first()
        if posted is None:
            require(author, Can.CHAT, workstream)  # they may have been taken off this moment
            if len(carried) < len(wanted):
                raise NoSuchFile(
                    "One of these files is not there any more, or somebody else added it. Send the message without it."
                ) from None
            raise Closed(f"“{workstream.name}” is closed. Ask to reopen it.") from None
    except IntegrityError as clash:
        if _broken_constraint(clash) != "a_message_is_posted_once":
            raise
        # A second request with the same key was quicker by a moment.
        posted = Message.objects.get(workstream=workstream, client_key=client_key)
    return _same(posted, author, text, wanted)


def post_from_outside(
    *,
    workstream: WorkStream,
    came_from: CameFrom,
    author: User | None,
    said_by: str,
    side: Side,
    body: str,
    client_key: UUID,
    at: datetime,
    has_files: bool = False,
) -> Message:
    """Store what somebody said at a vendor's, exactly once for a `client_key`, whatever stands under it by now.

    The first colleague who answers becomes member and WorkStream Lead, as here (R64, R65). Without `author`, `said_by`
    names who said it: somebody without an account, who becomes nothing (A15). It was said, so it is stored also when
    the WorkStream is closed or its author has left. `at` is the vendor's time, never later than now; numbers go on in
    the order of storing. With `has_files` the text may be empty: they come by `changes.add_files`.

    Raises: NothingToSay, TooLong.
    """
    text = checked(body, may_be_empty=has_files)
    try:
        with transaction.atomic():
            if author is not None and side == Side.TEAM:
                join_by_responding(workstream=workstream, responder=author)
            return _append_message(
                workstream,
                text,
                author=author,
                side=side,
                client_key=client_key,
                also_closed=True,
                said=Outside(came_from, said_by, at),
            )
    except NotStored:
        pass
    except IntegrityError as clash:
        if _broken_constraint(clash) != "a_message_is_posted_once":
            raise
    return Message.objects.get(workstream=workstream, client_key=client_key)


def write_note_from_outside(
    *,
    workstream: WorkStream,
    came_from: CameFrom,
    author: User | None,
    said_by: str,
    body: str,
    client_key: UUID,
    at: datetime,
    people: Sequence[User] = (),
) -> Note:
    """Store what a colleague noted at a vendor's for the team alone, as `post_from_outside` stores messages.

    `people` are the colleagues it names (R71); it makes nobody a member or lead.

    Raises: NothingToSay, TooLong.
    """
    text = checked(body)
    said = Outside(came_from, said_by, at)
    try:
        with transaction.atomic():
            return append_note(workstream, text, author=author, client_key=client_key, people=people, said=said)
    except NotStored:
        pass
    except IntegrityError as clash:
        if _broken_constraint(clash) != "a_note_is_posted_once":
            raise
    return Note.objects.get(workstream=workstream, client_key=client_key)


def post_automatic_message(*, workstream: WorkStream, body: str) -> Message:
    """Post in the portal's own name, for the team. It makes nobody a lead (R65)."""
    with transaction.atomic():
        return _append_message(
            workstream, checked(body), author=None, side=Side.TEAM, client_key=uuid4(), also_closed=True
        )


def post_note(
    *, workstream: WorkStream, author: User, body: str, client_key: UUID, mentions: Collection[UUID] = ()
) -> Note:
    """Write an Internal Note (R70). Posting the same text again with the same `client_key` returns the first note.

    `mentions` are the public ids of the colleagues it names (R71).

    Raises: NotAllowed, NothingToSay, TooLong, KeyTaken, NotAColleague.
    """
    require(author, Can.WRITE_NOTES, workstream)
    text, people = named(checked(body), mentions, author)
    text = checked(text)
    try:
        with transaction.atomic():
            return append_note(workstream, text, author=author, client_key=client_key, people=people)
    except NotStored:
        pass
    except IntegrityError as clash:
        if _broken_constraint(clash) != "a_note_is_posted_once":
            raise
    return _same(Note.objects.get(workstream=workstream, client_key=client_key), author, text)


def append_note(
    workstream: WorkStream,
    text: str,
    *,
    author: User | None,
    client_key: UUID | None = None,
    is_creation_note: bool = False,
    people: Sequence[User] = (),
    said: Outside | None = None,
) -> Note:
    """Store a note of a colleague, or of the portal itself. Call inside a transaction."""
    note = Note(
        workstream=workstream,
        author=author,
        body=text,
        client_key=client_key or uuid4(),
        is_creation_note=is_creation_note,
    )
    if said is not None:
        said.mark(note)
    append(note, also_closed=True, mentioned=[person.pk for person in people])
    write_down(note, people)
    announce.note_posted(note)
    return note


@transaction.atomic
def ask_to_reopen(*, workstream: WorkStream, actor: User) -> bool:
    """Ask the team to reopen a closed WorkStream (A9): one automatic message, once per closing.

    Returns whether this was the first time; asking again changes nothing.

    Raises: NotAllowed, also for colleagues, who reopen it themselves; NotClosed.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.CHAT, workstream)
    if actor.is_team:
        raise NotAllowed("Reopen it yourself, on the administration screen.")
    if workstream.is_open:
        raise NotClosed(f"“{workstream.name}” is open: write in the chat.")
    if reopening_is_asked(workstream):
        return False
    record(events.REOPENING_ASKED, actor=actor, workstream=workstream)
    post_automatic_message(workstream=workstream, body=f"{actor.display_name} asks to reopen this WorkStream.")
    return True


def reopening_is_asked(workstream: WorkStream) -> bool:
    """Whether somebody of the client asked to reopen it since it was closed."""
    asked = Event.objects.filter(workstream=workstream, verb=events.REOPENING_ASKED, at__gte=workstream.closed_at)
    return not workstream.is_open and asked.exists()


def mark_read(*, workstream: WorkStream, reader: User, message: int = 0, note: int = 0) -> None:
    """Remember that a person has read up to these numbers. Marks only move forward, never past the last number."""
    require(reader, Can.CHAT, workstream)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_readmark AS r (workstream_id, user_id, message, note) "
            "SELECT workstream_id, %s, LEAST(%s, last_message), LEAST(%s, last_note) "
            "FROM chat_counter WHERE workstream_id = %s "
            "ON CONFLICT (workstream_id, user_id) DO UPDATE "
            "SET message = GREATEST(r.message, EXCLUDED.message), note = GREATEST(r.note, EXCLUDED.note) "
            # What was read before is told again and again; it writes nothing.
            "WHERE EXCLUDED.message > r.message OR EXCLUDED.note > r.note "
            "RETURNING message, note, EXISTS (SELECT FROM workstreams_membership m "
            "WHERE m.workstream_id = r.workstream_id AND m.user_id = r.user_id)",
            [reader.pk, message, note if reader.is_internal else 0, workstream.pk],
        )
        moved = cursor.fetchone()
    if moved is not None:
        read_up_to, notes_up_to, is_member = moved
        signs.read(workstream, reader, message=read_up_to, note=notes_up_to, is_member=is_member)


def mark_unread(*, workstream: WorkStream, reader: User, message: int | None = None) -> None:
    """Have a message of somebody else count as unread again, and all after it; the last one if none is named."""
    require(reader, Can.CHAT, workstream)
    others = Message.objects.filter(workstream=workstream).exclude(author=reader).order_by("-number")
    if message is not None:
        others = others.filter(number__gte=message).order_by("number")
    number = others.values_list("number", flat=True).first()
    if number is not None:
        ReadMark.objects.filter(workstream=workstream, user=reader, message__gte=number).update(message=number - 1)


def checked(body: str, *, may_be_empty: bool = False) -> str:
    """The text as it is stored: line ends as one character, no control characters or broken ones, trimmed."""
    text = body.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    # Joiners and marks of direction alone are no text: nobody would see them.
    if not any(c.isprintable() and not c.isspace() for c in text):
        if may_be_empty:
            return ""
        raise NothingToSay("Write something first.")
    if len(text) > MAX_LENGTH:
        raise TooLong(
            f"This is {len(text):,} characters long; a message holds {MAX_LENGTH:,}. "
            "Shorten it, or put the text in a file."
        )
    return text


def _same(posted: E, author: User, text: str, files: Collection[UUID] = ()) -> E:
    """What was posted before with this key, if it is the same person saying the same.

    What was changed since stays as it is: whoever sends it again only has not heard that it was taken.
    """
    is_same = posted.change > 0 or (posted.body == text and _carried_by(posted) == set(files))
    if posted.author_id != author.pk or not is_same:
        raise KeyTaken("Something else was posted under this key. Send it again.")
    return posted


def _broken_constraint(clash: IntegrityError) -> str:
    """The name of the constraint that PostgreSQL reports."""
    return getattr(getattr(clash.__cause__, "diag", None), "constraint_name", "") or ""


def _files_of(workstream: WorkStream, author: User, ids: set[UUID]) -> list[Attachment]:
    if len(ids) > MOST_FILES:
        raise NoSuchFile(f"A message carries at most {MOST_FILES} files. Send the others in another one.")
    return attachments.of_author(workstream=workstream, author=author, ids=ids)


def _carried_by(entry: Message | Note) -> set[UUID]:
    if isinstance(entry, Note):
        return set()
    return set(MessageFile.objects.filter(message=entry).values_list("attachment__public_id", flat=True))


def _append_message(
    workstream: WorkStream,
    text: str,
    *,
    author: User | None,
    side: Side,
    client_key: UUID,
    also_closed: bool,
    files: Sequence[Attachment] = (),
    said: Outside | None = None,
) -> Message:
    message = Message(workstream=workstream, author=author, side=side, body=text, client_key=client_key)
    if said is not None:
        said.mark(message)
    message.shown_files = [MessageFile(message=message, attachment=file) for file in files]
    touch(workstream)
    append(
        message,
        also_closed=also_closed,
        files=[file.pk for file in files],
        holds_member=said is None and author is not None and not author.is_internal,
    )
    announce.message_posted(message)
    return message
