"""Mails that came in, stored before anything is done with them."""

import uuid

from django.db import models
from django.utils import timezone

from accounts.models import User
from mailroom.querysets import IncomingMailQuerySet
from notifications.models import ReplyAddress
from workstreams.models import WorkStream


class IncomingMail(models.Model):
    """One mail to one of our addresses: stored once, worked until it is settled or waits for a colleague."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        POSTED = "posted", "Posted"
        DROPPED = "dropped", "Dropped"
        HELD = "held", "Held"
        ACCEPTED = "accepted", "Accepted"
        DISCARDED = "discarded", "Discarded"

    class Via(models.TextChoices):
        SERVER = "server", "Mail server"
        HOOK = "hook", "Webhook"
        PROVIDER = "provider", "Provider"
        DEMO = "demo", "Demonstration"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    via = models.CharField(max_length=10, choices=Via.choices)
    # As the mail servers agreed on them; what the mail itself says is below.
    recipient = models.CharField(max_length=320)
    envelope_sender = models.CharField(max_length=320, blank=True)
    # What makes a repeat a repeat: the recipient and the mail's own id.
    dedupe_key = models.CharField(max_length=64, unique=True)
    raw = models.BinaryField()
    # How often the same came again.
    repeats = models.PositiveIntegerField(default=0)

    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    # A sentence for people: why it was dropped, what it waits for.
    reason = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    # What was read from it.
    sender = models.CharField(max_length=320, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    files = models.PositiveSmallIntegerField(default=0)
    # Whose address it came to, and so whom it speaks for and where it belongs.
    kind = models.CharField(max_length=10, choices=ReplyAddress.Kind.choices, blank=True)
    person = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    workstream = models.ForeignKey(WorkStream, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The message or note that it became.
    number = models.PositiveIntegerField(null=True, blank=True)
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = IncomingMailQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="received"), name="incoming_mails_waiting"),
            models.Index(fields=["-received_at", "-id"], condition=models.Q(state="held"), name="incoming_mails_held"),
            models.Index(fields=["received_at"], name="incoming_mails_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.subject or 'no subject'} of {self.sender or self.envelope_sender or 'nobody'}"

    @property
    def from_whom(self) -> str:
        """Who it says it is from, for a list."""
        return self.sender_name or self.sender or self.envelope_sender or "Somebody unknown"
