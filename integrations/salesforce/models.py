"""The newest we know of each opportunity."""

from django.db import models
from django.utils import timezone

from integrations.salesforce.querysets import OpportunityQuerySet


class Opportunity(models.Model):
    """The newest stage Salesforce told us for one opportunity, tied to a WorkStream or not (A26).

    The WorkStream points at it by `opportunity_id`, so a stage that arrives before the tie is not lost.
    """

    # 18 characters, checksum right.
    opportunity_id = models.CharField(max_length=18, unique=True)
    stage = models.CharField(max_length=255)
    is_closed = models.BooleanField(default=False)
    is_won = models.BooleanField(default=False)
    # Salesforce's own stamp of the record; an event with an older one changes nothing (D1).
    modified_at = models.DateTimeField()
    heard_at = models.DateTimeField(default=timezone.now)
    # The stage the tied WorkStream's milestone followed last; empty when it did not. The same stage told again is no
    # change in Salesforce, so it does not undo what was moved by hand since (A28).
    followed_stage = models.CharField(max_length=255, blank=True)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "opportunities"

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.stage}"
