"""What people are to hear, what they chose to hear, and how far the chats were gone through for them."""

import uuid
from datetime import time

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from activity.models import Event
from notifications.querysets import NotificationQuerySet
from workstreams.models import WorkStream

MORNING = time(8)


class Notification(models.Model):
    """One thing one person is told: a row of the bell, and the need of a mail until it is written or not needed.

    What an event tells is a row of its own. A chat is one row for each of its readers: it moves up with every message,
    so that a thousand messages are no thousand rows.
    """

    class MailState(models.TextChoices):
        NONE = "", "No mail"
        WAITING = "waiting", "Waiting"
        WRITTEN = "written", "Written"
        UNNEEDED = "unneeded", "Not needed any more"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications", db_index=False)
    workstream = models.ForeignKey(
        WorkStream, null=True, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    # A name of `policy.TOPICS`.
    topic = models.CharField(max_length=40)
    # None: the row of a chat.
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="notifications", db_index=False)
    # Who did it last; None where the portal or a vendor did.
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    # Of a topic that tells its people different things, which; and why this person is told, as mails end with it.
    about = models.CharField(max_length=40, blank=True)
    because = models.CharField(max_length=200)

    # Of a chat: the last message that was gone through, how many came since it was last read, and the last one mailed.
    last = models.PositiveIntegerField(default=0)
    count = models.PositiveIntegerField(default=1)
    mailed = models.PositiveIntegerField(default=0)

    at = models.DateTimeField(default=timezone.now)
    # Not in the bell: this person wants only the mail.
    is_in_app = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)

    mail = models.CharField(max_length=10, choices=MailState.choices, default=MailState.NONE, blank=True)
    # Since when a mail waits, and when it is to be written.
    waits_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="notices_latest", condition=Q(is_in_app=True)),
            models.Index(
                fields=["person", "workstream"], name="notices_unread", condition=Q(is_in_app=True, read_at=None)
            ),
            models.Index(fields=["due_at", "person"], name="notices_due", condition=Q(mail="waiting")),
            models.Index(fields=["person", "workstream"], name="notices_waiting", condition=Q(mail="waiting")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "person", "topic"], name="a_person_is_told_once_of_an_event", condition=~Q(event=None)
            ),
            models.UniqueConstraint(
                fields=["workstream", "person", "topic"], name="a_chat_is_one_row_a_reader", condition=Q(event=None)
            ),
            models.CheckConstraint(
                condition=~Q(mail="waiting") | Q(due_at__isnull=False, waits_since__isnull=False),
                name="a_waiting_mail_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} for {self.person_id}"


class Preferences(models.Model):
    """What one person chose, where it differs from what everybody gets."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="notification_preferences"
    )
    # Topics this person does not want in the bell, and those not by mail.
    not_in_app = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    not_by_mail = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    has_quiet_hours = models.BooleanField("Quiet hours", default=True)
    digest_at = models.TimeField("Digest at", default=MORNING)

    def __str__(self) -> str:
        return f"Preferences of {self.user_id}"


class Loudness(models.TextChoices):
    """How much one person hears of one WorkStream."""

    EVERYTHING = "everything", "Everything"
    ANSWERS = "answers", "Mentions and answers"
    NOTHING = "nothing", "Nothing"


class Level(models.Model):
    """How much a person hears of a WorkStream, where they do not hear everything."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notification_levels", db_index=False)
    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="+", db_index=False)
    level = models.CharField(max_length=12, choices=Loudness.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workstream", "user"], name="one_level_a_person_and_workstream"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} hears {self.level} of {self.workstream_id}"


class Heard(models.Model):
    """Up to which message a chat was gone through for its people."""

    workstream = models.OneToOneField(WorkStream, on_delete=models.CASCADE, primary_key=True, related_name="+")
    message = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.workstream_id} up to {self.message}"


class Round(models.Model):
    """When the chats were last gone through: one row, or none before the first time."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="rounds_are_made_one_after_the_other")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"
