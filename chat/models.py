"""Messages, notes, the counters that number them, and how far each person has read."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from chat.querysets import (
    MentionQuerySet,
    MessageFileQuerySet,
    MessageQuerySet,
    NoteQuerySet,
    ReadMarkQuerySet,
)
from chat.search.models import MessageWords, NoteWords
from workstreams.choices import Side
from workstreams.models import Attachment, WorkStream

__all__ = [
    "MAX_LENGTH",
    "CameFrom",
    "Counter",
    "Entry",
    "Mention",
    "Message",
    "MessageFile",
    "MessageWords",
    "Note",
    "NoteWords",
    "ReadMark",
]

MAX_LENGTH = 20_000
MAX_NAME = 120


class CameFrom(models.TextChoices):
    """Where something was said that was not said in the portal."""

    INTERCOM = "intercom", "Intercom"


class Counter(models.Model):
    """The last numbers given out in a WorkStream: a narrow row, because every message writes it.

    Messages and notes count apart, so that a client sees no gaps where notes stand. So do the changes of each: editing
    and removing. Whoever knows the last change they saw can be told everything that changed since.
    """

    workstream = models.OneToOneField(
        WorkStream, on_delete=models.CASCADE, primary_key=True, related_name="chat_counter"
    )
    last_message = models.PositiveIntegerField(default=0)
    last_note = models.PositiveIntegerField(default=0)
    message_changes = models.PositiveIntegerField(default=0, db_default=0)
    note_changes = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"{self.workstream}: {self.last_message} messages, {self.last_note} notes"


class Entry(models.Model):
    """What messages and notes share: a number without gaps in their WorkStream, an author, a text."""

    number = models.PositiveIntegerField(editable=False)
    # Made by the client's browser, so that posting twice gives one entry.
    client_key = models.UUIDField(editable=False)
    body = models.TextField(max_length=MAX_LENGTH)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)
    # Its text is gone then; number, author and time stay, so that nothing after it moves.
    removed_at = models.DateTimeField(null=True, editable=False)
    # The number of its latest change; 0 as long as it stands as it was posted.
    change = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    # Empty for what was said here.
    came_from = models.CharField(
        max_length=20, choices=CameFrom.choices, blank=True, default="", db_default="", editable=False
    )
    # The name of somebody without an account here, who said it elsewhere (A15); empty where there is an author.
    said_by = models.CharField(max_length=MAX_NAME, blank=True, default="", db_default="", editable=False)

    # Not stored: how any viewer gets it, once somebody asked (chat.conversation.html_of).
    html = ""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.number} in {self.workstream_id}"  # type: ignore[attr-defined]

    @property
    def is_automatic(self) -> bool:
        """Whether the portal itself says it, and nobody else."""
        return self.author_id is None and not self.said_by  # type: ignore[attr-defined]

    @property
    def author_name(self) -> str:
        """Who says it; the company where the portal itself speaks."""
        author: User | None = self.author  # type: ignore[attr-defined]
        return author.display_name if author else self.said_by or str(settings.PROVIDER_NAME)


class Message(Entry):
    """One message of the group chat. The side is stored: it says on which side it stands for everybody (R66)."""

    # Found by the numbers' index; one of its own would only be written.
    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="messages", db_index=False)
    # None: an automatic message of the portal, which speaks for the team.
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="messages")
    side = models.CharField(max_length=10, choices=Side.choices)
    # Not stored here, and not there before somebody read or posted it: what it carries.
    shown_files: "list[MessageFile]"

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["workstream", "number"], name="message_numbers_do_not_repeat"),
            models.UniqueConstraint(fields=["workstream", "client_key"], name="a_message_is_posted_once"),
        ]
        # Few are ever changed, and posting one does not write this.
        indexes = [
            models.Index(fields=["workstream", "change"], condition=Q(change__gt=0), name="messages_that_changed"),
        ]


class Note(Entry):
    """One Internal Note: only the team ever reads it (R70)."""

    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="notes", db_index=False)
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="notes")
    # Not stored, and not there before somebody read or wrote it: whom it names.
    shown_mentions: "list[Mention]"
    # The creation note of R60, which has a link to copy.
    is_creation_note = models.BooleanField(default=False, editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["workstream", "number"], name="note_numbers_do_not_repeat"),
            models.UniqueConstraint(fields=["workstream", "client_key"], name="a_note_is_posted_once"),
        ]
        # Few are ever changed, and posting one does not write this.
        indexes = [
            models.Index(fields=["workstream", "change"], condition=Q(change__gt=0), name="notes_that_changed"),
        ]


class MessageFile(models.Model):
    """An attachment of the WorkStream that a message carries (R31). Others are added without any message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="files", db_index=False)
    attachment = models.ForeignKey(Attachment, on_delete=models.CASCADE, related_name="+")

    objects = MessageFileQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "attachment"], name="a_message_carries_a_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id} in message {self.message_id}"


class Mention(models.Model):
    """A colleague named in an Internal Note (R71). The text shows the name; this says who was meant."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = MentionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="a_note_mentions_a_person_once")]

    def __str__(self) -> str:
        return f"{self.user} in note {self.note_id}"


class ReadMark(models.Model):
    """How far a person has read a WorkStream's chat; unread is the last number minus this."""

    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="read_marks", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="read_marks")
    message = models.PositiveIntegerField(default=0)
    note = models.PositiveIntegerField(default=0)

    objects = ReadMarkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workstream", "user"], name="one_read_mark_per_person")]

    def __str__(self) -> str:
        return f"{self.user} read up to {self.message}"
