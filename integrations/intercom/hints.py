"""What of a notification of Intercom is worth keeping: its topic and ids. Nobody's words."""

import re
from dataclasses import asdict, dataclass
from typing import Any, Self

CONVERSATION = "conversation"
CONTACT = "contact"

# What something follows from, and which kind of record it is about. The workers ask Intercom for that record.
TOPICS = {
    "conversation.user.created": CONVERSATION,
    "conversation.user.replied": CONVERSATION,
    "conversation.admin.single.created": CONVERSATION,
    "conversation.admin.replied": CONVERSATION,
    "conversation.admin.noted": CONVERSATION,
    "conversation.admin.assigned": CONVERSATION,
    "conversation.admin.open.assigned": CONVERSATION,
    "conversation.admin.closed": CONVERSATION,
    "conversation.admin.opened": CONVERSATION,
    "conversation.admin.snoozed": CONVERSATION,
    "conversation.admin.unsnoozed": CONVERSATION,
    "conversation.operator.replied": CONVERSATION,
    "conversation.deleted": CONVERSATION,
    "conversation_part.redacted": CONVERSATION,
    "conversation.contact.attached": CONVERSATION,
    "conversation.contact.detached": CONVERSATION,
    # Our own: what the poll found changed (integrations.intercom.poll).
    "poll": CONVERSATION,
    "contact.merged": CONTACT,
    "contact.archived": CONTACT,
    "contact.unarchived": CONTACT,
    "contact.deleted": CONTACT,
    "contact.user.updated": CONTACT,
    "contact.email.updated": CONTACT,
    "contact.lead.signed_up": CONTACT,
}

_SHAPES = {CONVERSATION: re.compile(r"[0-9]{1,20}"), CONTACT: re.compile(r"[0-9a-f]{24}")}


@dataclass(frozen=True)
class Hint:
    """What a notification is about."""

    topic: str
    # The id of the conversation or contact; empty where it names none.
    record: str = ""
    parts: tuple[str, ...] = ()
    # The contact that became part of this one.
    merged_from: str = ""

    @classmethod
    def of(cls, told: dict[str, Any]) -> Self:
        """Read a notification, whatever shape its parts have."""
        topic = str(told.get("topic") or "")[:100]
        item = _dict(_dict(told.get("data")).get("item"))
        kind = TOPICS.get(topic, "")
        record = _named(kind, item) if kind else ""
        parts = item.get("conversation_parts")
        rows = parts if isinstance(parts, list) else _dict(parts).get("conversation_parts")
        ids = [_text(_dict(row).get("id")) for row in rows] if isinstance(rows, list) else []
        if item.get("type") == "conversation_part":
            ids.append(_text(item.get("id")))
        merged_from = _text(_dict(item.get("merged_from")).get("id"))
        return cls(
            topic,
            record=record,
            parts=tuple(each[:20] for each in ids if each)[:10],
            merged_from=merged_from if _SHAPES[CONTACT].fullmatch(merged_from) else "",
        )

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """As it was stored; of one that was emptied, because somebody was erased, nothing is left."""
        return cls(
            payload.get("topic", ""),
            payload.get("record", ""),
            tuple(payload.get("parts", ())),
            payload.get("merged_from", ""),
        )

    def as_payload(self) -> dict[str, Any]:
        """To be stored."""
        return {**asdict(self), "parts": list(self.parts)}

    @property
    def kind(self) -> str:
        """Whether it is about a conversation or a contact; empty where nothing follows from it."""
        return TOPICS.get(self.topic, "")

    @property
    def subject_id(self) -> str:
        """What takes turns: everything about one conversation, and about one contact."""
        return f"{self.kind} {self.record}" if self.record else ""


def _named(kind: str, item: dict[str, Any]) -> str:
    """The id of the conversation or contact, wherever the topic has it."""
    inner = _dict(item.get(kind))
    places = [inner.get("id"), item.get(f"{kind}_id")]
    if item.get("type") != "conversation_part":
        places.append(item.get("id"))
    for found in map(_text, places):
        if _SHAPES[kind].fullmatch(found):
            return found
    return ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
