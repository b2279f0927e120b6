"""Posting messages and notes, and reading them."""

from typing import Literal
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction

from accounts.capabilities import Can
from accounts.models import User
from activity.models import SystemActor
from activity.record import record
from chat import events, live
from chat.errors import NothingToSay, TooLong
from chat.models import MAX_LENGTH, Counter, Message, Note
from workstreams.actions import join_by_responding, touch
from workstreams.choices import Side
from workstreams.errors import Closed
from workstreams.models import WorkStream
from workstreams.tenancy import require


def post_message(*, workstream: WorkStream, author: User, body: str, client_key: UUID) -> Message:
    """Post to the group chat (R56). Posting again with the same `client_key` returns the message made first.

    The first colleague who answers becomes member and WorkStream Lead (R64, R65).

    Raises: NotAllowed, Closed for clients, NothingToSay, TooLong.
    """
    require(author, Can.CHAT, workstream)
    if existing := Message.objects.filter(workstream=workstream, client_key=client_key).first():
        return existing
    if not workstream.is_open and not author.is_internal:
        raise Closed(f"“{workstream.name}” is closed. Ask to reopen it.")
    text = _checked(body)
    try:
        with transaction.atomic():
            if author.is_team:
                join_by_responding(workstream=workstream, responder=author)
            return _append_message(
                workstream,
                text,
                author=author,
                side=Side.TEAM if author.is_team else Side.CLIENT,
                client_key=client_key,
            )
    except IntegrityError:
        # The same key was posted by a second request in between; that one's message is ours.
        return Message.objects.get(workstream=workstream, client_key=client_key)


def post_automatic_message(*, workstream: WorkStream, body: str) -> Message:
    """Post in the portal's own name, for the team. It makes nobody a lead (R65)."""
    with transaction.atomic():
        return _append_message(workstream, _checked(body), author=None, side=Side.TEAM, client_key=uuid4())


def post_note(*, workstream: WorkStream, author: User, body: str, client_key: UUID) -> Note:
    """Write an Internal Note (R70). Posting again with the same `client_key` returns the note made first.

    Raises: NotAllowed, NothingToSay, TooLong.
    """
    require(author, Can.WRITE_NOTES, workstream)
    if existing := Note.objects.filter(workstream=workstream, client_key=client_key).first():
        return existing
    text = _checked(body)
    try:
        with transaction.atomic():
            return append_note(workstream, text, author=author, client_key=client_key)
    except IntegrityError:
        return Note.objects.get(workstream=workstream, client_key=client_key)


def append_note(
    workstream: WorkStream,
    text: str,
    *,
    author: User | None,
    client_key: UUID | None = None,
    is_creation_note: bool = False,
) -> Note:
    """Store a note of a colleague, or of the portal itself. Call inside a transaction."""
    note = Note(
        workstream=workstream,
        author=author,
        body=text,
        client_key=client_key or uuid4(),
        is_creation_note=is_creation_note,
    )
    note.number = _next_number(workstream, "last_note")
    note.save(force_insert=True)
    if author is not None:
        _mark_read(workstream, author, note=note.number)
    record(
        events.NOTE_POSTED,
        actor=author or SystemActor.PORTAL,
        workstream=workstream,
        data={"number": note.number},
    )
    live.announce_note(note)
    return note


def mark_read(*, workstream: WorkStream, reader: User, message: int = 0, note: int = 0) -> None:
    """Remember that a person has read up to these numbers. Marks only move forward, never past the last number."""
    require(reader, Can.CHAT, workstream)
    counter = Counter.objects.filter(workstream=workstream).first()
    if counter is None:
        return
    _mark_read(
        workstream,
        reader,
        message=min(message, counter.last_message),
        note=min(note, counter.last_note) if reader.is_internal else 0,
    )


def _checked(body: str) -> str:
    """The text as it is stored: line ends as one character, no invisible control characters, trimmed."""
    text = body.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and ord(c) != 127)).strip()
    if not text:
        raise NothingToSay("Write something first.")
    if len(text) > MAX_LENGTH:
        raise TooLong(
            f"This is {len(text):,} characters long; a message holds {MAX_LENGTH:,}. "
            "Shorten it, or put the text in a file."
        )
    return text


def _append_message(workstream: WorkStream, text: str, *, author: User | None, side: Side, client_key: UUID) -> Message:
    touch(workstream)
    message = Message(workstream=workstream, author=author, side=side, body=text, client_key=client_key)
    # The counter's row lock orders the numbers by commit, so "everything after N" never misses one; it is taken late.
    message.number = _next_number(workstream, "last_message")
    message.save(force_insert=True)
    if author is not None:
        _mark_read(workstream, author, message=message.number)
    record(
        events.MESSAGE_POSTED,
        actor=author or SystemActor.PORTAL,
        workstream=workstream,
        data={"number": message.number, "side": str(side)},
    )
    live.announce_message(message)
    return message


def _next_number(workstream: WorkStream, column: Literal["last_message", "last_note"]) -> int:
    """Take the next number; the row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO chat_counter AS c (workstream_id, last_message, last_note) VALUES (%s, %s, %s) "  # noqa: S608
            f"ON CONFLICT (workstream_id) DO UPDATE SET {column} = c.{column} + 1 RETURNING {column}",
            [workstream.pk, int(column == "last_message"), int(column == "last_note")],
        )
        (number,) = cursor.fetchone()
    return int(number)


def _mark_read(workstream: WorkStream, user: User, *, message: int = 0, note: int = 0) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO chat_readmark AS r (workstream_id, user_id, message, note) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (workstream_id, user_id) DO UPDATE "
            "SET message = GREATEST(r.message, EXCLUDED.message), note = GREATEST(r.note, EXCLUDED.note)",
            [workstream.pk, user.pk, message, note],
        )
