"""What of ours is what at Intercom: people, conversations, messages and teammates."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chat.models import Message, Note
from integrations.intercom.querysets import ArrivingFileQuerySet, ContactQuerySet, ConversationQuerySet, PartQuerySet
from workstreams.models import Attachment, WorkStream

# What Intercom calls things: 24 hexadecimal characters for contacts, digits for all else.
CONTACT_ID = 24
OTHER_ID = 24


class Contact(models.Model):
    """A registered person of a client as a contact of Intercom, with the role “user” there."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived in Intercom"
        GONE = "gone", "Deleted in Intercom"

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="intercom_contact")
    contact_id = models.CharField(max_length=CONTACT_ID, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    # SHA-256 of what Intercom was told of the person last; the same again is not sent.
    digest = models.CharField(max_length=64, blank=True)
    synced_at = models.DateTimeField(null=True)

    objects = ContactQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.contact_id} ({self.get_state_display()})"


class FormerContact(models.Model):
    """An id that Intercom used for somebody before: of a lead that was merged, or a contact that was deleted.

    Late notifications still name it.
    """

    now = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="former")
    contact_id = models.CharField(max_length=CONTACT_ID, unique=True)
    since = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.contact_id


class Conversation(models.Model):
    """The conversation that carries a WorkStream's chat (R58): one at a time, and only ever one that is opened.

    One that was deleted in Intercom is kept, because late notifications still name it; the next message opens another.
    """

    class State(models.TextChoices):
        WANTED = "wanted", "To be opened"
        OPEN = "open", "Opened"
        GONE = "gone", "Deleted in Intercom"

    workstream = models.ForeignKey(
        WorkStream, on_delete=models.CASCADE, related_name="intercom_conversations", db_index=False
    )
    conversation_id = models.CharField(max_length=OTHER_ID, unique=True, null=True)  # noqa: DJ001  none, before it is known
    # Of the message that opened it; Intercom does not count it among the parts.
    source_id = models.CharField(max_length=OTHER_ID, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WANTED)
    # Through whom it is written: the WorkStream Owner (R68), and under which id they take part in it.
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="conversations")
    written_as = models.CharField(max_length=CONTACT_ID, blank=True)
    # When Intercom was asked to open it. Found set without an id, it may be there: it is looked for before Intercom is
    # asked again.
    asked_at = models.DateTimeField(null=True)
    # How often it was looked for since.
    looked = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    # Since when Intercom does not find it; what is not found for long is gone.
    missed_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    # How far Intercom had changed it when it was read last; the poll has it read again when it goes on.
    heard_up_to = models.DateTimeField(null=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workstream"],
                condition=~Q(state="gone"),
                name="one_conversation_at_a_time_carries_a_workstream",
            ),
            models.CheckConstraint(
                condition=Q(state="wanted") | Q(conversation_id__isnull=False),
                name="a_conversation_that_is_open_has_its_id",
            ),
        ]
        indexes = [models.Index(fields=["workstream"], name="conversations_of_a_workstream")]

    def __str__(self) -> str:
        return f"{self.conversation_id or '(not opened yet)'} of {self.workstream_id}"


class Part(models.Model):
    """One entry of a conversation, and the message or note it is here; neither for one that is none of both.

    One that goes out is written down before Intercom is asked, so that it is found again if no answer is heard, and
    known when it comes back. An edited message goes out as a new part for each change; those before are redacted.
    """

    class Direction(models.TextChoices):
        IN = "in", "From Intercom"
        OUT = "out", "To Intercom"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="parts", db_index=False)
    # None as long as nobody knows it.
    part_id = models.CharField(max_length=OTHER_ID, null=True)  # noqa: DJ001
    direction = models.CharField(max_length=3, choices=Direction.choices)
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="intercom_parts")
    note = models.ForeignKey(Note, null=True, on_delete=models.CASCADE, related_name="intercom_parts")
    # Which change of the message or note it shows; 0 as it was posted.
    change = models.PositiveIntegerField(default=0)
    # When Intercom was asked, or when it was said there.
    at = models.DateTimeField(default=timezone.now)
    # Of one that goes out: its words, to find it by (wording.Words), who says it there, and when Intercom took it.
    digest = models.CharField(max_length=64, blank=True)
    author_id = models.CharField(max_length=OTHER_ID, blank=True)
    said_at = models.DateTimeField(null=True)
    redacted_at = models.DateTimeField(null=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "part_id"], name="a_part_of_a_conversation_is_known_once"),
            models.UniqueConstraint(
                fields=["message", "change"], condition=Q(direction="out"), name="a_message_is_relayed_once"
            ),
            models.UniqueConstraint(
                fields=["note", "change"], condition=Q(direction="out"), name="a_note_is_relayed_once"
            ),
            models.CheckConstraint(
                condition=Q(message__isnull=True) | Q(note__isnull=True), name="a_part_is_a_message_or_a_note"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id or '(unknown)'} in {self.conversation_id}"


class Teammate(models.Model):
    """Somebody of Intercom's Team Inbox, and the colleague they are here; by their address (A15)."""

    admin_id = models.CharField(max_length=OTHER_ID, unique=True)
    email = models.CharField(max_length=254, blank=True, db_index=True)
    name = models.CharField(max_length=200, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="intercom_teammates"
    )
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name or self.admin_id


class ArrivingFile(models.Model):
    """A file of a message that came from Intercom. Its address is asked for each time a worker fetches it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        KEPT = "kept", "Kept"
        LOST = "lost", "Could not be had"

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="arriving_files", db_index=False)
    # Which of the part's files, from 0.
    place = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # A sentence for people: why it is not there.
    reason = models.CharField(max_length=500, blank=True)
    attachment = models.ForeignKey(Attachment, null=True, on_delete=models.CASCADE, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    objects = ArrivingFileQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="files_that_arrive")]
        constraints = [
            models.UniqueConstraint(fields=["part", "place"], name="a_file_of_a_part_arrives_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.part_id}"


class Poll(models.Model):
    """How far what changed at Intercom was looked for; there is one row."""

    ONLY = 1

    up_to = models.DateTimeField()

    def __str__(self) -> str:
        return f"up to {self.up_to.isoformat()}"
