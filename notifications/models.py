"""Mails waiting to be sent, and those that were."""

import uuid

from django.db import models
from django.utils import timezone

from notifications.querysets import MailQuerySet


class Mail(models.Model):
    """One mail to one or more addresses, written in the transaction of what it tells about."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        GIVEN_UP = "given_up", "Given up"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    recipients = models.JSONField()
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    from_email = models.CharField(max_length=300)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

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
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="mails_waiting"),
            models.Index(fields=["-created_at", "-id"], name="mails_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} to {', '.join(self.recipients)}"
