"""What concerns many WorkStreams at once and takes a while, as rows: changes of several, and exports.

Each belongs to the colleague who began it, and only they reach it. The rows stay: they say who changed or took what.
"""

import uuid
from datetime import datetime, timedelta
from typing import Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from accounts.capabilities import INTERNAL_ROLES, Can
from accounts.models import User
from workstreams.choices import CloseReason
from workstreams.tenancy import InWorkStreamQuerySet

M = TypeVar("M", bound=models.Model)

UNDO_WITHIN = timedelta(minutes=30)
# An export whose process died says nothing for this long, and is then taken for ended.
SILENT_FOR = timedelta(minutes=3)


class OwnRunQuerySet(models.QuerySet[M]):
    """Questions about what a colleague began."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Their own, while they may search the grid; nobody else's."""
        if isinstance(user, AnonymousUser) or not user.may(Can.SEARCH_GRID):
            return self.none()
        return self.filter(actor=user)


class BulkChange(models.Model):
    """One change of several WorkStreams: planned, done, perhaps undone."""

    class Kind(models.TextChoices):
        LEAD = "lead", "Set lead"
        CLOSE = "close", "Close"

    class State(models.TextChoices):
        PLANNED = "planned", "Not confirmed yet"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        UNDOING = "undoing", "Being undone"
        UNDONE = "undone", "Undone"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="bulk_changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    # The question they were looking at, as the grid writes it, so that the way back leads there.
    question = models.TextField(blank=True)
    lead = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    close_reason = models.CharField(max_length=20, choices=CloseReason.choices, blank=True)
    close_note = models.CharField(max_length=500, blank=True)

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    # While it runs: not before this time may another process go on with it (a lease that runs out).
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)

    objects = OwnRunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state__in=["running", "undoing"]), name="bulk_to_work"),
            models.Index(fields=["created_at"], condition=Q(state="planned"), name="bulk_planned"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="planned")
                | Q(kind="lead", lead__isnull=False)
                | Q(kind="close", close_reason__gt=""),
                name="a_started_bulk_change_says_what_it_does",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.actor}"

    def get_absolute_url(self) -> str:
        """Where it is confirmed, followed and undone."""
        return reverse("workstreams:bulk", args=[self.public_id])

    @property
    def is_at_work(self) -> bool:
        """Whether it is being done or undone."""
        return self.state in {self.State.RUNNING, self.State.UNDOING}

    @property
    def has_choice(self) -> bool:
        """Whether it is known whom or why."""
        return bool(self.lead_id if self.kind == self.Kind.LEAD else self.close_reason)

    @property
    def undo_until(self) -> datetime | None:
        """Until when it can be undone."""
        return self.done_at + UNDO_WITHIN if self.done_at else None

    def may_be_undone(self, now: datetime) -> bool:
        """Whether undoing is still offered."""
        return self.state == self.State.DONE and self.undo_until is not None and now < self.undo_until


class BulkItemQuerySet(InWorkStreamQuerySet[M]):
    """Questions about the WorkStreams of a bulk change."""

    def counts(self) -> dict[str, int]:
        """How many are in each state."""
        return dict(self.order_by().values_list("state").annotate(Count("pk")))


class BulkItem(models.Model):
    """One WorkStream of a bulk change: what was before, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        CHANGED = "changed", "Changed"
        ALREADY = "already", "Was so already"
        REFUSED = "refused", "Not changed"
        PUT_BACK = "put_back", "Put back"
        KEPT = "kept", "Left as it is"

    bulk = models.ForeignKey(BulkChange, on_delete=models.CASCADE, related_name="items")
    workstream = models.ForeignKey("workstreams.WorkStream", on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Who led it when it was chosen; after the change: who led it until then.
    lead_before = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # Whether the change made its lead a member, so that undoing takes them off again.
    joined = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)

    objects = BulkItemQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        indexes = [models.Index(fields=["bulk", "state", "number"], name="bulk_items")]
        constraints = [
            models.UniqueConstraint(fields=["bulk", "workstream"], name="a_workstream_is_in_a_bulk_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.workstream}: {self.get_state_display()}"


class ExportQuerySet(OwnRunQuerySet[M]):
    """Questions about exports."""

    def running(self, *, now: datetime) -> Self:
        """Those that gave a sign of life lately."""
        return self.filter(state="running", beat_at__gt=now - SILENT_FOR)

    def beat(self, export: "Export", *, rows: int, now: datetime) -> bool:
        """Say how far it is; whether it may go on: nobody cancelled it, and the person is still a colleague."""
        actor_may = User.objects.filter(pk=export.actor_id, is_active=True, role__in=INTERNAL_ROLES)
        still = self.filter(pk=export.pk, state="running").filter(models.Exists(actor_may))
        return bool(still.update(rows=rows, beat_at=now))

    def end(self, export: "Export", state: str, *, rows: int, now: datetime) -> bool:
        """Settle a running export; whether it still ran. A cancelled one stays so, and learns its rows."""
        ended = self.filter(pk=export.pk, state="running").update(state=state, rows=rows, ended_at=now)
        if not ended:
            self.filter(pk=export.pk).update(rows=rows)
        return bool(ended)


class Export(models.Model):
    """Somebody took rows of the grid as a file: which question, which columns, how many rows."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"
        LEFT = "left", "Stopped: the browser went away"
        FAILED = "failed", "Failed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    question = models.TextField(blank=True)
    columns = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    rows = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    beat_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["actor", "-started_at", "-id"], name="exports_of"),
            models.Index(fields=["actor"], condition=Q(state="running"), name="exports_running"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", ended_at__isnull=True) | (~Q(state="running") & Q(ended_at__isnull=False)),
                name="an_ended_export_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rows} rows by {self.actor}"

    @property
    def state_now(self) -> str:
        """Its state; one that runs and has been silent for long has failed."""
        is_silent = self.state == self.State.RUNNING and self.beat_at < timezone.now() - SILENT_FOR
        return self.State.FAILED if is_silent else self.state

    @property
    def state_label(self) -> str:
        """The state in words."""
        return self.State(self.state_now).label

    @property
    def is_running(self) -> bool:
        """Whether rows are still coming."""
        return self.state_now == self.State.RUNNING
