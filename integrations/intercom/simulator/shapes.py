"""How Intercom writes things down, with the oddities that real payloads have."""

import hashlib
import hmac
import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from integrations.intercom.simulator.state import Contact, Conversation, Part, Upload, Workspace
from integrations.simulator.addresses import INTERCOM_APP

FILES = "/intercom-files"
EXPIRES_AFTER = 30 * 60
PARTS_SHOWN = 500
_KEY = b"signs the addresses of files"
_BREAK = re.compile(r"<br\s*/?>\n?|</p>\s*<p[^>]*>|</(?:p|div|li|h\d)>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")


def as_html(text: str) -> str:
    """Plain text as Intercom keeps it: its markup does not count."""
    paragraphs = re.split(r"\n{2,}", html.escape(text, quote=False).replace("\r\n", "\n"))
    return "".join(f"<p>{paragraph}</p>".replace("\n", "<br>\n") for paragraph in paragraphs)


def as_paragraphs(body: str) -> str:
    """What a teammate wrote, in a paragraph if it is in none."""
    return body if body.lstrip().startswith("<") else f"<p>{body}</p>"


def as_text(body: str | None) -> str:
    """A body as plain text, as `display_as=plaintext` has it."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", body or ""))).strip()


def signature(upload: str, expires: int) -> str:
    """What makes the address of a file work until it expires."""
    return hmac.new(_KEY, f"{upload}:{expires}".encode(), hashlib.sha256).hexdigest()[:32]


class Shapes:
    """Writes the things of one workspace down."""

    def __init__(self, state: Workspace, *, now: float, base: str, plain: bool = False) -> None:
        """`base`: where files are fetched; `plain`: bodies as text."""
        self.state = state
        self.now = now
        self.base = base
        self.plain = plain

    def contact(self, contact: Contact) -> dict[str, Any]:
        """A contact as a whole."""
        tags = [{"id": tag, "type": "tag", "url": f"/tags/{tag}"} for tag in contact.tags]
        listed = {"type": "list", "data": [], "total_count": 0, "has_more": False}
        return {
            "type": "contact",
            "id": contact.id,
            "workspace_id": INTERCOM_APP,
            "external_id": contact.external_id,
            "role": contact.role,
            "email": contact.email,
            "phone": contact.phone,
            "name": contact.name,
            "avatar": contact.avatar,
            "owner_id": contact.owner_id,
            "social_profiles": {"type": "list", "data": []},
            "has_hard_bounced": False,
            "marked_email_as_spam": False,
            "unsubscribed_from_emails": contact.unsubscribed_from_emails,
            "created_at": self.time(contact.created_at),
            "updated_at": contact.updated_at,
            "signed_up_at": contact.signed_up_at,
            "last_seen_at": contact.last_seen_at,
            "custom_attributes": contact.custom_attributes,
            "tags": {**listed, "data": tags, "total_count": len(tags), "url": f"/contacts/{contact.id}/tags"},
            "notes": {**listed, "url": f"/contacts/{contact.id}/notes"},
            "companies": {**listed, "url": f"/contacts/{contact.id}/companies"},
            "archived": contact.archived,
        }

    def conversation(self, conversation: Conversation, parts: Sequence[Part] | None) -> dict[str, Any]:
        """A conversation; without parts when there is None, as a search has it."""
        people = [self.contacts[one] for one in conversation.contacts if one in self.contacts]
        contacts = [{"type": "contact", "id": person.id, "external_id": person.external_id} for person in people]
        shape: dict[str, Any] = {
            "type": "conversation",
            "id": conversation.id,
            "title": conversation.title,
            "created_at": self.time(conversation.created_at),
            "updated_at": int(conversation.changes[-1]),
            "waiting_since": None,
            "snoozed_until": conversation.snoozed_until,
            "source": self.source(conversation),
            "contacts": contacts if self.is_odd(conversation.id, 5) else {"type": "contact.list", "contacts": contacts},
            "teammates": {
                "type": "admin.list",
                "admins": [{"type": "admin", "id": admin} for admin in conversation.teammates],
            },
            "admin_assignee_id": conversation.admin_assignee_id,
            "team_assignee_id": None,
            "open": conversation.state == "open",
            "state": conversation.state,
            "read": conversation.read,
            "priority": "not_priority",
            "tags": {
                "type": "tag.list",
                "tags": [{"type": "tag", "id": tag, "name": self.state.tags[tag]} for tag in conversation.tags],
            },
            "custom_attributes": conversation.custom_attributes,
            "statistics": None,
            "ai_agent_participated": False,
        }
        if parts is not None:
            shape["conversation_parts"] = {
                "type": "conversation_part.list",
                "conversation_parts": [self.part(part) for part in parts[-PARTS_SHOWN:]],
                "total_count": len(conversation.parts),
            }
        return shape

    def source(self, conversation: Conversation) -> dict[str, Any]:
        """What opened a conversation."""
        source = conversation.source
        return {
            "type": "conversation",
            "id": source.id,
            "delivered_as": conversation.delivered_as,
            "subject": "",
            "body": self.body(source),
            "author": self.author(source),
            "attachments": [self.upload(upload) for upload in source.uploads],
            "url": None,
            "redacted": source.redacted,
        }

    def part(self, part: Part) -> dict[str, Any]:
        """An entry."""
        return {
            "type": "conversation_part",
            "id": int(part.id) if self.is_odd(part.id, 7) else part.id,
            "part_type": part.part_type,
            "body": self.body(part),
            "created_at": self.time(part.created_at, part.id),
            "updated_at": part.created_at,
            "notified_at": part.created_at,
            "assigned_to": {"type": "admin", "id": part.assigned_to} if part.assigned_to else None,
            "author": self.author(part),
            "attachments": [self.upload(upload) for upload in part.uploads],
            "external_id": None,
            "redacted": part.redacted,
            "email_message_metadata": None,
            "metadata": {},
            "app_package_code": part.app,
        }

    def author(self, part: Part) -> dict[str, Any]:
        """Who wrote it, as they are called now."""
        if part.author_type == "admin":
            teammate = self.state.teammates.get(part.author_id)
            name, email = (teammate.name, teammate.email) if teammate else (None, None)
        elif part.author_type == "bot":
            name, email = "Operator", "operator+sim12345@intercom.io"
        else:
            contact = self.contacts.get(part.author_id)
            name, email = (contact.name, contact.email) if contact else (None, None)
        return {"type": part.author_type, "id": part.author_id, "name": name, "email": email}

    def name_of(self, admin: int | None) -> str:
        """A teammate's name; none for nobody, the number for one whose seat is gone."""
        if admin is None:
            return ""
        known = self.state.teammates.get(str(admin))
        return known.name if known else str(admin)

    def upload(self, upload: Upload) -> dict[str, Any]:
        """A file, with an address that works for half an hour."""
        expires = int(self.now) + EXPIRES_AFTER
        return {
            "type": "upload",
            "name": upload.name,
            "url": f"{self.base}{FILES}/{upload.id}/{quote(upload.name)}"
            f"?expires={expires}&signature={signature(upload.id, expires)}",
            "content_type": upload.content_type,
            "filesize": len(upload.data) * 3 // 4 - upload.data[-2:].count("="),
            "width": None,
            "height": None,
        }

    def body(self, part: Part) -> str | None:
        """The text."""
        return as_text(part.body) if self.plain and part.body is not None else part.body

    def time(self, seconds: int, number: str = "") -> int | str:
        """A time: seconds, or at times ISO 8601."""
        if number and self.is_odd(number, 11):
            return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
        return seconds

    def is_odd(self, number: str, every: int) -> bool:
        """Whether this is one of those that are written differently."""
        return self.state.odd_types and int(number) % every == 0

    @property
    def contacts(self) -> dict[str, Contact]:
        """By id, those that were merged away and deleted, too."""
        return self.state.contacts
