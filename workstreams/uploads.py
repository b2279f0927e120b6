"""Adding a file in pieces: begin, send piece after piece, finish. Each step can be repeated without harm.

Pieces are kept in the file store, each under the place where it begins, so an upload goes on after the connection
broke, the browser was closed or another web process answers. Whole, it becomes an attachment by the action that takes
every file.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from workstreams import attachments, files
from workstreams.choices import AttachmentKind
from workstreams.errors import FileKeyTaken, NotWhole, StoreAway, TooMuchUnderWay, WrongPlace
from workstreams.filing import StrayFile, Upload, UploadPiece
from workstreams.models import Attachment, DocumentRequest, WorkStream
from workstreams.receiving import ArrivingFile

# How long a piece may be; with what a request has around it, well below DATA_UPLOAD_MAX_MEMORY_SIZE.
PIECE = 1024 * 1024


@transaction.atomic
def begin(
    *,
    workstream: WorkStream,
    actor: User,
    name: str,
    size: int,
    kind: AttachmentKind,
    client_key: UUID,
    note: str = "",
    request: DocumentRequest | None = None,
) -> Upload:
    """Begin to add a file, or go on with one: the same key again finds what has arrived of it.

    Kind and note of the last call count, so they can be chosen while the file travels.

    Raises: NotAllowed, Closed for clients, KindOfTheTeam, EmptyFile, FileTooLarge, FileKeyTaken, TooMuchUnderWay.
    """
    attachments.may_add(workstream=workstream, actor=actor, kind=kind)
    name = files.clean_name(name)
    files.refuse_size(size, name)
    # Somebody who begins many at once takes turns with themselves, so that the sum below is right.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    known = Upload.objects.filter(workstream=workstream, client_key=client_key).first()
    if known:
        if known.user_id != actor.pk or known.size != size:
            raise FileKeyTaken("This upload's key belongs to another file already. Choose the file again.")
        if known.attachment_id is None:
            known.kind, known.note, known.touched_at = kind, note, timezone.now()
            known.save(update_fields=["kind", "note", "touched_at"])
        return known
    under_way, most = Upload.objects.filter(user=actor).unfinished().bytes_promised(), files.largest_under_way()
    if under_way + size > most:
        raise TooMuchUnderWay(
            f"Together with what you are already uploading, “{name}” is more than {files.in_words(most)}. "
            "Wait until the others are done, or cancel them."
        )
    return Upload.objects.create(
        workstream=workstream,
        user=actor,
        name=name,
        size=size,
        kind=kind,
        note=note,
        client_key=client_key,
        request=request,
    )


def put(*, upload: Upload, actor: User, offset: int, piece: bytes) -> Upload:
    """Take in one piece. One that has arrived before changes nothing, so it can be sent again without asking.

    Raises: NotAllowed, Closed for clients, WrongPlace, StoreAway.
    """
    attachments.may_add(workstream=upload.workstream, actor=actor)
    if offset < upload.received or upload.attachment_id:
        return upload
    if offset > upload.received or not piece or offset + len(piece) > upload.size:
        raise WrongPlace(
            f"{files.in_words(upload.received)} of {files.in_words(upload.size)} have arrived; "
            f"the next piece begins at {upload.received} and ends at {upload.size} at the latest."
        )
    try:
        default_storage.save(_key(upload, offset), ContentFile(piece))
    except Exception as error:
        raise StoreAway(files.AWAY) from error
    with transaction.atomic():
        received = offset + len(piece)
        is_next = Upload.objects.filter(pk=upload.pk, received=offset, attachment=None).update(
            received=received, touched_at=timezone.now()
        )
        if is_next:
            UploadPiece.objects.create(upload=upload, offset=offset, size=len(piece))
    upload.refresh_from_db()
    return upload


def finish(*, upload: Upload, actor: User) -> Attachment:
    """Make an attachment of an upload that is whole. Finishing twice gives the same attachment.

    Raises: NotWhole, and what `attachments.add` raises.
    """
    if upload.attachment:
        return upload.attachment
    if upload.received < upload.size:
        raise NotWhole(f"{files.in_words(upload.received)} of {files.in_words(upload.size)} have arrived so far.")
    with ArrivingFile(upload.name) as whole:
        for piece in _pieces(upload):
            whole.write(piece)
        whole.seek(0)
        whole.size = upload.size
        added = attachments.add(
            workstream=upload.workstream,
            actor=actor,
            upload=whole,
            kind=AttachmentKind(upload.kind),
            name=upload.name,
            note=upload.note,
            client_key=upload.client_key,
            request=upload.request,
        )
    with transaction.atomic():
        _let_go_of_pieces(upload, now=timezone.now())
        Upload.objects.filter(pk=upload.pk).update(attachment=added)
    return added


@transaction.atomic
def cancel(*, upload: Upload, now: datetime) -> None:
    """Give an upload up; its pieces are deleted by the sweep. The attachment of a finished one stays."""
    if Upload.objects.select_for_update(of=("self",)).filter(pk=upload.pk).exists():
        _let_go_of_pieces(upload, now=now)
        upload.delete()


def _let_go_of_pieces(upload: Upload, *, now: datetime) -> None:
    """Every piece there is, and the one that a broken request may have left behind the last."""
    offsets = [*upload.pieces.values_list("offset", flat=True), upload.received]
    keys = [_key(upload, offset) for offset in offsets]
    StrayFile.objects.bulk_create([StrayFile(key=key, after=now) for key in keys], ignore_conflicts=True)
    upload.pieces.all().delete()


def _pieces(upload: Upload) -> Iterator[bytes]:
    """What arrived, in order. Raises: StoreAway, NotWhole for a store that has lost a piece."""
    arrived = 0
    for offset, size in upload.pieces.values_list("offset", "size"):
        with closing(files.open_part(_key(upload, offset), 0, size)) as source:
            piece = source.read(size)
        if offset != arrived or len(piece) != size:
            raise NotWhole("The file store has not kept all of this file. Cancel it, and choose the file again.")
        arrived += size
        yield piece


def _key(upload: Upload, offset: int) -> str:
    return f"{upload.folder}/{offset:015d}"
