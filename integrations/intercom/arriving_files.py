"""Files of Intercom's conversations: fetched by a worker and kept here, through the same door as every upload (R31).

Their addresses expire after half an hour and are never shown; whenever one is fetched, Intercom is asked for a fresh
one. Nothing is fetched but from the hosts an operator has named.
"""

import tempfile
import time
from datetime import datetime, timedelta
from typing import IO, Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID, uuid5

import httpx
from django.conf import settings
from django.core.files.base import File
from django.utils import timezone

from accounts.capabilities import Role
from accounts.errors import DomainError
from accounts.models import User
from activity.claims import claim_first
from activity.record import nudge
from chat import changes
from chat.models import Message
from integrations.failures import NotNow, Refused, VendorFailure
from integrations.intercom.client import FileSeen, Missing, client
from integrations.intercom.markup import read
from integrations.intercom.models import ArrivingFile, Part
from workstreams import attachments, files
from workstreams.choices import AttachmentKind, Side
from workstreams.errors import StoreAway

LEASE = timedelta(minutes=15)
# Seconds for one file, however slowly it comes.
LONGEST = 600
GIVE_UP_AFTER = 8
LONGEST_WAIT = timedelta(hours=1)
MOST_REDIRECTS = 3
MOST_FILES = 20
_KEYS = UUID("0c1f6a52-6d0f-4c55-8c0a-3e1d0a6b8f41")


def expect(part: Part, found: list[FileSeen]) -> None:
    """Have the files of a message fetched. In the transaction that stores it."""
    from integrations.intercom.tasks import fetch_arriving_files  # noqa: PLC0415  the tasks fetch what is noted here

    rows = [
        ArrivingFile(part=part, place=place, name=files.clean_name(file.name))
        for place, file in enumerate(found[:MOST_FILES])
    ]
    ArrivingFile.objects.bulk_create(rows)
    if rows:
        nudge(fetch_arriving_files)


def fetch_next(*, now: datetime | None = None) -> bool:
    """Fetch the file that is due longest; False when none is.

    A worker that dies leaves a row that comes due again, and what it stored is found again by its key.
    """
    row = claim_first(ArrivingFile.objects.waiting(), now=now or timezone.now(), lease=LEASE)
    if row is None:
        return False
    row = ArrivingFile.objects.select_related("part__message__author", "part__conversation__workstream").get(pk=row.pk)
    try:
        _fetch(row)
    except (DomainError, Refused) as refusal:
        _lose(row, refusal.message if isinstance(refusal, DomainError) else refusal.reason)
    except VendorFailure as failure:
        if row.attempts >= GIVE_UP_AFTER:
            _lose(row, failure.reason)
        else:
            row.due_at = timezone.now() + min(timedelta(seconds=10 * 2**row.attempts), LONGEST_WAIT)
            row.reason = failure.reason[:500]
            row.save(update_fields=["due_at", "reason"])
    return True


def _fetch(row: ArrivingFile) -> None:
    message = row.part.message
    if message is None or message.removed_at or row.part.redacted_at:
        _settle(row, ArrivingFile.State.LOST, "Its message is gone.")
        return
    with tempfile.TemporaryFile() as kept:
        _download(_address(row), kept)
        kept.seek(0)
        try:
            attachment = attachments.add(
                workstream=message.workstream,
                actor=_who_keeps(message),
                upload=File(kept, name=row.name),
                kind=AttachmentKind.OTHER,
                client_key=uuid5(_KEYS, f"{row.part_id} {row.place}"),
                name=row.name,
                note=f"Sent in Intercom by {message.author_name}",
            )
        except StoreAway as failure:
            raise NotNow(failure.message) from failure
    changes.add_files(message, [attachment])
    row.attachment = attachment
    _settle(row, ArrivingFile.State.KEPT, "")


def _who_keeps(message: Message) -> User:
    """In whose name it is kept: its author's. For somebody without an account here, who answers for their side."""
    workstream = message.workstream
    answers = workstream.owner if message.side == Side.CLIENT else workstream.lead
    found = message.author or answers or User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk").first()
    if found is None:
        raise NotNow("Nobody here can keep a file of somebody without an account.")
    return found


def _address(row: ArrivingFile) -> str:
    """Where the file is now. Raises: VendorFailure."""
    conversation = str(row.part.conversation.conversation_id)
    try:
        seen = client().conversation(conversation)
    except Missing as gone:
        raise Refused("The conversation is gone.") from gone
    for part in seen.parts:
        if part.id == row.part.part_id:
            found = [*part.files, *read(part.body).pictures]
            if row.place < len(found):
                return found[row.place].url
    raise Refused("Intercom does not have it any more.")


def _download(address: str, into: IO[bytes]) -> None:
    """Fetch a file from a host that is allowed, and nothing larger than a file may be. Raises: Refused, NotNow."""
    ends = time.monotonic() + LONGEST
    try:
        with httpx.Client(timeout=20.0, follow_redirects=False) as browser:
            for _ in range(MOST_REDIRECTS + 1):
                _insist_on_allowed(address)
                with browser.stream("GET", address) as response:
                    if response.is_redirect:
                        address = urljoin(address, response.headers.get("Location", ""))
                        continue
                    if response.status_code != httpx.codes.OK:
                        raise NotNow(f"The file was answered with {response.status_code}.")
                    _copy(response, into, ends)
                    return
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NotNow(f"The file could not be fetched ({type(error).__name__}).") from error
    raise Refused("The file's address leads from one to another without end.")


def _copy(response: Any, into: IO[bytes], ends: float) -> None:
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > files.largest():
            raise Refused(f"It is larger than {settings.FILES_MAX_MB} MB.")
        if time.monotonic() > ends:
            raise NotNow("The file came too slowly.")
        into.write(piece)


def _insist_on_allowed(address: str) -> None:
    """Only https and the hosts that were named; Intercom's own host as it is configured. Raises: Refused."""
    try:
        given, own = urlsplit(address), urlsplit(settings.INTERCOM_BASE_URL)
        is_own = (given.scheme, given.hostname, given.port) == (own.scheme, own.hostname, own.port)
        is_named = given.scheme == "https" and given.hostname in settings.INTERCOM_FILE_HOSTS and not given.port
    except ValueError:
        is_own = is_named = False
    if not (is_own or is_named) or given.username:
        raise Refused("It is at a host from which files are not fetched (INTERCOM_FILE_HOSTS).")


def _lose(row: ArrivingFile, reason: str) -> None:
    """Say in the message that it is missing, so that nobody waits for it."""
    message = row.part.message
    if message is not None:
        changes.add_files(message, [], lost=f"“{row.name}” could not be taken over from Intercom. {reason}")
    _settle(row, ArrivingFile.State.LOST, reason)


def _settle(row: ArrivingFile, state: ArrivingFile.State, reason: str) -> None:
    row.state, row.reason, row.settled_at = state, reason[:500], timezone.now()
    row.save(update_fields=["state", "reason", "settled_at", "attachment"])
