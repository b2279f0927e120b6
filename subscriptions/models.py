"""The attributes of each subscription type (table 1.6), and attempts to start a WorkStream."""

import uuid
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from subscriptions.querysets import StartAttemptQuerySet
from workstreams.choices import EntryPoint
from workstreams.models import WorkStream
from workstreams.tenancy import InWorkStreamQuerySet

_POSITIVE = [MinValueValidator(Decimal(0))]
_COUNT = [MinValueValidator(0), MaxValueValidator(1_000_000_000)]


def _ordered(low: str, high: str, name: str) -> models.CheckConstraint:
    """A range has its low end below its high end, where both are known (R41)."""
    return models.CheckConstraint(
        condition=Q(**{f"{low}__isnull": True}) | Q(**{f"{high}__isnull": True}) | Q(**{f"{low}__lte": F(high)}),
        name=name,
    )


class Terms(models.Model):
    """What every type's terms share. All attributes are optional and can be filled in later (R20)."""

    workstream = models.OneToOneField(WorkStream, on_delete=models.CASCADE, primary_key=True, related_name="%(class)s")

    objects = InWorkStreamQuerySet.as_manager()

    class Meta:
        abstract = True


class BillingMethod(models.TextChoices):
    """How an AGILE subscription is billed; yearly usually carries a discount (R42)."""

    MONTHLY = "monthly", "Monthly"
    YEARLY = "yearly", "Yearly"


class AgileTerms(Terms):
    """AGILE: a team by the hour. Fees are dollars, hours are hours a month."""

    hours_per_month = models.PositiveIntegerField("Hours per month", null=True, blank=True, validators=_COUNT)
    premium_hours = models.PositiveIntegerField("Premium hours", null=True, blank=True, validators=_COUNT)
    billing_method = models.CharField("Billing method", max_length=10, choices=BillingMethod.choices, blank=True)
    monthly_fees = models.DecimalField(
        "Monthly subscription fees", max_digits=12, decimal_places=2, null=True, blank=True, validators=_POSITIVE
    )
    specialists_low = models.PositiveIntegerField(
        "Number of data specialists, from", null=True, blank=True, validators=_COUNT
    )
    specialists_high = models.PositiveIntegerField(
        "Number of data specialists, to", null=True, blank=True, validators=_COUNT
    )

    class Meta:
        verbose_name = verbose_name_plural = "AGILE terms"
        constraints = [_ordered("specialists_low", "specialists_high", "agile_specialists_low_to_high")]

    def __str__(self) -> str:
        return f"AGILE terms of {self.workstream}"


class BatchTerms(Terms):
    """BATCH: one job of known size. Prices are dollars, effort is seconds a unit."""

    total_units = models.PositiveBigIntegerField("Total number of units", null=True, blank=True, validators=_COUNT)
    seconds_per_unit = models.DecimalField(
        "Estimated time per unit", max_digits=9, decimal_places=1, null=True, blank=True, validators=_POSITIVE
    )
    estimated_price_low = models.DecimalField(
        "Estimated project price, from", max_digits=12, decimal_places=2, null=True, blank=True, validators=_POSITIVE
    )
    estimated_price_high = models.DecimalField(
        "Estimated project price, to", max_digits=12, decimal_places=2, null=True, blank=True, validators=_POSITIVE
    )
    project_price = models.DecimalField(
        "Project price", max_digits=12, decimal_places=2, null=True, blank=True, validators=_POSITIVE
    )
    # Why the final price lies outside its estimated range (R43).
    project_price_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "BATCH terms"
        constraints = [_ordered("estimated_price_low", "estimated_price_high", "batch_price_low_to_high")]

    def __str__(self) -> str:
        return f"BATCH terms of {self.workstream}"


class LeanPackage(models.TextChoices):
    """The LEAN packages (A8)."""

    KILOFACTORY = "kilofactory", "Kilofactory"
    MEGAFACTORY = "megafactory", "Megafactory"
    GIGAFACTORY = "gigafactory", "Gigafactory"
    TERAFACTORY = "terafactory", "Terafactory"


class LeanTerms(Terms):
    """LEAN: a price per unit. Prices are cents and may have fractions (R41); effort is seconds a unit."""

    package = models.CharField("Package", max_length=20, choices=LeanPackage.choices, blank=True)
    units_per_month = models.PositiveBigIntegerField(
        "Estimated units per month", null=True, blank=True, validators=_COUNT
    )
    seconds_per_unit = models.DecimalField(
        "Estimated time per unit", max_digits=9, decimal_places=1, null=True, blank=True, validators=_POSITIVE
    )
    unit_price_low = models.DecimalField(
        "Estimated range per unit, from", max_digits=12, decimal_places=4, null=True, blank=True, validators=_POSITIVE
    )
    unit_price_high = models.DecimalField(
        "Estimated range per unit, to", max_digits=12, decimal_places=4, null=True, blank=True, validators=_POSITIVE
    )
    unit_price = models.DecimalField(
        "Fixed price per unit", max_digits=12, decimal_places=4, null=True, blank=True, validators=_POSITIVE
    )
    unit_price_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "LEAN terms"
        constraints = [_ordered("unit_price_low", "unit_price_high", "lean_unit_price_low_to_high")]

    def __str__(self) -> str:
        return f"LEAN terms of {self.workstream}"


class StartAttempt(models.Model):
    """One attempt to start a WorkStream, from the first click on (F1).

    It is what lets a selection survive registration, another tab and another device: the address of the attempt is in
    the mail, and the selection is here rather than in a cookie.
    """

    class Step(models.TextChoices):
        LANDED = "landed", "Landed"
        EMAIL_GIVEN = "email_given", "E-mail given"
        FORM_OPEN = "form_open", "Form open"
        STARTED = "started", "WorkStream started"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    step = models.CharField(max_length=20, choices=Step.choices, default=Step.LANDED)
    entry_point = models.CharField(max_length=20, choices=EntryPoint.choices, default=EntryPoint.APP_DIRECT)
    # What was chosen on the site, validated: the fields of `handoff.Selection`.
    selection = models.JSONField(default=dict)
    # utm_source, utm_medium ..., as they came, cut to length (R97).
    campaign = models.JSONField(default=dict)
    referrer = models.CharField(max_length=500, blank=True)
    # What the person typed so far in the form, so that nothing typed is asked again.
    draft = models.JSONField(default=dict)
    # Only ever set by the visitor themselves; it tells nobody whether an account exists.
    email = models.EmailField(blank=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE, related_name="start_attempts")
    workstream = models.OneToOneField(
        WorkStream, null=True, blank=True, on_delete=models.CASCADE, related_name="start_attempt"
    )

    objects = StartAttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["user", "-updated_at"], name="attempts_of_a_person")]

    def __str__(self) -> str:
        return f"Attempt {self.public_id} ({self.get_step_display()})"
