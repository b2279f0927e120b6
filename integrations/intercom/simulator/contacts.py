"""Contacts over the API: users and leads, their attributes, tags and events."""

import secrets
from typing import Any

from werkzeug import Request, Response

from integrations.intercom.simulator import searching
from integrations.intercom.simulator.room import Room
from integrations.intercom.simulator.state import Contact, Happening
from integrations.simulator.vendor import Problem, route

FIELDS = (
    "role",
    "external_id",
    "email",
    "phone",
    "name",
    "avatar",
    "owner_id",
    "signed_up_at",
    "last_seen_at",
    "unsubscribed_from_emails",
)


class Contacts(Room):
    """The part of the API that is about people."""

    @route("POST", "/contacts")
    def create_contact(self, request: Request) -> dict[str, Any]:
        """Make one; users may not share an address or an external id."""
        told = request.get_json()
        role = told.get("role") or "user"
        if role not in {"user", "lead"}:
            raise Problem(400, "role must be user or lead")
        if role == "user":
            self._refuse_taken(told, besides=None)
        made = self.make_contact(role)
        try:
            self._change(made, told)
        except Problem:
            del self.state.contacts[made.id]
            raise
        self.tell(f"contact.{'user' if role == 'user' else 'lead'}.created", self.shapes().contact(made), is_echo=True)
        return self.shapes().contact(made)

    @route("GET", "/contacts/<contact>")
    def read_contact(self, _request: Request, contact: str) -> dict[str, Any]:
        """One, archived ones too."""
        return self.shapes().contact(self.contact(contact))

    @route("GET", "/contacts/find_by_external_id/<external_id>")
    def find_contact(self, _request: Request, external_id: str) -> dict[str, Any]:
        """The user with this id of ours; leads are not found, nor are archived ones."""
        for contact in self._there():
            if contact.role == "user" and contact.external_id == external_id and not contact.archived:
                return self.shapes().contact(contact)
        raise Problem(404, "User Not Found")

    @route("PUT", "/contacts/<contact>")
    def update_contact(self, request: Request, contact: str) -> dict[str, Any]:
        """Change what is named; null empties."""
        found, told = self.contact(contact), request.get_json()
        if told.get("role", found.role) != found.role:
            raise Problem(400, "A lead becomes a user by a merge.")
        if found.role == "user":
            self._refuse_taken(told, besides=found)
        self._change(found, told)
        self.tell("contact.user.updated", self.shapes().contact(found), is_echo=True)
        return self.shapes().contact(found)

    @route("DELETE", "/contacts/<contact>")
    def delete_contact(self, _request: Request, contact: str) -> dict[str, Any]:
        """Gone for good."""
        return {**self.remove_contact(self.contact(contact), is_echo=True), "deleted": True}

    @route("POST", "/contacts/<contact>/archive")
    def archive_contact(self, _request: Request, contact: str) -> dict[str, Any]:
        """Kept, but not found by searches."""
        return self.set_archived(self.contact(contact), archived=True, is_echo=True)

    @route("POST", "/contacts/<contact>/unarchive")
    def unarchive_contact(self, _request: Request, contact: str) -> dict[str, Any]:
        """Back again."""
        return self.set_archived(self.contact(contact), archived=False, is_echo=True)

    @route("POST", "/contacts/search")
    def search_contacts(self, request: Request) -> dict[str, Any]:
        """From an index that hears of new ones later; times count by day."""
        told, newest = request.get_json(), self.clock.time() - self.state.contact_lag
        rows = [
            contact
            for contact in self._there()
            if searching.matches(told["query"], self._searched(contact), by_day=True)
            and contact.created_at <= newest
            and not contact.archived
        ]
        shown, pages = searching.page(rows, told.get("pagination"), default=50, most=150)
        shapes = self.shapes()
        return {
            "type": "list",
            "data": [shapes.contact(contact) for contact in shown],
            "total_count": len(rows),
            "pages": self.with_repeats(pages, told.get("pagination")),
        }

    @route("POST", "/contacts/merge")
    def merge_contacts(self, request: Request) -> dict[str, Any]:
        """A lead becomes part of a user: its conversations move, its id is gone."""
        told = request.get_json()
        return self.merge(self.contact(told["from"]), self.contact(told["into"]), is_echo=True)

    @route("POST", "/tags")
    def create_tag(self, request: Request) -> dict[str, Any]:
        """A tag of a new name."""
        name = request.get_json()["name"]
        for tag, known in self.state.tags.items():
            if known == name:
                return {"type": "tag", "id": tag, "name": name}
        tag = self.state.next_number()
        self.state.tags[tag] = name
        return {"type": "tag", "id": tag, "name": name}

    @route("GET", "/tags")
    def tags(self, _request: Request) -> dict[str, Any]:
        """All tags."""
        return {
            "type": "list",
            "data": [{"type": "tag", "id": tag, "name": name} for tag, name in self.state.tags.items()],
        }

    @route("POST", "/contacts/<contact>/tags")
    def tag_contact(self, request: Request, contact: str) -> dict[str, Any]:
        """Put a tag on somebody."""
        found, tag = self.contact(contact), self.tag(request.get_json()["id"])
        if tag["id"] not in found.tags:
            found.tags.append(tag["id"])
        return tag

    @route("DELETE", "/contacts/<contact>/tags/<tag>")
    def untag_contact(self, _request: Request, contact: str, tag: str) -> dict[str, Any]:
        """Take it away."""
        found, known = self.contact(contact), self.tag(tag)
        if tag in found.tags:
            found.tags.remove(tag)
        return known

    @route("POST", "/events")
    def happen(self, request: Request) -> Response:
        """A data event; the same name in the same second counts once."""
        told = request.get_json()
        for contact in self._there():
            if (
                contact.id == told.get("id")
                or (told.get("user_id") and contact.external_id == told["user_id"])
                or (told.get("email") and contact.email == told["email"])
            ):
                event = Happening(told["event_name"], contact.id, told["created_at"], told.get("metadata", {}))
                same = [
                    one
                    for one in self.state.happenings
                    if (one.name, one.contact, one.created_at) == (event.name, event.contact, event.created_at)
                ]
                if not same:
                    self.state.happenings.append(event)
                return Response(status=202)
        raise Problem(404, "User Not Found")

    @route("GET", "/data_attributes")
    def attributes(self, request: Request) -> dict[str, Any]:
        """What may be stored, besides what every contact has."""
        model = request.args.get("model")
        return {
            "type": "list",
            "data": [
                {
                    "type": "data_attribute",
                    "id": attribute.id,
                    "model": attribute.model,
                    "name": attribute.name,
                    "full_name": f"custom_attributes.{attribute.name}",
                    "label": attribute.name,
                    "description": attribute.description,
                    "data_type": attribute.data_type,
                    "api_writable": True,
                    "messenger_writable": False,
                    "ui_writable": True,
                    "custom": True,
                    "archived": False,
                }
                for attribute in self.state.attributes
                if model in {None, attribute.model}
            ],
        }

    @route("POST", "/data_attributes")
    def create_attribute(self, request: Request) -> dict[str, Any]:
        """Make one for contacts; those of conversations are made by hand, in Intercom."""
        told = request.get_json()
        name, model = told["name"], told["model"]
        if name in self.attribute_names(model):
            raise Problem(400, f"You already have '{name}' in your {model} data.")
        if not name.replace("_", "").replace(" ", "").isalnum():
            raise Problem(
                400,
                "Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens",
            )
        made = self.make_attribute(model, name, told["data_type"], told.get("description", ""))
        return {"type": "data_attribute", "id": made.id, "model": model, "name": name, "data_type": made.data_type}

    # --- Used by the inbox, too

    def make_contact(self, role: str) -> Contact:
        """A contact with nothing but an id."""
        now = self.second()
        made = Contact(f"{now:08x}"[-8:] + secrets.token_hex(8), role, now, now)
        self.state.contacts[made.id] = made
        return made

    def merge(self, lead: Contact, user: Contact, *, is_echo: bool) -> dict[str, Any]:
        """Let a lead become part of a user."""
        if (lead.role, user.role) != ("lead", "user"):
            raise Problem(400, "We can only merge a contact with a role of lead into a contact with a role of user")
        lead.merged_into = user.id
        for conversation in self.state.conversations.values():
            if lead.id in conversation.contacts:
                conversation.contacts = [user.id if one == lead.id else one for one in conversation.contacts]
                self.touch(conversation)
        shape = self.shapes().contact(user)
        self.tell("contact.merged", {**shape, "merged_from": {"type": "lead", "id": lead.id}}, is_echo=is_echo)
        return shape

    def set_archived(self, contact: Contact, *, archived: bool, is_echo: bool) -> dict[str, Any]:
        """Archive somebody, or bring them back."""
        contact.archived = archived
        contact.updated_at = self.second()
        if archived:
            self.tell("contact.archived", self.shapes().contact(contact), is_echo=is_echo)
        return {"type": "contact", "id": contact.id, "external_id": contact.external_id, "archived": archived}

    def remove_contact(self, contact: Contact, *, is_echo: bool) -> dict[str, Any]:
        """Delete somebody for good."""
        contact.deleted = True
        self.tell("contact.deleted", self.shapes().contact(contact), is_echo=is_echo)
        return {"type": "contact", "id": contact.id, "external_id": contact.external_id}

    def tag(self, tag: str) -> dict[str, Any]:
        """A tag by its id. Raises: Problem."""
        if tag not in self.state.tags:
            raise Problem(404, "Resource Not Found")
        return {"type": "tag", "id": tag, "name": self.state.tags[tag]}

    def with_repeats(self, pages: dict[str, Any], asked: dict[str, Any] | None) -> dict[str, Any]:
        """The pages as they are, or with the cursor that was asked for once more."""
        if pages["next"] and self.state.repeated_cursors > 0:
            self.state.repeated_cursors -= 1
            pages["next"]["starting_after"] = (asked or {}).get("starting_after") or searching.cursor(0)
        return pages

    def _there(self) -> list[Contact]:
        return [contact for contact in self.state.contacts.values() if contact.is_there]

    def _refuse_taken(self, told: dict[str, Any], *, besides: Contact | None) -> None:
        for contact in self._there():
            if contact is besides or contact.role != "user":
                continue
            for name in ("email", "external_id"):
                mine = getattr(contact, name)
                if mine and told.get(name) and str(told[name]).lower() == mine.lower():
                    kind = "An archived contact" if contact.archived else "A contact"
                    raise Problem(409, f"{kind} matching those details already exists with id={contact.id}")

    def _change(self, contact: Contact, told: dict[str, Any]) -> None:
        unknown = set(told.get("custom_attributes") or {}) - self.attribute_names("contact")
        if unknown:
            raise Problem(400, f"Custom attribute '{min(unknown)}' does not exist")
        for name in FIELDS:
            if name in told:
                setattr(contact, name, told[name])
        contact.custom_attributes |= told.get("custom_attributes") or {}
        contact.unsubscribed_from_emails = bool(contact.unsubscribed_from_emails)
        contact.updated_at = self.second()

    def _searched(self, contact: Contact) -> dict[str, Any]:
        plain = {name: getattr(contact, name) for name in (*FIELDS, "id", "created_at", "updated_at")}
        return plain | {f"custom_attributes.{name}": value for name, value in contact.custom_attributes.items()}
