"""Deleting what is left over of files: bytes that no attachment keeps, and uploads that nobody goes on with."""

import logging
from datetime import datetime

from django.core.files.storage import default_storage

from workstreams import uploads
from workstreams.filing import StrayFile, Upload
from workstreams.models import Attachment

logger = logging.getLogger(__name__)

AT_ONCE = 500


def delete_stray_files(*, now: datetime) -> int:
    """Delete the files whose time has come; how many. A store that is away leaves the rest for the next time."""
    deleted = 0
    for stray in StrayFile.objects.filter(after__lte=now)[:AT_ONCE]:
        # The row goes last: a crash in between deletes once more, which harms nothing.
        if not Attachment.objects.filter(file=stray.key, removed_at=None).exists():
            try:
                default_storage.delete(stray.key)
            except Exception as error:  # noqa: BLE001  whatever ails the store, the row stays and the next sweep tries
                logger.warning("The file store does not delete (%s); %s waits for the next sweep.", error, stray.pk)
                break
            deleted += 1
        stray.delete()
    return deleted


def give_up_abandoned_uploads(*, now: datetime) -> int:
    """Forget the uploads that nobody went on with; how many."""
    found = list(Upload.objects.abandoned(now=now)[:AT_ONCE])
    for upload in found:
        uploads.cancel(upload=upload, now=now)
    return len(found)
