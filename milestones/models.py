"""The history of a WorkStream's milestones, and the go-aheads that open the way to production."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from activity.models import SystemActor
from milestones.querysets import GoAheadQuerySet, MilestoneChangeQuerySet
from workstreams.choices import Milestone, Side
from workstreams.models import WorkStream


class MilestoneChange(models.Model):
    """One move of a WorkStream from one milestone to another. Never edited."""

    class Kind(models.TextChoices):
        ADVANCED = "advanced", "Advanced"
        WENT_BACK = "went_back", "Went back"
        FOLLOWED = "followed", "Followed Salesforce"
        TYPE_CHANGED = "type_changed", "Subscription type changed"

    workstream = models.ForeignKey(WorkStream, on_delete=models.PROTECT, related_name="milestone_changes")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    before = models.CharField(max_length=30, choices=Milestone.choices, null=True)  # noqa: DJ001  none before the first
    after = models.CharField(max_length=30, choices=Milestone.choices, null=True)  # noqa: DJ001
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    system_actor = models.CharField(max_length=20, choices=SystemActor.choices, blank=True)
    # Why it went back, or why the go-aheads were overridden.
    reason = models.CharField(max_length=500, blank=True)
    # Milestones a Salesforce stage jumped over (A11).
    skipped = models.JSONField(default=list)
    # Entered step 4 without both go-aheads recorded (A13); the history shows it.
    without_go_aheads = models.BooleanField(default=False)

    objects = MilestoneChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["workstream", "-at", "-id"], name="history_of_workstream")]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="went_back") | ~Q(reason=""), name="going_back_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.workstream}: {self.before_label} to {self.after_label}"

    @property
    def before_label(self) -> str:
        """Where it stood, in words."""
        return Milestone(self.before).label if self.before else "No milestone"

    @property
    def after_label(self) -> str:
        """Where it went, in words."""
        return Milestone(self.after).label if self.after else "No milestone"

    @property
    def actor_name(self) -> str:
        """Who moved it."""
        return self.actor.display_name if self.actor else SystemActor(self.system_actor).label


class GoAhead(models.Model):
    """One side's recorded decision that the service agreement may go into effect (R52, A13)."""

    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="go_aheads")
    side = models.CharField(max_length=10, choices=Side.choices)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # How the other side said so, when a colleague records the client's decision.
    note = models.CharField(max_length=500, blank=True)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = GoAheadQuerySet.as_manager()

    class Meta:
        ordering = ["-given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["workstream", "side"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_go_ahead_per_side",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} go-ahead for {self.workstream}"
