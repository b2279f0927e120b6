"""Making previews, one after the other, and taking them away with their files."""

import logging
import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from activity.record import nudge
from workstreams import files
from workstreams.errors import StoreAway
from workstreams.filing import StrayFile
from workstreams.models import Attachment
from workstreams.papers import Preview, PreviewPicture, picture_key
from workstreams.previews import sandbox
from workstreams.previews.kinds import Kind, kind_of, reads_at_most
from workstreams.previews.outcome import CannotPreview, Outcome

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 5
TOO_LARGE = "It is too large to be shown here."


def want(attachment: Attachment) -> Preview | None:
    """Have a preview made of a new file, if there is one of its kind. Call in the transaction that adds the file."""
    kind = kind_of(attachment.content_type, attachment.name)
    if kind is None:
        return None
    preview, is_new = Preview.objects.get_or_create(attachment=attachment, defaults={"kind": str(kind)})
    if is_new:
        from workstreams.tasks import make_waiting_previews  # noqa: PLC0415  the tasks import this module

        nudge(make_waiting_previews)
    return preview


def forget(attachment_id: int) -> None:
    """Take a preview away. Call in the transaction that removes or quarantines the file; the sweep deletes pictures."""
    for picture in PreviewPicture.objects.filter(preview__attachment=attachment_id):
        files.give_up(picture.key)
    Preview.objects.filter(attachment=attachment_id).delete()


def make_waiting() -> int:
    """Make every preview that waits; how many. Safe for several at once: each is leased to one."""
    made = 0
    while preview := Preview.objects.claim(now=timezone.now()):
        make(preview)
        made += 1
    return made


def make(preview: Preview) -> None:
    """Make one preview that was claimed. Whatever ails it, it ends with a sentence, or waits for the store."""
    if preview.attempts > GIVE_UP_AFTER:
        _refuse(preview, sandbox.BROKE_OFF)
        return
    attachment = preview.attachment
    try:
        outcome = _look(attachment, Kind(preview.kind))
    except CannotPreview as refusal:
        _refuse(preview, str(refusal))
    except StoreAway as away:
        logger.warning("Preview %s waits for the file store: %s", preview.pk, away)
    else:
        _keep(preview, outcome)


def _look(attachment: Attachment, kind: Kind) -> Outcome:
    most = reads_at_most(kind)
    if kind in {Kind.PICTURE, Kind.PAGES} and attachment.size > most:
        raise CannotPreview(TOO_LARGE)
    with tempfile.TemporaryDirectory(prefix="look-") as folder:
        path = Path(folder) / "file"
        with files.open_stored(attachment.key) as kept, path.open("wb") as copy:
            # One more than is looked at tells that there is more.
            shutil.copyfileobj(_First(kept, most + 1), copy)
        return sandbox.look(kind, path)


class _First:
    """The first bytes of a file."""

    def __init__(self, file: "object", most: int) -> None:
        self._file, self._left = file, most

    def read(self, size: int = -1) -> bytes:
        """The next piece."""
        wanted = self._left if size < 0 else min(size, self._left)
        piece: bytes = self._file.read(wanted) if wanted else b""  # type: ignore[attr-defined]
        self._left -= len(piece)
        return piece


def _keep(preview: Preview, outcome: Outcome) -> None:
    """Store the pictures, then say in one transaction that they are there and whose they are."""
    kept: list[PreviewPicture] = []
    for number, picture in enumerate(outcome.pictures, start=1):
        key = picture_key(PreviewPicture(), "")
        StrayFile.objects.create(key=key, after=timezone.now() + files.STORING_TAKES)
        try:
            default_storage.save(key, ContentFile(picture.content))
        except Exception as error:  # noqa: BLE001  whatever ails the store, the lease runs out and it is tried again
            logger.warning("Preview %s waits for the file store: %s", preview.pk, error)
            return
        kept.append(
            PreviewPicture(preview=preview, number=number, file=key, width=picture.width, height=picture.height)
        )
    with transaction.atomic():
        if not _settle(preview, state=Preview.State.READY, facts=outcome.facts, made_at=timezone.now()):
            return  # its file has gone meanwhile, or another worker made it: the pictures are stray
        PreviewPicture.objects.bulk_create(kept)
        for row in kept:
            files.adopt(row.key)


def _refuse(preview: Preview, sentence: str) -> None:
    _settle(preview, state=Preview.State.FAILED, refusal=sentence, made_at=timezone.now())


def _settle(preview: Preview, *, made_at: datetime, **values: object) -> int:
    """What came of this attempt; nothing when its lease ran out and another worker has taken it since."""
    waiting = Preview.objects.filter(pk=preview.pk, state=Preview.State.WAITING, attempts=preview.attempts)
    return waiting.update(made_at=made_at, **values)
