"""A copy of everything the portal keeps about a person, for that person: asked for on a page, made by a worker.

It holds what is theirs and says nothing of others: not what others wrote, no notes of other people, no addresses. Its
person may fetch it for a week; then it is deleted.
"""

import json
import logging
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from accounts import events, personal
from accounts.errors import AskedLately, NotAllowed
from accounts.models import DataExport, User
from activity.claims import claim_first
from activity.record import nudge, record

logger = logging.getLogger(__name__)

LIVES = timedelta(days=7)
AGAIN_AFTER = timedelta(hours=24)
LEASE = timedelta(minutes=15)
GIVE_UP_AFTER = 3
# Files beyond this are named in the copy and not in it.
MOST_BYTES = 1024 * 1024 * 1024

README = """Your data
=========

This is everything the portal keeps about you, put together on {day} for {email}.

Each .json file is one kind of thing. Times are in UTC. "files" holds what you uploaded and what is not removed.
What other people wrote is theirs and not in here; you can read it on the pages of your WorkStreams.
"""


@dataclass(frozen=True)
class OwnFile:
    """A file that goes into the copy as it is."""

    name: str
    file: Any
    size: int


@transaction.atomic
def ask(*, person: User, actor: User) -> DataExport:
    """Have a copy of one's own data put together. Asking while one is being made returns that one.

    Raises: NotAllowed; AskedLately within a day of the last one.
    """
    if person.pk != actor.pk or not actor.is_active:
        raise NotAllowed("People ask for a copy of their own data only.")
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    if waiting := DataExport.objects.filter(person=person, state=DataExport.State.WAITING).first():
        return waiting
    now = timezone.now()
    lately = DataExport.objects.filter(person=person, asked_at__gt=now - AGAIN_AFTER)
    if lately.exclude(state=DataExport.State.FAILED).exists():
        raise AskedLately("You asked for a copy within the last 24 hours. Use that one, or ask again tomorrow.")
    export = DataExport.objects.create(person=person)
    record(events.DATA_EXPORTED, actor=actor, data={"user_id": person.pk})
    from accounts.tasks import work_waiting_personal  # noqa: PLC0415  the tasks import this module

    nudge(work_waiting_personal)
    return export


def work_waiting() -> None:
    """Put together every copy that waits. Safe to run twice, late, or at the same time as itself."""
    waiting = DataExport.objects.filter(state=DataExport.State.WAITING)
    while export := claim_first(waiting, now=timezone.now(), lease=LEASE):
        if export.attempts > GIVE_UP_AFTER:
            DataExport.objects.filter(pk=export.pk).update(state=DataExport.State.FAILED)
            continue
        try:
            _make(export)
        except Exception:
            logger.exception("The copy of somebody's data could not be put together (%s).", export.public_id)


def delete_old() -> int:
    """Delete copies that are older than a week; how many."""
    old = list(DataExport.objects.filter(state=DataExport.State.READY, expires_at__lte=timezone.now()))
    for export in old:
        delete_file(export)
        DataExport.objects.filter(pk=export.pk).update(state=DataExport.State.GONE, file="")
    return len(old)


def delete_file(export: DataExport) -> None:
    """Delete what was put together."""
    if export.file:
        export.file.storage.delete(str(export.file.name))


def _make(export: DataExport) -> None:
    person = export.person
    with tempfile.TemporaryFile() as written:
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            _write(archive, person)
        size = written.tell()
        written.seek(0)
        export.file.save("own-data", File(written), save=False)
    now = timezone.now()
    done = DataExport.objects.filter(pk=export.pk, state=DataExport.State.WAITING).update(
        state=DataExport.State.READY, file=export.file.name, size=size, ready_at=now, expires_at=now + LIVES
    )
    if not done:
        # Erased, or made by somebody else, meanwhile.
        delete_file(export)


def _write(archive: zipfile.ZipFile, person: User) -> None:
    day = f"{timezone.now():%d %b %Y}"
    archive.writestr("README.txt", README.format(day=day, email=person.email))
    room = MOST_BYTES
    for name, found in personal.registry.gathered(person):
        rows = list(found) if isinstance(found, Iterator) else found
        if isinstance(rows, list) and any(isinstance(row, OwnFile) for row in rows):
            room = _write_files(archive, name, rows, room)
            continue
        archive.writestr(f"{name}.json", json.dumps(rows, indent=2, ensure_ascii=False, default=_plain))


def _write_files(archive: zipfile.ZipFile, folder: str, files: list[OwnFile], room: int) -> int:
    left_out = []
    for number, own in enumerate(files, start=1):
        if own.size > room:
            left_out.append(own.name)
            continue
        try:
            with (
                own.file.open("rb") as source,
                archive.open(f"{folder}/{number:04} {_safe(own.name)}", "w", force_zip64=True) as target,
            ):
                shutil.copyfileobj(source, target)
            room -= own.size
        except OSError:
            left_out.append(own.name)
    if left_out:
        archive.writestr(f"{folder}-left-out.json", json.dumps(left_out, indent=2, ensure_ascii=False))
    return room


def _safe(name: str) -> str:
    """A file's name as no archive program takes it for a folder or a way out of one."""
    return "".join("_" if c in '/\\:*?"<>|' or ord(c) < 32 else c for c in name).strip(". ")[:150] or "file"


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not written into a copy of somebody's data.")
