"""What this app keeps about a person, for their copy. Their words stay when they are erased, by a “Former member”."""

from typing import Any

from accounts.models import User
from accounts.personal import registry
from chat.models import Message, Note


@registry.gathers("messages")
def messages(person: User) -> list[dict[str, Any]]:
    """What they wrote in chats."""
    return [_row(entry) for entry in Message.objects.filter(author=person).select_related("workstream").order_by("id")]


@registry.gathers("notes")
def notes(person: User) -> list[dict[str, Any]]:
    """What they wrote in Internal Notes; nothing for people who read none (R70)."""
    if not person.is_internal:
        return []
    return [_row(entry) for entry in Note.objects.filter(author=person).select_related("workstream").order_by("id")]


def _row(entry: Message | Note) -> dict[str, Any]:
    return {
        "workstream": entry.workstream.name,
        "number": entry.number,
        "at": entry.created_at,
        "edited": entry.edited_at,
        "removed": entry.removed_at,
        "text": entry.body,
    }
