"""Mails waiting to be sent, and those that were."""

import secrets
import uuid

from django.db import models
from django.utils import timezone

from accounts.models import User
from notifications.querysets import BouncedAddressQuerySet, MailQuerySet
from workstreams.models import WorkStream


class Priority(models.IntegerChoices):
    """Which mails overtake others: nobody waits for a code behind ten thousand digests."""

    URGENT = 0, "Urgent"
    USUAL = 1, "Usual"
    BULK = 2, "In bulk"


class Mail(models.Model):
    """One mail to one or more addresses, written in the transaction of what it tells about."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        GIVEN_UP = "given_up", "Given up"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipients = models.JSONField()
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    reply_to = models.JSONField(default=list)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    from_email = models.CharField(max_length=300)
    headers = models.JSONField(default=dict)
    # What must not be mailed twice has a key; a second mail with it is not written.
    key = models.CharField(max_length=200, blank=True)
    # Its text lets somebody in, so it is erased as soon as it is sent.
    is_secret = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.USUAL)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # Not before this time: a back-off after a failure, or the lease of the worker that is sending it now.
    due_at = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=500, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["priority", "due_at"], condition=models.Q(state="waiting"), name="mails_waiting_by_rank"
            ),
            models.Index(fields=["-created_at", "-id"], name="mails_latest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~models.Q(key=""), name="a_mail_is_written_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {', '.join(self.recipients)}"


class MailFile(models.Model):
    """A file that goes along with a mail, kept until the mail is settled."""

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


def new_token() -> str:
    """A hundred and sixty random bits in small letters and digits: mail programs change the case of addresses."""
    return secrets.token_hex(20)


class ReplyAddress(models.Model):
    """Where one person's answers to the mails of one WorkStream go.

    The kind is the address's own, so an answer to a note can only ever become a note (R70). `through` is the membership
    it was made for: an address dies with it, and joining again makes another one.
    """

    class Kind(models.TextChoices):
        CHAT = "chat", "Chat"
        NOTES = "notes", "Internal Notes"

    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="+")
    # The key of the membership, not the membership: an address must be known for what it was once that has ended.
    # 0: a colleague's, who needs none.
    through = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "workstream", "kind", "through"], name="a_person_answers_at_one_address"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.workstream_id}, {self.kind}"


class BouncedAddress(models.Model):
    """An address that does not take our mails. It counts until its person signs in by a mail that arrived after all."""

    email = models.EmailField(max_length=254, unique=True)
    bounced_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=300, blank=True)

    objects = BouncedAddressQuerySet.as_manager()

    class Meta:
        ordering = ["-bounced_at"]

    def __str__(self) -> str:
        return self.email


# Models of their own module; Django finds them by this import.
from notifications import notices  # noqa: E402, F401
