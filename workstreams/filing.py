"""What happens around attachments: files that arrive in pieces, and files that nobody keeps."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone

from accounts.models import User
from workstreams.choices import AttachmentKind
from workstreams.tenancy import InWorkStreamQuerySet, M

if TYPE_CHECKING:
    from workstreams.models import Attachment, DocumentRequest, WorkStream

# An upload that was silent for so long is given up; whoever chooses the file again within it goes on where it stopped.
ABANDONED_AFTER = timedelta(hours=24)


def _folder() -> str:
    key = secrets.token_hex(24)
    return f"uploads/{key[:2]}/{key}"


class UploadQuerySet(InWorkStreamQuerySet[M]):
    """Questions about uploads that are under way."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """A person's own, in WorkStreams they see."""
        if isinstance(user, AnonymousUser):
            return self.none()
        return super().visible_to(user).filter(user=user)

    def unfinished(self) -> Self:
        """Those that have not become an attachment."""
        return self.filter(attachment=None)

    def bytes_promised(self) -> int:
        """How much they will take when they are whole."""
        return self.aggregate(total=Sum("size"))["total"] or 0

    def abandoned(self, *, now: datetime) -> Self:
        """Those of which nothing was heard for long, finished or not."""
        return self.filter(touched_at__lt=now - ABANDONED_AFTER)


class Upload(models.Model):
    """A file that arrives in pieces. What has arrived outlives connection, browser and server."""

    # Made by the sender's browser; the attachment it becomes is known by it too.
    client_key = models.UUIDField(editable=False)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workstream: "models.ForeignKey[WorkStream, WorkStream]" = models.ForeignKey(
        "workstreams.WorkStream", on_delete=models.CASCADE, related_name="uploads", db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="uploads")
    kind = models.CharField(max_length=20, choices=AttachmentKind.choices, default=AttachmentKind.OTHER)
    name = models.CharField(max_length=255)
    note = models.CharField(max_length=500, blank=True)
    request: "models.ForeignKey[DocumentRequest | None, DocumentRequest | None]" = models.ForeignKey(
        "workstreams.DocumentRequest", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    size = models.PositiveBigIntegerField(editable=False)
    received = models.PositiveBigIntegerField(default=0, editable=False)
    # Where its pieces are kept, each under the place where it begins.
    folder = models.CharField(max_length=80, default=_folder, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    touched_at = models.DateTimeField(default=timezone.now, editable=False)
    attachment: "models.ForeignKey[Attachment | None, Attachment | None]" = models.ForeignKey(
        "workstreams.Attachment", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["touched_at"], name="uploads_by_last_sign")]
        constraints = [
            models.UniqueConstraint(fields=["workstream", "client_key"], name="an_upload_is_begun_once"),
            models.CheckConstraint(condition=Q(received__lte=F("size")), name="no_more_arrives_than_was_said"),
        ]

    def __str__(self) -> str:
        return f"{self.received} of {self.size} bytes in {self.workstream_id}"


class UploadPiece(models.Model):
    """One piece that arrived: where it begins and how long it is."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    offset = models.PositiveBigIntegerField(editable=False)
    size = models.PositiveIntegerField(editable=False)

    class Meta:
        ordering = ["offset"]
        constraints = [
            models.UniqueConstraint(fields=["upload", "offset"], name="a_piece_arrives_once"),
        ]

    def __str__(self) -> str:
        return f"{self.size} bytes at {self.offset}"


class StrayFile(models.Model):
    """A stored file that no attachment keeps, to be deleted when its time has come.

    The row is written before the file is, and taken away in the transaction that puts the file into use; and it is
    written in the transaction that removes an attachment. So whatever breaks in between leaves a row here, and the
    sweep deletes what is nobody's: never too much, and nothing for ever.
    """

    key = models.CharField(max_length=120, unique=True, editable=False)
    after = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["after", "id"]
        indexes = [models.Index(fields=["after"], name="stray_files_due")]

    def __str__(self) -> str:
        return self.key
