"""The addresses of the live streams."""

import re
from typing import cast
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.models import User
from chat.live.channels import Kind
from chat.live.hub import hub
from chat.live.questions import Marks, Reader, last_marks
from chat.live.stream import Stream
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of, require

# "12-3.4-0": twelve messages and three changes of them, four notes and no change. Without a change, none was seen.
_MARK = r"(\d{1,9})(?:-(\d{1,9}))?"
MARKS = re.compile(rf"{_MARK}(?:\.{_MARK})?")


@require_GET
async def messages(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """The messages of a WorkStream as they are posted, for everybody who takes part in its chat."""
    return await _stream(request, public_id, (Kind.MESSAGE,))


@require_GET
async def team(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Messages and notes in one stream, for colleagues only: browsers allow few connections to one host."""
    return await _stream(request, public_id, (Kind.MESSAGE, Kind.NOTE))


async def _stream(request: HttpRequest, public_id: UUID, kinds: tuple[Kind, ...]) -> HttpResponseBase:
    reader, seen = await sync_to_async(_admit)(request, public_id, kinds)
    return StreamingHttpResponse(
        Stream(hub(), reader, seen).frames(),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _admit(request: HttpRequest, public_id: UUID, kinds: tuple[Kind, ...]) -> tuple[Reader, Marks]:
    """Who reads and from where.

    Raises: Http404 for a foreign WorkStream, and for notes to those who may not read them (R70); NotAllowed.
    """
    workstream = (
        WorkStream.objects.visible_to(request.user).select_related("chat_counter").filter(public_id=public_id).first()
    )
    if workstream is None or request.session.session_key is None:
        raise Http404
    if Kind.NOTE in kinds and Can.READ_NOTES not in capabilities_of(request.user, workstream):
        raise Http404  # that there are notes at all is not theirs to know
    require(cast("User", request.user), Can.CHAT, workstream)
    seen = last_marks(workstream)
    claimed = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    if found := MARKS.fullmatch(claimed):
        told = [int(part or 0) for part in found.groups()]
        for kind, number, change in zip(Kind, told[::2], told[1::2], strict=True):
            # Nobody has seen more than there is; whoever says so would miss what comes.
            mark = seen[kind]
            mark.number, mark.change = min(mark.number, number), min(mark.change, change)
    person = cast("User", request.user)
    return Reader(request.session.session_key, public_id, kinds, person.public_id), seen
