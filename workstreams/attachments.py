"""Adding files to a WorkStream and taking them off again (R31, R36). Pages, API and messages call these."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from accounts.capabilities import Can
from accounts.errors import NotAllowed
from accounts.models import User
from activity.record import nudge, record
from workstreams import events, files, scanning
from workstreams.actions import lock, touch
from workstreams.choices import AttachmentKind, Side
from workstreams.errors import Closed, FileKeyTaken, KindOfTheTeam, NotDownloadable
from workstreams.models import Attachment, DocumentRequest, WorkStream, attachment_key
from workstreams.tenancy import capabilities_of, require

# A quote comes from the team (R35). A contract comes from either side: the client sends it back signed.
KINDS_OF_THE_TEAM = frozenset({AttachmentKind.QUOTE})


def add(
    *,
    workstream: WorkStream,
    actor: User,
    upload: "File[Any]",
    kind: AttachmentKind,
    client_key: UUID,
    name: str = "",
    note: str = "",
    request: DocumentRequest | None = None,
) -> Attachment:
    """Add a file to a WorkStream (R31, R36). The same key again gives the attachment that is there already.

    The file is stored before the transaction, so nobody waits for a lock while it travels; what a crash leaves behind
    is a stray file, which the sweep deletes.

    Raises: NotAllowed, Closed for clients, KindOfTheTeam, EmptyFile, FileTooLarge, FileKeyTaken, StoreAway.
    """
    may_add(workstream=workstream, actor=actor, kind=kind)
    if known := _of_key(workstream, actor, client_key):
        return known
    name = files.clean_name(name or upload.name or "")
    stored = files.store(upload, key=attachment_key(), name=name)
    return _record(workstream, actor, stored, kind=kind, name=name, note=note, client_key=client_key, request=request)


@transaction.atomic
def remove(*, attachment: Attachment, actor: User) -> Attachment:
    """Take a file off. Its row stays and says who did; its bytes are deleted after the commit. Twice is harmless.

    Raises: NotAllowed, Closed for clients.
    """
    workstream = lock(attachment.workstream, actor)
    attachment = Attachment.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=attachment.pk)
    if not may_remove(attachment, actor, workstream=workstream, rights=capabilities_of(actor, workstream)):
        if not workstream.is_open and not actor.is_team:
            raise Closed(f"“{workstream.name}” is closed. Ask to reopen it.")
        raise NotAllowed("You may not remove this file: that takes whoever added it, or the team.")
    if attachment.removed_at:
        return attachment
    attachment.removed_at, attachment.removed_by = timezone.now(), actor
    attachment.save(update_fields=["removed_at", "removed_by"])
    files.give_up(attachment.key)
    record(
        events.ATTACHMENT_REMOVED,
        actor=actor,
        workstream=workstream,
        data={"attachment_id": attachment.pk, "kind": attachment.get_kind_display()},
    )
    _nudge("delete_stray_files")
    return attachment


def may_add(*, workstream: WorkStream, actor: User, kind: AttachmentKind | None = None) -> None:
    """Insist that this person may add a file, of this kind where one is named.

    Raises: NotAllowed, Closed for clients, KindOfTheTeam.
    """
    require(actor, Can.ADD_ATTACHMENTS, workstream)
    if not workstream.is_open and not actor.is_team:
        raise Closed(f"“{workstream.name}” is closed. Ask to reopen it.")
    if kind in KINDS_OF_THE_TEAM and not actor.is_team:
        raise KindOfTheTeam("A quote or proposal comes from the team. Choose another kind.")


def may_remove(attachment: Attachment, person: User, *, workstream: WorkStream, rights: frozenset[Can]) -> bool:
    """Whether somebody may take a file off: their own, as owner any of the client's, as a colleague any at all."""
    if Can.ADD_ATTACHMENTS not in rights:
        return False
    if person.is_internal:
        return True
    is_theirs = attachment.uploaded_by_id == person.pk
    is_owners = attachment.side == Side.CLIENT and workstream.owner_id == person.pk
    return workstream.is_open and (is_theirs or is_owners)


def kinds_for(person: User) -> list[AttachmentKind]:
    """The kinds this person may add."""
    return [kind for kind in AttachmentKind if person.is_team or kind not in KINDS_OF_THE_TEAM]


def largest_file() -> int:
    """How many bytes a file may have, for whoever checks it before sending."""
    return files.largest()


def why_not(attachment: Attachment) -> str:
    """Why this file cannot be downloaded, as a sentence; empty when it can."""
    if attachment.removed_at:
        return "This file was removed."
    if attachment.scan == Attachment.Scan.QUARANTINED:
        return (
            "This file is in quarantine: the virus scan did not find it harmless. Ask whoever sent it for a clean copy."
        )
    if attachment.scan == Attachment.Scan.WAITING:
        return "This file is being checked for viruses. It can be downloaded as soon as that is done."
    return ""


def require_downloadable(attachment: Attachment) -> None:
    """Insist on a file that can be handed out. Raises: NotDownloadable."""
    if reason := why_not(attachment):
        raise NotDownloadable(reason)


def of_author(*, workstream: WorkStream, author: User, ids: Iterable[UUID]) -> list[Attachment]:
    """Those of these attachments that the author may put into a message: their own of this WorkStream, not removed."""
    found = Attachment.objects.visible_to(author).filter(
        workstream=workstream, uploaded_by=author, removed_at=None, public_id__in=list(ids)
    )
    found = found.exclude(scan=Attachment.Scan.QUARANTINED).select_related("preview").defer("preview__facts")
    return list(found.order_by("created_at", "id"))


def may_be_previewed(attachment: Attachment) -> bool:
    """Whether there is a preview of it, or will be in a moment. Asks nothing of an attachment read with its preview."""
    preview = getattr(attachment, "preview", None)
    return not why_not(attachment) and preview is not None and preview.state != "failed"


@dataclass(frozen=True)
class Row:
    """One attachment, and what its reader may do with it."""

    attachment: Attachment
    may_remove: bool
    why_not: str

    @property
    def size(self) -> str:
        """Its size in words."""
        return files.in_words(self.attachment.size)


@dataclass(frozen=True)
class Page:
    """A page of the attachments panel, newest first."""

    rows: list[Row]
    count: int
    older: str
    # What the list is narrowed to, and to what it can be.
    kind: str = ""
    kinds: tuple[AttachmentKind, ...] = ()


PER_PAGE = 10  # beside the chat and above the members, so no long column


def page(
    workstream: WorkStream, reader: User, *, rights: frozenset[Can], older_than: UUID | None = None, kind: str = ""
) -> Page:
    """A page of what this reader sees, perhaps of one kind. One statement, or two for an older page."""
    visible = Attachment.objects.visible_to(reader).filter(workstream=workstream).listed_for(reader)
    wanted = visible.filter(kind=kind) if kind else visible
    found = list(wanted.before(older_than).for_panel(counting=visible)[: PER_PAGE + 1])
    rows = [
        Row(
            attachment,
            may_remove=not attachment.removed_at
            and may_remove(attachment, reader, workstream=workstream, rights=rights),
            why_not=why_not(attachment),
        )
        for attachment in found[:PER_PAGE]
    ]
    older = str(rows[-1].attachment.public_id) if len(found) > PER_PAGE else ""
    there = found[0].kinds if found else []
    kinds = tuple(each for each in AttachmentKind if each in there)
    return Page(rows=rows, count=found[0].in_all if found else 0, older=older, kind=kind, kinds=kinds)


@transaction.atomic
def _record(
    workstream: WorkStream,
    actor: User,
    stored: files.Stored,
    *,
    kind: AttachmentKind,
    name: str,
    note: str,
    client_key: UUID,
    request: DocumentRequest | None,
) -> Attachment:
    workstream = lock(workstream, actor)
    # It may have been closed, or the person taken off, while the file travelled.
    may_add(workstream=workstream, actor=actor, kind=kind)
    if known := _of_key(workstream, actor, client_key):
        # The same file was sent twice at once, and the other one was quicker.
        files.give_up(stored.key)
        return known
    attachment = Attachment.objects.create(
        workstream=workstream,
        kind=kind,
        name=name,
        note=note,
        file=stored.key,
        size=stored.size,
        sha256=stored.sha256,
        content_type=stored.content_type,
        client_key=client_key,
        uploaded_by=actor,
        side=Side.TEAM if actor.is_team else Side.CLIENT,
        request=request,
        scan=scanning.first_state(),
    )
    files.adopt(stored.key)
    if attachment.scan == Attachment.Scan.WAITING:
        _nudge("scan_waiting_files")
    touch(workstream)
    record(
        events.ATTACHMENT_ADDED,
        actor=actor,
        workstream=workstream,
        data={
            "attachment_id": attachment.pk,
            "kind": attachment.get_kind_display(),
            "side": attachment.side,
            "request_id": request.pk if request else None,
        },
    )
    return attachment


def _of_key(workstream: WorkStream, actor: User, client_key: UUID) -> Attachment | None:
    known = Attachment.objects.filter(workstream=workstream, client_key=client_key).first()
    if known and known.uploaded_by_id != actor.pk:
        raise FileKeyTaken("This upload's key belongs to another file already. Choose the file again.")
    return known


def _nudge(name: str) -> None:
    from workstreams import tasks  # noqa: PLC0415  the tasks import this module

    nudge(getattr(tasks, name))
