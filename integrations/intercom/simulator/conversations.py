"""Conversations over the API: opening, reading, replying, closing, redacting."""

import binascii
from base64 import b64decode
from typing import Any

from werkzeug import Request

from integrations.intercom.simulator import searching
from integrations.intercom.simulator.contacts import Contacts
from integrations.intercom.simulator.room import OUR_APP
from integrations.intercom.simulator.shapes import PARTS_SHOWN, as_html, as_paragraphs, as_text
from integrations.intercom.simulator.state import Contact, Conversation, Part, Upload
from integrations.simulator.vendor import Problem, route

# Of one file, once decoded; the real limit is not known.
LARGEST_FILE = 100_000_000
REMOVED = "<p><i>This message was deleted</i></p>"
Who = tuple[str, str]


class Conversations(Contacts):
    """The part of the API that is about what is said."""

    @route("POST", "/conversations")
    def create_conversation(self, request: Request) -> dict[str, Any]:
        """Open one as a contact. The answer is the message, not the conversation."""
        told = request.get_json()
        contact = self.contact(told["from"]["id"])
        opened = self.open_conversation(contact, as_html(told["body"]), app=OUR_APP)
        self.tell_of_part("conversation.user.created", opened, opened.source, is_echo=True)
        return {
            "type": "user_message",
            "id": opened.source.id,
            "created_at": opened.created_at,
            "body": told["body"],
            "message_type": "inapp",
            "conversation_id": opened.id,
        }

    @route("GET", "/conversations/<conversation>")
    def read_conversation(self, request: Request, conversation: str) -> dict[str, Any]:
        """One with its latest parts."""
        found = self.conversation(conversation)
        return self._whole(found, plain=request.args.get("display_as") == "plaintext")

    @route("POST", "/conversations/search")
    def search_conversations(self, request: Request) -> dict[str, Any]:
        """Without parts; from an index that hears of changes later. Times count to the second."""
        told, newest = request.get_json(), self.clock.time() - self.state.conversation_lag
        rows = []
        for conversation in self.state.conversations.values():
            heard = [moment for moment in conversation.changes if moment <= newest]
            if conversation.deleted or not heard:
                continue
            if searching.matches(told["query"], self._indexed(conversation, heard[-1]), by_day=False):
                rows.append((heard[-1], conversation))
        rows.sort(key=lambda row: row[0], reverse=True)
        shown, pages = searching.page(rows, told.get("pagination"), default=20, most=150)
        shapes = self.shapes()
        return {
            "type": "conversation.list",
            "conversations": [
                shapes.conversation(conversation, None) | {"updated_at": int(heard)} for heard, conversation in shown
            ],
            "total_count": len(rows),
            "pages": self.with_repeats(pages, told.get("pagination")),
        }

    @route("PUT", "/conversations/<conversation>")
    def update_conversation(self, request: Request, conversation: str) -> dict[str, Any]:
        """Title, attributes and whether it was read."""
        found, told = self.conversation(conversation), request.get_json()
        attributes = told.get("custom_attributes") or {}
        unknown = set(attributes) - self.attribute_names("conversation")
        if unknown:
            raise Problem(400, f"Custom attribute '{min(unknown)}' does not exist")
        found.title = told.get("title", found.title)
        found.read = told.get("read", found.read)
        found.custom_attributes |= attributes
        self.touch(found)
        return self._whole(found)

    @route("DELETE", "/conversations/<conversation>")
    def delete_conversation(self, _request: Request, conversation: str) -> dict[str, Any]:
        """Gone for good."""
        self.remove_conversation(self.conversation(conversation), is_echo=True)
        return {"id": conversation, "object": "conversation", "deleted": True}

    @route("POST", "/conversations/<conversation>/reply")
    def reply(self, request: Request, conversation: str) -> dict[str, Any]:
        """Say something as a contact or a teammate, or write a note."""
        found, told = self.conversation(conversation), request.get_json()
        uploads = self._uploads(told)
        if not told.get("body") and not uploads:
            raise Problem(400, "body is required", code="parameter_missing")
        if told["type"] == "user":
            who = self._participant(found, told)
            part = self.say(found, ("user" if who.role == "user" else "lead", who.id), as_html(told["body"]), uploads)
            topic = "conversation.user.replied"
        else:
            teammate = self.teammate(told["admin_id"])
            body = as_paragraphs(told.get("body") or "")
            is_note = told["message_type"] == "note"
            part = self.say(found, ("admin", teammate.id), body, uploads, is_note=is_note)
            topic = "conversation.admin.noted" if is_note else "conversation.admin.replied"
        part.app = OUR_APP
        self.tell_of_part(topic, found, part, is_echo=True)
        return self._whole(found)

    @route("POST", "/conversations/<conversation>/parts")
    def manage(self, request: Request, conversation: str) -> dict[str, Any]:
        """Close, reopen, snooze or assign."""
        found, told = self.conversation(conversation), request.get_json()
        teammate = self.teammate(told["admin_id"])
        if told["message_type"] == "assignment":
            if told["assignee_id"] != "0":
                self.teammate(told["assignee_id"])
            part = self.assign(found, teammate.id, told["assignee_id"], told.get("body"))
            topic = "conversation.admin.assigned"
        else:
            state, topic = {
                "close": ("closed", "conversation.admin.closed"),
                "open": ("open", "conversation.admin.opened"),
                "snoozed": ("snoozed", "conversation.admin.snoozed"),
            }[told["message_type"]]
            part = self.put(found, teammate.id, state, told.get("body"), until=told.get("snoozed_until"))
        part.app = OUR_APP
        self.tell_of_part(topic, found, part, is_echo=True)
        return self._whole(found)

    @route("POST", "/conversations/<conversation>/customers")
    def attach_contact(self, request: Request, conversation: str) -> dict[str, Any]:
        """Let somebody take part."""
        found, told = self.conversation(conversation), request.get_json()
        self.teammate(told["admin_id"])
        contact = self.contact(told["customer"]["intercom_user_id"])
        if not contact.email:
            raise Problem(400, "The contact needs an email address to take part.")
        self.add_participant(found, told["admin_id"], contact, is_echo=True)
        return self._customers(found)

    @route("DELETE", "/conversations/<conversation>/customers/<contact>")
    def detach_contact(self, request: Request, conversation: str, contact: str) -> dict[str, Any]:
        """Let somebody take part no longer; one always stays."""
        found = self.conversation(conversation)
        self.teammate(request.get_json()["admin_id"])
        if contact not in found.contacts:
            raise Problem(404, "User Not Found")
        if found.contacts == [contact]:
            raise Problem(422, "Removing the last customer is not allowed")
        found.contacts.remove(contact)
        self.touch(found)
        shape = {"conversation": self._whole(found), "contact": {"type": "contact", "id": contact}}
        self.tell("conversation.contact.detached", shape, is_echo=True)
        return self._customers(found)

    @route("POST", "/conversations/redact")
    def redact(self, request: Request) -> dict[str, Any]:
        """Take the words of a part away, or of what opened the conversation."""
        told = request.get_json()
        found = self.conversation(told["conversation_id"])
        wanted = told.get("conversation_part_id", told.get("source_id"))
        places = [found.source] if told["type"] == "source" else found.parts
        part = next((one for one in places if one.id == wanted), None)
        if part is None:
            raise Problem(404, "Conversation part or message not found", code="conversation_part_or_message_not_found")
        if not part.body or (told["type"] == "source" and part.author_type == "admin"):
            raise Problem(400, "It cannot be redacted", code="conversation_part_not_redactable")
        self.blank(found, part, is_echo=True)
        return self._whole(found)

    @route("POST", "/conversations/<conversation>/tags")
    def tag_conversation(self, request: Request, conversation: str) -> dict[str, Any]:
        """Put a tag on it."""
        found, told = self.conversation(conversation), request.get_json()
        self.teammate(told["admin_id"])
        tag = self.tag(told["id"])
        if tag["id"] not in found.tags:
            found.tags.append(tag["id"])
        return tag

    # --- Used by the inbox, too

    def open_conversation(
        self, contact: Contact, body: str, uploads: list[Upload] | None = None, *, app: str | None = None
    ) -> Conversation:
        """A new conversation that a contact begins."""
        if contact.archived:
            raise Problem(404, "User Not Found")
        author = ("user" if contact.role == "user" else "lead", contact.id)
        source = self._part("comment", author, body, uploads or [])
        source.app = app
        return self.begin_conversation(source, contact)

    def begin_conversation(
        self, source: Part, contact: Contact, *, delivered_as: str = "customer_initiated"
    ) -> Conversation:
        """A new conversation with this contact that begins like this."""
        made = Conversation(self.state.next_number(), self.second(), source, [contact.id], delivered_as)
        self.touch(made)
        self.state.conversations[made.id] = made
        return made

    def say(
        self, conversation: Conversation, who: Who, body: str, uploads: list[Upload], *, is_note: bool = False
    ) -> Part:
        """A new part. What a customer says to a closed conversation opens it and is of the type “open”."""
        kind = "note" if is_note else "comment"
        if not is_note and conversation.state != "open":
            kind = "comment" if who[0] == "admin" else "open"
            conversation.state, conversation.snoozed_until = "open", None
        if who[0] == "admin" and who[1] not in conversation.teammates:
            conversation.teammates.append(who[1])
        return self._add(conversation, self._part(kind, who, body, uploads))

    def put(
        self, conversation: Conversation, admin: str, state: str, body: str | None, *, until: int | None = None
    ) -> Part:
        """Close, open or snooze it, as a teammate; the words are for the customer."""
        kind = {"closed": "close", "open": "open", "snoozed": "snoozed"}[state]
        conversation.state, conversation.snoozed_until = state, until
        return self._add(conversation, self._part(kind, ("admin", admin), as_paragraphs(body) if body else None, []))

    def assign(self, conversation: Conversation, admin: str, to: str, body: str | None) -> Part:
        """Give it to a teammate, or with "0" to nobody."""
        conversation.admin_assignee_id = None if to == "0" else int(to)
        part = self._part("assignment", ("admin", admin), as_paragraphs(body) if body else None, [])
        part.assigned_to = None if to == "0" else to
        return self._add(conversation, part)

    def add_participant(self, conversation: Conversation, admin: str, contact: Contact, *, is_echo: bool) -> None:
        """Let somebody take part; twice is once."""
        if contact.id in conversation.contacts:
            return
        conversation.contacts.append(contact.id)
        part = self._add(conversation, self._part("participant_added", ("admin", admin), None, []))
        part.app = OUR_APP if is_echo else None
        shape = {"conversation": self._whole(conversation), "contact": self.shapes().contact(contact)}
        self.tell("conversation.contact.attached", shape, is_echo=is_echo)

    def blank(self, conversation: Conversation, part: Part, *, is_echo: bool) -> None:
        """Take a part's words and files away."""
        part.body, part.uploads, part.redacted = REMOVED, [], True
        self.touch(conversation)
        self.tell_of_part("conversation_part.redacted", conversation, part, is_echo=is_echo)

    def remove_conversation(self, conversation: Conversation, *, is_echo: bool) -> None:
        """Delete it; of its webhook nothing is left but the id."""
        conversation.deleted = True
        item = {"type": "conversation", "conversation_id": conversation.id}
        self.tell("conversation.deleted", item, is_echo=is_echo)

    def _part(self, kind: str, who: Who, body: str | None, uploads: list[Upload]) -> Part:
        return Part(self.state.next_number(), kind, body, self.second(), who[0], who[1], uploads)

    def _add(self, conversation: Conversation, part: Part) -> Part:
        conversation.parts.append(part)
        self.touch(conversation)
        return part

    def _participant(self, conversation: Conversation, told: dict[str, Any]) -> Contact:
        contact = self.contact(told["intercom_user_id"])
        if contact.archived or contact.id not in conversation.contacts:
            raise Problem(404, "User Not Found")
        return contact

    def _uploads(self, told: dict[str, Any]) -> list[Upload]:
        made = []
        for file in told.get("attachment_files", []):
            try:
                size = len(b64decode(file["data"], validate=True))
            except binascii.Error as broken:
                raise Problem(422, "data must be base64") from broken
            if size > LARGEST_FILE:
                raise Problem(413, "The file is too large", code="parameter_invalid")
            made.append(self.make_upload(file["name"], file["content_type"], file["data"]))
        return made

    def _whole(self, conversation: Conversation, *, plain: bool = False) -> dict[str, Any]:
        return self.shapes(plain=plain).conversation(conversation, conversation.parts[-PARTS_SHOWN:])

    def _customers(self, conversation: Conversation) -> dict[str, Any]:
        return {
            "customers": [
                {"type": self.state.contacts[contact].role, "id": contact} for contact in conversation.contacts
            ]
        }

    def _indexed(self, conversation: Conversation, heard: float) -> dict[str, Any]:
        return {
            "id": conversation.id,
            "created_at": conversation.created_at,
            "updated_at": int(heard),
            "source.id": conversation.source.id,
            "source.body": as_text(conversation.source.body),
            "contact_ids": conversation.contacts,
            "state": conversation.state,
            "open": conversation.state == "open",
            "read": conversation.read,
            "title": conversation.title,
            "admin_assignee_id": conversation.admin_assignee_id,
            "team_assignee_id": None,
        }
