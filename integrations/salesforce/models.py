"""The newest we know of each opportunity."""

from django.db import models
from django.utils import timezone

from integrations.salesforce.querysets import OpportunityQuerySet


class Opportunity(models.Model):
    """The newest stage Salesforce told us for one opportunity, tied to a WorkStream or not (A26).

    The WorkStream points at it by `opportunity_id`, so a stage that arrives before the tie is not lost.
    """

    class Presence(models.TextChoices):
        """Whether the opportunity is there, as far as Salesforce was asked."""

        THERE = "there", "Found in Salesforce"
        DELETED = "deleted", "Deleted in Salesforce"
        HIDDEN = "hidden", "Not found in Salesforce"

    # 18 characters, checksum right.
    opportunity_id = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=255, blank=True)
    # Empty when it was looked for and never seen.
    stage = models.CharField(max_length=255, blank=True)
    is_closed = models.BooleanField(default=False)
    is_won = models.BooleanField(default=False)
    # Salesforce's own stamp of the record; an event with an older one changes nothing (D1).
    modified_at = models.DateTimeField()
    # When we were told, or just before we asked. What is read after that is the truth, whatever its stamp.
    heard_at = models.DateTimeField(default=timezone.now)
    # Since when it has this stage; known when it was read.
    stage_since = models.DateTimeField(null=True, blank=True)
    presence = models.CharField(max_length=10, choices=Presence.choices, blank=True)
    # Just before Salesforce was last asked about it with an answer; null while it was not.
    read_at = models.DateTimeField(null=True, blank=True)
    # The stage the tied WorkStream's milestone followed last; empty when it did not. The same stage told again is no
    # change in Salesforce, so it does not undo what was moved by hand since (A28).
    followed_stage = models.CharField(max_length=255, blank=True)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "opportunities"

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.stage}"

    @property
    def is_gone(self) -> bool:
        """Whether Salesforce no longer has it, or no longer shows it to us."""
        return self.presence in {self.Presence.DELETED, self.Presence.HIDDEN}


class Poll(models.Model):
    """How far the portal has read what changed in Salesforce. There is one row."""

    # The next look is due then; while one is going on, when another worker may take it for dead.
    due_at = models.DateTimeField(default=timezone.now)
    # The start of the last look that went well to its end: what changed before it is known.
    looked_at = models.DateTimeField(null=True, blank=True)
    # The start of the last one that compared everything.
    compared_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    # Why the last look did not go well; empty when it did.
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_salesforce_poll")]

    def __str__(self) -> str:
        return f"Salesforce, read to {self.looked_at}"
