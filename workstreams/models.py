"""The WorkStream and the people on it."""

import secrets
import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat, Lower
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organization, User
from workstreams.choices import (
    AttachmentKind,
    CloseReason,
    DeliveryMode,
    EntryPoint,
    Milestone,
    Side,
    Status,
    SubscriptionType,
)
from workstreams.codes import month_expression, stage_expression, traits_expression
from workstreams.querysets import (
    AttachmentQuerySet,
    DocumentRequestQuerySet,
    InvitationQuerySet,
    MembershipQuerySet,
    SavedViewQuerySet,
    WorkStreamQuerySet,
)


class WorkStream(models.Model):
    """One opportunity of one client organisation, from first question to production (R23)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    # Found by the indexes below that begin with them; indexes of their own would only be written.
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="workstreams", db_index=False)
    # Null only for a WorkStream that staff made and nobody of the client has joined yet (R74).
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="owned_workstreams", db_index=False
    )
    # The responsible colleague; the interface always says "WorkStream Lead" (A2).
    lead = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="led_workstreams", db_index=False
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    subscription_type = models.CharField(
        max_length=10, choices=SubscriptionType.choices, default=SubscriptionType.AGILE
    )
    # True when the customer chose the type, false when staff did or nobody did (O1). Set once.
    self_selected = models.BooleanField(default=False, editable=False)
    entry_point = models.CharField(
        max_length=20, choices=EntryPoint.choices, default=EntryPoint.APP_DIRECT, editable=False
    )

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    close_reason = models.CharField(max_length=20, choices=CloseReason.choices, blank=True)
    # Shown to the client when staff choose to share it.
    close_note = models.CharField(max_length=500, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    # None: not verified yet (R45).
    milestone = models.CharField(max_length=30, choices=Milestone.choices, null=True, blank=True)  # noqa: DJ001
    delivery_mode = models.CharField(max_length=20, choices=DeliveryMode.choices, blank=True)

    # What the customer wished (kept as given) and what was settled (R29, R30).
    intended_start = models.DateField(null=True, blank=True)
    starts_on = models.DateField("WorkStream Starting", null=True, blank=True)

    # Whether every member of the client may invite, not the owner alone (A20).
    members_may_invite = models.BooleanField(default=False)

    # The Salesforce opportunity, 18 characters; at most one each way (R23, A19).
    opportunity_id = models.CharField(max_length=18, null=True, blank=True, unique=True)
    last_activity_at = models.DateTimeField(default=timezone.now, editable=False)
    # Counts edits of the fields people type, so that a stale form is noticed.
    version = models.PositiveIntegerField(default=1, editable=False)

    # The name as it is searched: in small letters, and each word with a space before it, also the first.
    name_norm = models.GeneratedField(
        expression=Concat(Value(" "), Lower("name")), output_field=models.TextField(), db_persist=True
    )

    # What the grid's indexes carry: see workstreams.codes.
    stage = models.GeneratedField(
        expression=stage_expression(), output_field=models.SmallIntegerField(), db_persist=True
    )
    traits = models.GeneratedField(
        expression=traits_expression(), output_field=models.SmallIntegerField(), db_persist=True
    )
    created_month = models.GeneratedField(
        expression=month_expression(), output_field=models.IntegerField(), db_persist=True
    )

    objects = WorkStreamQuerySet.as_manager()

    class Meta:
        ordering = ["-last_activity_at", "-id"]
        # Each is written again when the last activity moves, at most once a minute for a WorkStream. What is included
        # lets a walk look at thousands of rows without opening them. What serves which: workstreams.grid.paths.
        indexes = [
            models.Index(
                fields=["stage", "last_activity_at", "id"],
                include=["traits", "intended_start", "created_at", "lead", "organization"],
                name="grid_stage_activity",
            ),
            models.Index(
                fields=["stage", "created_at", "id"],
                include=["traits", "intended_start", "last_activity_at", "lead", "organization"],
                name="grid_stage_created",
            ),
            models.Index(
                fields=["stage", "intended_start", "id"],
                include=["traits", "created_at", "last_activity_at", "lead", "organization"],
                name="grid_stage_start",
            ),
            models.Index(
                fields=["name_norm", "id"],
                include=["traits", "stage", "intended_start", "created_at", "last_activity_at", "lead", "organization"],
                name="grid_by_name",
            ),
            models.Index(
                fields=["created_month", "status", "last_activity_at", "id"],
                include=["traits", "stage", "intended_start", "created_at", "lead", "organization"],
                name="grid_months_activity",
            ),
            models.Index(
                fields=["created_month", "status", "intended_start", "id"],
                include=["traits", "stage", "created_at", "last_activity_at", "lead", "organization"],
                name="grid_months_start",
            ),
            models.Index(
                fields=["lead", "last_activity_at", "id"],
                include=["traits", "stage", "intended_start", "created_at", "organization"],
                name="grid_lead_activity",
            ),
            models.Index(
                fields=["organization", "last_activity_at", "id"],
                include=["traits", "stage", "intended_start", "created_at", "lead"],
                name="grid_client_activity",
            ),
            models.Index(
                fields=["owner", "last_activity_at", "id"],
                include=["traits", "stage", "intended_start", "created_at", "lead", "organization"],
                name="grid_by_owner",
            ),
            models.Index(
                fields=["organization"],
                condition=Q(status=Status.OPEN, milestone=Milestone.PROCESSING_DATA),
                name="clients_in_production",
            ),
            GinIndex(OpClass("name_norm", "gin_trgm_ops"), name="grid_name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(subscription_type__in=SubscriptionType.values), name="type_is_agile_batch_or_lean"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="status_is_open_or_closed"),
            models.CheckConstraint(
                condition=Q(milestone__isnull=True) | Q(milestone__in=Milestone.values),
                name="milestone_is_known_or_none",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.OPEN, closed_at__isnull=True, close_reason="")
                | (Q(status=Status.CLOSED, closed_at__isnull=False) & ~Q(close_reason="")),
                name="closed_has_a_time_and_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(delivery_mode="") | Q(subscription_type=SubscriptionType.BATCH),
                name="only_batch_has_a_delivery_mode",
            ),
            models.CheckConstraint(
                condition=Q(opportunity_id__isnull=True) | Q(opportunity_id__regex=r"^[0-9A-Za-z]{18}$"),
                name="opportunity_id_has_18_characters",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The WorkStream's page, the same address for everybody."""
        return reverse("workstreams:page", args=[self.public_id])

    @property
    def administration_url(self) -> str:
        """The staff administration screen."""
        return reverse("workstreams:administration", args=[self.public_id])

    @property
    def full_url(self) -> str:
        """The page's address with host, for mails and notes."""
        return f"{settings.BASE_URL}{self.get_absolute_url()}"

    @property
    def is_open(self) -> bool:
        """Whether it is being worked on (R25)."""
        return self.status == Status.OPEN

    @property
    def milestone_label(self) -> str:
        """The current milestone in words; before the first one, what happens meanwhile."""
        return Milestone(self.milestone).label if self.milestone else "No milestone yet"


class Membership(models.Model):
    """A person on a WorkStream. The owner and the lead are members too (R73, R83)."""

    class Origin(models.TextChoices):
        STARTED = "started", "Started it"
        INVITED = "invited", "Was added"
        RESPONDED = "responded", "Joined by answering"
        LEAD = "lead", "Became WorkStream Lead"

    # Found by the constraint's index and by the one below.
    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", db_index=False)
    side = models.CharField(max_length=10, choices=Side.choices)
    origin = models.CharField(max_length=20, choices=Origin.choices)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["joined_at", "id"]
        indexes = [models.Index(fields=["user", "workstream"], name="memberships_of_a_person")]
        constraints = [
            models.UniqueConstraint(fields=["workstream", "user"], name="a_person_is_a_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.workstream}"


class Invitation(models.Model):
    """Somebody who was asked to join a WorkStream and is not registered yet (R75, R77).

    The link in the mail is made from `nonce`, so sending it again makes the old link worthless.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="invitations", db_index=False)
    email = models.EmailField(max_length=254)
    side = models.CharField(max_length=10, choices=Side.choices)
    nonce = models.CharField(max_length=64, editable=False)
    # The first client person of a WorkStream that staff made: owner as soon as they join, and nobody before them (A16).
    becomes_owner = models.BooleanField(default=False, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    sent_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(Lower("email"), name="invitations_of_an_address")]
        constraints = [
            models.UniqueConstraint(
                "workstream",
                Lower("email"),
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="an_address_is_invited_once",
            ),
            models.UniqueConstraint(
                fields=["workstream"],
                condition=Q(becomes_owner=True, accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_person_is_about_to_own",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.workstream_id}"


def attachment_key(_attachment: "Attachment | None" = None, _name: str = "") -> str:
    """Where a file is kept: a random key that tells nothing of its name, size or sender."""
    key = secrets.token_hex(24)
    return f"attachments/{key[:2]}/{key}"


class DocumentRequest(models.Model):
    """A document that the team asks the client for, by a day, until it has come or is no longer wanted."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="document_requests")
    kind = models.CharField(max_length=20, choices=AttachmentKind.choices)
    note = models.CharField(max_length=500, blank=True)
    due_on = models.DateField(null=True, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    done_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    # How often the client was reminded: at most three times.
    reminders = models.PositiveSmallIntegerField(default=0, editable=False)
    reminded_on = models.DateField(null=True, blank=True, editable=False)

    objects = DocumentRequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "created_at", "id"]
        indexes = [
            models.Index(
                fields=["due_on", "id"],
                condition=Q(done_at=None, withdrawn_at=None, due_on__isnull=False),
                name="documents_due",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(withdrawn_at=None), name="a_document_has_come_or_is_not_wanted"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.workstream_id}"

    @property
    def is_open(self) -> bool:
        """Whether it is still waited for."""
        return self.done_at is None and self.withdrawn_at is None


class Attachment(models.Model):
    """A file of a WorkStream, not of one message (R31). A removed one keeps its row and loses its bytes."""

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned", "Not scanned"
        WAITING = "waiting", "Waiting for the virus scan"
        CLEAN = "clean", "Clean"
        QUARANTINED = "quarantined", "Quarantined"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workstream = models.ForeignKey(WorkStream, on_delete=models.CASCADE, related_name="attachments", db_index=False)
    kind = models.CharField(max_length=20, choices=AttachmentKind.choices, default=AttachmentKind.OTHER)
    # As it was chosen, up to 255 bytes; never part of where it is kept.
    name = models.CharField(max_length=255)
    note = models.CharField(max_length=500, blank=True)
    file = models.FileField(upload_to=attachment_key, max_length=120, editable=False)
    size = models.PositiveBigIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    # What its bytes say it is, whatever its name or its sender said.
    content_type = models.CharField(max_length=100, editable=False)
    scan = models.CharField(max_length=15, choices=Scan.choices, default=Scan.NOT_SCANNED, editable=False)
    scan_result = models.CharField(max_length=200, blank=True, editable=False)
    # Made by the sender's browser, so that sending twice gives one attachment.
    client_key = models.UUIDField(editable=False)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=10, choices=Side.choices, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    request = models.ForeignKey(
        DocumentRequest, null=True, blank=True, on_delete=models.SET_NULL, related_name="attachments"
    )
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    # Not stored: how many there are with it, where a list was asked for.
    in_all: int
    # Nor this: of which kinds those are.
    kinds: list[str]

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["workstream", "-created_at", "-id"], name="attachments_latest"),
            models.Index(
                fields=["created_at", "id"], condition=Q(scan="waiting", removed_at=None), name="attachments_to_scan"
            ),
            models.Index(fields=["file"], name="attachments_by_key"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["workstream", "client_key"], name="an_attachment_is_added_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Where its bytes are kept."""
        return self.file.name or ""


class GridCount(models.Model):
    """How many WorkStreams share a lead, stage and type; `workstreams.facets` counts them each minute.

    In the numbers of `workstreams.codes`, which are counted and added up in half the time that words take.
    """

    lead = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    stage = models.SmallIntegerField()
    type_number = models.SmallIntegerField()
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "stage", "type_number"],
                name="grid_counts_each_combination_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.n} at stage {self.stage} of type {self.type_number}, lead {self.lead_id}"


class GridCounted(models.Model):
    """When the rows of `GridCount` were counted: one row, or none before the first time."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="grid_is_counted_at_one_time")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S}"


class SavedView(models.Model):
    """A question of the grid that a colleague keeps under a name: filters, order and columns (R91).

    `query` is the grid's own address of it, and is read anew whenever the view is opened.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=80)
    query = models.TextField()
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["name"], condition=Q(is_shared=True), name="shared_views")]
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="a_person_names_a_view_once"),
        ]

    def __str__(self) -> str:
        return self.name


# Models that point at those above; Django finds them by this import.
from workstreams import filing, papers, runs  # noqa: E402, F401
