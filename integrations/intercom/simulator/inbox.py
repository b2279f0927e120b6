"""What happens in Intercom itself: teammates in the Team Inbox, customers in the Messenger."""

import base64
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import FileStorage

from integrations.intercom.simulator.conversations import Conversations
from integrations.intercom.simulator.room import HOOK
from integrations.intercom.simulator.shapes import as_html, as_paragraphs, as_text
from integrations.intercom.simulator.state import Attribute, Conversation, Part, Teammate, Upload
from integrations.simulator.courier import Parcel
from integrations.simulator.vendor import Problem, act

SHOWN = 60
# A file that is attached: name, type and content; or as a form of the console brings it.
File = tuple[str, str, bytes] | FileStorage


@dataclass(frozen=True)
class Said:
    """A line of a conversation as a person in Intercom reads it."""

    part: str
    kind: str
    author: str
    name: str
    text: str
    files: tuple[str, ...] = ()


class Inbox(Conversations):
    """The side of people. Every act is told to the portal by a webhook, as the courier lets it."""

    panel = "panel.html"

    @act
    def reply_as(self, *, conversation: str, body: str, admin: str = "493881", file: File | None = None) -> str:
        """A teammate answers, in HTML; the id of the part."""
        return self._teammate_says(conversation, admin, body, file, is_note=False)

    @act
    def note_as(self, *, conversation: str, body: str, admin: str = "493881", file: File | None = None) -> str:
        """A teammate writes a note that no customer reads."""
        return self._teammate_says(conversation, admin, body, file, is_note=True)

    @act
    def say_as_customer(self, *, conversation: str, body: str, contact: str = "", file: File | None = None) -> str:
        """A customer writes in the Messenger, the first participant unless another one is named."""
        found = self.conversation(conversation)
        who = self.contact(contact or found.contacts[0])
        part = self.say(found, (who.role, who.id), as_html(body), self._files(file))
        self.tell_of_part("conversation.user.replied", found, part)
        return part.id

    @act
    def say_as_bot(self, *, conversation: str, body: str) -> str:
        """Operator says something."""
        found = self.conversation(conversation)
        part = self.say(found, ("bot", "1"), as_paragraphs(body), [])
        self.tell_of_part("conversation.operator.replied", found, part)
        return part.id

    @act
    def close_as(self, *, conversation: str, admin: str = "493881", body: str = "") -> str:
        """A teammate closes it, maybe with words for the customer."""
        return self._put(conversation, admin, "closed", body, "conversation.admin.closed")

    @act
    def open_as(self, *, conversation: str, admin: str = "493881") -> str:
        """A teammate opens it again."""
        return self._put(conversation, admin, "open", "", "conversation.admin.opened")

    @act
    def snooze_as(self, *, conversation: str, admin: str = "493881", seconds: float = 3600) -> str:
        """A teammate puts it off."""
        found = self.conversation(conversation)
        until = self.second() + int(seconds)
        part = self.put(found, self.teammate(admin).id, "snoozed", None, until=until)
        self.tell_of_part("conversation.admin.snoozed", found, part)
        return part.id

    @act
    def assign_as(self, *, conversation: str, to: str, admin: str = "493881", body: str = "") -> str:
        """A teammate gives it to another."""
        found = self.conversation(conversation)
        part = self.assign(found, self.teammate(admin).id, "0" if to == "0" else self.teammate(to).id, body)
        self.tell_of_part("conversation.admin.assigned", found, part)
        return part.id

    @act
    def start_as(self, *, contact: str, body: str, admin: str = "493881") -> str:
        """A teammate begins a conversation with somebody; its id."""
        source = self._part("comment", ("admin", self.teammate(admin).id), as_paragraphs(body), [])
        made = self.begin_conversation(source, self.contact(contact), delivered_as="admin_initiated")
        self.tell_of_part("conversation.admin.single.created", made, source)
        return made.id

    @act
    def start_as_customer(self, *, contact: str, body: str) -> str:
        """A customer begins a conversation in the Messenger; its id."""
        made = self.open_conversation(self.contact(contact), as_html(body))
        self.tell_of_part("conversation.user.created", made, made.source)
        return made.id

    @act
    def redact_part(self, *, conversation: str, part: str) -> None:
        """Somebody takes the words of a part away."""
        found = self.conversation(conversation)
        for one in [found.source, *found.parts]:
            if one.id == part:
                self.blank(found, one, is_echo=False)
                return
        raise Problem(404, "Conversation part or message not found")

    @act
    def delete(self, *, conversation: str) -> None:
        """Somebody deletes a conversation."""
        self.remove_conversation(self.conversation(conversation), is_echo=False)

    @act
    def add_to(self, *, conversation: str, contact: str, admin: str = "493881") -> None:
        """A teammate lets somebody take part."""
        self.add_participant(self.conversation(conversation), admin, self.contact(contact), is_echo=False)

    @act
    def add_teammate(self, *, name: str, email: str) -> str:
        """A new seat in the inbox; the teammate's id."""
        number = str(max(int(known) for known in self.state.teammates) + 1)
        self.state.teammates[number] = Teammate(number, name, email)
        return number

    @act
    def rename_teammate(self, *, admin: str, name: str = "", email: str = "") -> None:
        """They are called differently now."""
        found = self.teammate(admin)
        found.name, found.email = name or found.name, email or found.email

    @act
    def remove_teammate(self, *, admin: str) -> None:
        """Their seat is gone; what they wrote stays."""
        self.state.teammates.pop(admin, None)

    @act
    def visit(self, *, email: str = "", name: str = "") -> str:
        """A visitor of the site becomes a lead; the contact's id."""
        made = self.make_contact("lead")
        made.email, made.name = email or None, name or None
        self.tell("contact.lead.created", self.shapes().contact(made))
        return made.id

    @act
    def add_user(self, *, email: str, name: str = "", external_id: str = "") -> str:
        """Somebody makes a user by hand; the contact's id."""
        made = self.make_contact("user")
        made.email, made.name, made.external_id = email, name or None, external_id or None
        self.tell("contact.user.created", self.shapes().contact(made))
        return made.id

    @act
    def archive(self, *, contact: str) -> None:
        """Somebody archives a contact."""
        self.set_archived(self.contact(contact), archived=True, is_echo=False)

    @act
    def unarchive(self, *, contact: str) -> None:
        """Somebody brings a contact back."""
        self.set_archived(self.contact(contact), archived=False, is_echo=False)

    @act
    def delete_person(self, *, contact: str) -> None:
        """Somebody deletes a contact."""
        self.remove_contact(self.contact(contact), is_echo=False)

    @act
    def merge_people(self, *, lead: str, user: str) -> None:
        """Somebody merges a lead into a user."""
        self.merge(self.contact(lead), self.contact(user), is_echo=False)

    @act
    def add_attribute(self, *, name: str, model: str = "conversation", data_type: str = "string") -> None:
        """Somebody makes an attribute in Intercom's settings, where those of conversations are made."""
        made: Attribute = self.make_attribute(model, name, data_type)
        assert made.name == name  # noqa: S101

    @act
    def ping(self) -> None:
        """Intercom tries the webhook."""
        self.tell("ping", {"type": "ping", "message": "something something interzen"})

    @act
    def probe(self) -> None:
        """Intercom looks whether the webhook's address is there."""
        self.courier.send(Parcel(self.name, "probe", HOOK, b"", {}, self.clock.time(), method="HEAD"))

    def thread(self, conversation: str) -> list[Said]:
        """What a person in Intercom reads, from the opening message on: for comparing with the portal's chat."""
        with self.lock:
            found = self.state.conversations[conversation]
            shapes = self.shapes()
            return [
                Said(
                    part.id,
                    part.part_type,
                    part.author_type,
                    str(shapes.author(part)["name"] or ""),
                    as_text(part.body),
                    tuple(upload.name for upload in part.uploads),
                )
                for part in [found.source, *found.parts]
            ]

    def read(self, conversation: str) -> list[Said]:
        """The same for the console, where the conversation may not exist."""
        return self.thread(conversation) if conversation in self.state.conversations else []

    def summary(self) -> dict[str, Any]:
        """What the console shows: the conversations that changed last, and everybody."""
        shapes = self.shapes()
        there = [one for one in self.state.conversations.values() if not one.deleted]
        there.sort(key=lambda one: one.changes[-1], reverse=True)
        return {
            "count": len(there),
            "conversations": [
                {
                    "id": one.id,
                    "title": one.title,
                    "state": one.state,
                    "parts": len(one.parts),
                    "last": as_text((one.parts[-1] if one.parts else one.source).body)[:60],
                    "people": ", ".join(
                        str(self.state.contacts[person].name or self.state.contacts[person].email)
                        for person in one.contacts
                    ),
                    "assignee": shapes.name_of(one.admin_assignee_id),
                    "attributes": one.custom_attributes,
                }
                for one in there[:SHOWN]
            ],
            "contacts": [one for one in self.state.contacts.values() if one.is_there][::-1],
            "teammates": list(self.state.teammates.values()),
            "subscription": self.state.subscription,
            "read": self.read,
        }

    def _teammate_says(self, conversation: str, admin: str, body: str, file: File | None, *, is_note: bool) -> str:
        found, teammate = self.conversation(conversation), self.teammate(admin)
        part: Part = self.say(found, ("admin", teammate.id), as_paragraphs(body), self._files(file), is_note=is_note)
        self.tell_of_part(f"conversation.admin.{'noted' if is_note else 'replied'}", found, part)
        return part.id

    def _put(self, conversation: str, admin: str, state: str, body: str, topic: str) -> str:
        found: Conversation = self.conversation(conversation)
        part = self.put(found, self.teammate(admin).id, state, body)
        self.tell_of_part(topic, found, part)
        return part.id

    def _files(self, file: File | None) -> list[Upload]:
        if file is None:
            return []
        if isinstance(file, FileStorage):
            content = file.stream.read()
            kind = file.mimetype or "application/octet-stream"
            return [self.make_upload(file.filename or "file", kind, base64.b64encode(content).decode())]
        name, kind, content = file
        return [self.make_upload(name, kind, content)]
