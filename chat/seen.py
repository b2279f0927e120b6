"""Who has read how far: what "Seen by" stands on."""

from typing import Any

from accounts.models import User
from chat.models import ReadMark
from workstreams.models import WorkStream


def readers_of(workstream: WorkStream, viewer: User) -> list[dict[str, Any]]:
    """Everybody who has read anything of a chat, with the last number each; in one query however many they are.

    A client learns of members only. How far notes were read is the colleagues' own (R70).
    """
    marks = ReadMark.objects.visible_to(viewer).filter(workstream=workstream).select_related("user").order_by("pk")
    return [_reader(mark, viewer) for mark in marks if mark.message or viewer.is_internal]


def _reader(mark: ReadMark, viewer: User) -> dict[str, Any]:
    found = {"person": str(mark.user.public_id), "name": mark.user.display_name, "message": mark.message}
    return found | {"note": mark.note} if viewer.is_internal else found
