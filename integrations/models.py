"""What vendors told us, stored before anything is done with it."""

from django.db import models
from django.utils import timezone

from integrations.querysets import InboundEventQuerySet
from workstreams.models import WorkStream


class Provider(models.TextChoices):
    """Who told us."""

    SALESFORCE = "salesforce", "Salesforce"


class InboundEvent(models.Model):
    """One notification of a vendor: stored once, worked until it is settled or waits for a person."""

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        APPLIED = "applied", "Applied"
        UNCHANGED = "unchanged", "Nothing to change"
        IGNORED = "ignored", "Ignored"
        WAITING_FOR_TIE = "waiting_for_tie", "Waiting for its WorkStream"
        NEEDS_DECISION = "needs_decision", "Needs a decision"
        FAILED = "failed", "Failed"

    provider = models.CharField(max_length=20, choices=Provider.choices)
    # What makes a repeat a repeat, as the provider's folder defines it.
    dedupe_key = models.CharField(max_length=320)
    payload = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    # How often the vendor sent the same again.
    repeats = models.PositiveIntegerField(default=0)

    # What it is about, for finding and for showing.
    subject_id = models.CharField(max_length=60, blank=True, db_index=True)
    happened_at = models.DateTimeField(null=True)
    workstream = models.ForeignKey(
        WorkStream, null=True, blank=True, on_delete=models.SET_NULL, related_name="inbound_events"
    )

    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVED)
    # A sentence for people: why it was ignored, what it waits for.
    reason = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = InboundEventQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="received"), name="inbound_waiting"),
            models.Index(fields=["workstream", "-received_at"], name="inbound_of_workstream"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["provider", "dedupe_key"], name="an_inbound_event_is_stored_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.dedupe_key}"
