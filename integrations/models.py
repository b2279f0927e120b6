"""What vendors told us and what we tell them, stored before anything is done with it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from activity.models import Event
from integrations.querysets import DeliveryQuerySet, InboundEventQuerySet, MailboxQuerySet
from workstreams.models import WorkStream


class Provider(models.TextChoices):
    """A vendor that we exchange something with."""

    INTERCOM = "intercom", "Intercom"
    HUBSPOT = "hubspot", "HubSpot"
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


class Connector(models.Model):
    """How a vendor is doing, for all workers together: a pause of one is a pause of all.

    There is a row per vendor from the first time one is written; none means that all is well.
    """

    provider = models.CharField(max_length=20, choices=Provider.choices, primary_key=True)
    # A person stopped it; nothing goes out until somebody lets it go on.
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    pause_reason = models.CharField(max_length=500, blank=True)
    # The vendor is away, refuses us or asks us to wait: nothing goes out before this time. After it one delivery is
    # tried, by whoever takes the probe; the others go on when it went well.
    open_until = models.DateTimeField(null=True, blank=True)
    open_reason = models.CharField(max_length=500, blank=True)
    probing_until = models.DateTimeField(null=True, blank=True)
    # Mailboxes that failed one after another, with no success between.
    failures = models.PositiveIntegerField(default=0)
    # How often it opened since the vendor last took something; the wait grows with it.
    openings = models.PositiveIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.get_provider_display()


class Mailbox(models.Model):
    """What goes to one vendor about one WorkStream or one person, strictly in order; different ones go side by side.

    Whoever writes a delivery makes its mailbox due in the same statement. A worker leases it, sends with no transaction
    open, and gives it back: to rest only if nobody wrote to it since (`version`), because whoever commits meanwhile is
    not seen by the one who looks whether anything is left.
    """

    provider = models.CharField(max_length=20, choices=Provider.choices)
    # "workstream:17" or "person:4".
    key = models.CharField(max_length=60)
    workstream = models.ForeignKey(WorkStream, null=True, on_delete=models.CASCADE, related_name="mailboxes")
    # Stays when the person is erased: what undoes them at the vendor waits in it.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # When there is something to do next; null while there is nothing, or while its head is parked.
    due_at = models.DateTimeField(null=True)
    # Who works at it, and until when; another may take it afterwards.
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    # Grows with every delivery written to it.
    version = models.PositiveBigIntegerField(default=0)
    # Attempts at its head, one after another, and since when; a new delivery does not bring one forward that waits.
    attempts = models.PositiveIntegerField(default=0)
    trying_since = models.DateTimeField(null=True)
    # Workers that took it and never gave it back, one after another.
    deaths = models.PositiveIntegerField(default=0, db_default=0)
    # Its head was refused for good; nothing behind it goes out until a person replays or ignores it.
    parked_at = models.DateTimeField(null=True)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "mailboxes"
        indexes = [
            models.Index(fields=["provider", "due_at"], name="mailbox_due", condition=Q(due_at__isnull=False)),
        ]
        constraints = [models.UniqueConstraint(fields=["provider", "key"], name="one_mailbox_for_each_subject")]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} {self.key}"


class Delivery(models.Model):
    """One thing to do at a vendor, written in the transaction of what it follows from, and kept as a ledger.

    `data` holds identifiers and plain facts, never words of people: those are read when it is sent, so what was removed
    or erased meanwhile does not go out.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        PARKED = "parked", "Refused, waits for a person"
        IGNORED = "ignored", "Ignored"

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    # The name of what is done, as the vendor's folder declares it: "message.relay".
    operation = models.CharField(max_length=40)
    event = models.ForeignKey(Event, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.WAITING, db_default=State.WAITING.value
    )
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    # Set just before the vendor is called and emptied when its answer is known. One that is found set was called by a
    # worker that died, or that never heard the answer: look at the vendor before it is sent again.
    begun_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True, db_default="")
    # What the vendor answered that is worth keeping: ids, not words.
    outcome = models.JSONField(default=dict, db_default={})
    # SHA-256 of the body that was sent last, in hexadecimal.
    digest = models.CharField(max_length=64, blank=True, db_default="")
    settled_at = models.DateTimeField(null=True)
    # Who ignored it, and why.
    ignored_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    ignored_because = models.CharField(max_length=500, blank=True, db_default="")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["mailbox", "id"], name="delivery_unsettled", condition=Q(state__in=["waiting", "parked"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.pk}"
