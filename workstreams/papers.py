"""What stands around a WorkStream's files, as rows: how a file looks inside, what helps to choose a good one."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from activity.claims import claim_first
from workstreams.choices import COMMERCIAL_KINDS, AttachmentKind
from workstreams.models import Attachment
from workstreams.previews.kinds import Kind
from workstreams.tenancy import InWorkStreamQuerySet

M = TypeVar("M", bound=models.Model)

PREVIEW_KINDS = [(str(kind), kind.name.title()) for kind in Kind]
# Longer than a process may look into a file, so that nobody takes a preview that is being made.
LEASE = timedelta(minutes=2)


class PreviewQuerySet(InWorkStreamQuerySet[M]):
    """Questions about previews: whoever may not see the file may not see into it either (A7)."""

    workstream_path = "attachment__workstream"

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The previews of files this person sees, while their files are there and free of harm."""
        return self.filter(
            attachment__in=Attachment.objects.visible_to(user).filter(removed_at=None).exclude(scan__in=HELD_BACK)
        )

    def claim(self, *, now: datetime) -> M | None:
        """The next one to be made, leased; None when there is none. A file that is still checked is not looked into."""
        may_be_read = Attachment.objects.filter(removed_at=None).exclude(scan__in=HELD_BACK)
        # Named by a subquery, so that the claim locks the preview's row and not the file's.
        waiting = self.filter(state=Preview.State.WAITING, attachment__in=may_be_read)
        return claim_first(waiting, now=now, lease=LEASE)


HELD_BACK = (Attachment.Scan.WAITING, Attachment.Scan.QUARANTINED)


class Preview(models.Model):
    """How a file looks inside, made once by a worker; there is none of a file that can only be downloaded."""

    class State(models.TextChoices):
        WAITING = "waiting", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Cannot be shown"

    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="preview")
    kind = models.CharField(max_length=10, choices=PREVIEW_KINDS)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # What a template shows, put together by `workstreams.previews`, which bounds it.
    facts: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    # Why it cannot be shown, as a sentence.
    refusal = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(null=True, blank=True)

    objects = PreviewQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="previews_to_work"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}: {self.attachment_id}"


PREVIEW_STATES = Preview.State.choices


def picture_key(_picture: "PreviewPicture", _name: str) -> str:
    """Where a picture is kept: a random key of its own, apart from the files."""
    key = secrets.token_hex(24)
    return f"previews/{key[:2]}/{key}"


class PreviewPicture(models.Model):
    """One picture of a preview."""

    preview = models.ForeignKey(Preview, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    number = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to=picture_key, max_length=120, editable=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["preview", "number"], name="a_preview_shows_a_picture_once")]

    def __str__(self) -> str:
        return f"{self.number} of {self.preview_id}"

    @property
    def key(self) -> str:
        """Where it is kept."""
        return self.file.name or ""


def kinds_known_to(user: User) -> list[AttachmentKind]:
    """The kinds of files this person may send or see: quotes come from us, and Agile Workers know of no prices (A7)."""
    if user.is_internal:
        return list(AttachmentKind)
    hidden = COMMERCIAL_KINDS if user.is_team else {AttachmentKind.QUOTE}
    return [kind for kind in AttachmentKind if kind not in hidden]


class GuidanceQuerySet(models.QuerySet[M]):
    """Questions about what helps people choose a file."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """What is about kinds they may know of; nothing for those who are not signed in."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self.filter(kind__in=kinds_known_to(user))


def sample_key(_guidance: "Guidance", _name: str) -> str:
    """Where a sample is kept."""
    return f"samples/{secrets.token_hex(24)}"


class Guidance(models.Model):
    """What an operator wrote in the place of our own guidance for a kind (R34); see `workstreams.guidance`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=AttachmentKind.choices, unique=True)
    text = models.TextField(max_length=2000, blank=True)
    sample = models.FileField(upload_to=sample_key, max_length=120, blank=True)
    sample_name = models.CharField(max_length=120, blank=True)
    # False: there is no sample for this kind, not even ours.
    shows_sample = models.BooleanField(default=True)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = GuidanceQuerySet.as_manager()

    class Meta:
        ordering = ["kind"]

    def __str__(self) -> str:
        return f"Guidance: {self.get_kind_display()}"

    @property
    def key(self) -> str:
        """Where the operator's sample is kept; empty while there is none."""
        return self.sample.name or ""
