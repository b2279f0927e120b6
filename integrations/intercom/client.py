"""Intercom's API: the only module that knows Intercom's own client.

What it gets wrong at the version we pin is mended here. It repeats nothing by itself; it does not quote what it puts
into addresses, so ids are looked at before; what it hands out may be of other types than it says, so everything is read
with that in mind; and its pages of a search never end, so we turn them ourselves.

Nothing but `integrations.failures` comes out of it, with a reason that holds no words of customers.
"""

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import httpx
from django.conf import settings
from django.utils import timezone
from intercom import Intercom
from intercom.core.api_error import ApiError
from intercom.core.pydantic_utilities import UniversalBaseModel

from integrations.failures import NotNow, Refused, Unclear, VendorAway

API_VERSION = "2.14"
SECONDS = 10.0
A_PAGE = 50
# Of a search; beyond, somebody asked for the wrong thing.
MOST_PAGES = 400

_CONTACT = re.compile(r"[0-9a-f]{24}")
_NUMBER = re.compile(r"[0-9]{1,20}")
_EXTERNAL = re.compile(r"[0-9A-Za-z_-]{1,100}")
_NAMED_CONTACT = re.compile(r"\bid=([0-9a-f]{24})\b")
# The request never left us.
_NOT_REACHED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class Missing(Refused):
    """There is nothing under this id: deleted, merged, or never there."""


class Taken(Refused):
    """There is a contact with this address or external id. `contact_id` names it, if Intercom did."""

    def __init__(self, reason: str, *, contact_id: str, is_archived: bool) -> None:
        """Keep the sentence, the id and what was said of it."""
        super().__init__(reason)
        self.contact_id = contact_id
        self.is_archived = is_archived


@dataclass(frozen=True)
class ContactSeen:
    """A contact as Intercom has it now."""

    id: str
    role: str
    email: str
    external_id: str
    name: str
    is_archived: bool


@dataclass(frozen=True)
class FileSeen:
    """A file of a part. Its address expires after half an hour."""

    name: str
    url: str
    content_type: str
    size: int


@dataclass(frozen=True)
class PartSeen:
    """An entry of a conversation. `body` is HTML, or plain text if that was asked for."""

    id: str
    kind: str
    body: str
    author_type: str
    author_id: str
    author_name: str
    author_email: str
    at: datetime
    files: tuple[FileSeen, ...]
    is_redacted: bool
    # Not empty if an app wrote it through the API, ours or another one.
    app: str


@dataclass(frozen=True)
class ConversationSeen:
    """A conversation as Intercom has it now; a search leaves its parts out."""

    id: str
    state: str
    contact_ids: tuple[str, ...]
    # What opened it; Intercom does not count it among the parts.
    source: PartSeen
    parts: tuple[PartSeen, ...]
    title: str
    assignee_id: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class TeammateSeen:
    """Somebody of the Team Inbox."""

    id: str
    name: str
    email: str


@dataclass(frozen=True)
class File:
    """A file that goes out with a reply."""

    name: str
    content_type: str
    content: bytes


class Client:
    """What we ask of Intercom. Every method may raise NotNow, Refused and VendorAway; one that changes, Unclear too."""

    def __init__(self, *, base_url: str, token: str) -> None:
        """Speak to this address with this token."""
        # The types of the SDK's requests are stricter than its methods, and those of its answers do not hold.
        self._sdk: Any = Intercom(
            base_url=base_url, token=token, headers={"Intercom-Version": API_VERSION}, timeout=SECONDS
        )

    # People

    def create_contact(self, fields: dict[str, Any]) -> str:
        """Make a contact; its id. Raises: Taken, when there is one with this address or external id."""
        made = _ask("create a contact", self._sdk.contacts.create, request=fields)
        return _answered(_CONTACT, made.get("id"), "the contact it made")

    def contact(self, contact: str) -> ContactSeen:
        """One contact. Raises: Missing, also when it was merged into another."""
        return _contact(_ask("read a contact", self._sdk.contacts.find, contact_id(contact), reads=True))

    def contact_with_external_id(self, external_id: str) -> ContactSeen:
        """The user that has our id. Raises: Missing."""
        _check(_EXTERNAL, external_id, "an external id")
        ask = self._sdk.contacts.show_contact_by_external_id
        return _contact(_ask("find a contact", ask, external_id, reads=True))

    def search_contacts(self, query: dict[str, Any]) -> Iterator[ContactSeen]:
        """Contacts that match. A new one may be missing for minutes."""
        for row in self._pages("search contacts", self._sdk.contacts.search, query, "data"):
            yield _contact(row)

    def update_contact(self, contact: str, fields: dict[str, Any]) -> None:
        """Change these fields; None empties one. Raises: Missing."""
        _ask("change a contact", self._sdk.contacts.update, contact_id(contact), **fields)

    def unarchive_contact(self, contact: str) -> None:
        """Bring an archived contact back. Raises: Missing."""
        _ask("bring a contact back", self._sdk.contacts.unarchive, contact_id(contact))

    def delete_contact(self, contact: str) -> None:
        """Delete a contact for good. Raises: Missing."""
        _ask("delete a contact", self._sdk.contacts.delete, contact_id(contact))

    def merge_contacts(self, *, lead: str, user: str) -> None:
        """Let a lead become part of a user; the lead's id is gone then. Raises: Missing."""
        _ask(
            "merge two contacts",
            self._sdk.contacts.merge_lead_in_user,
            lead_id=contact_id(lead),
            contact_id=contact_id(user),
        )

    # Conversations

    def open_conversation(self, contact: str, body: str) -> tuple[str, str]:
        """Have a contact open a conversation with this plain text; its id, and that of the message that opened it."""
        opened = _ask(
            "open a conversation",
            self._sdk.conversations.create,
            from_={"type": "user", "id": contact_id(contact)},
            body=body,
        )
        made = _answered(_NUMBER, opened.get("conversation_id"), "the conversation it opened")
        return made, _text(opened.get("id"))

    def conversation(self, conversation: str, *, plain: bool = False) -> ConversationSeen:
        """One conversation with its latest 500 parts, bodies in HTML unless `plain`. Raises: Missing."""
        options = {"display_as": "plaintext"} if plain else {}
        ask = self._sdk.conversations.find
        return _conversation(_ask("read a conversation", ask, number(conversation), reads=True, **options))

    def search_conversations(self, query: dict[str, Any]) -> Iterator[ConversationSeen]:
        """Conversations that match, without their parts. A new one may be missing for minutes."""
        for row in self._pages("search conversations", self._sdk.conversations.search, query, "conversations"):
            yield _conversation(row)

    def update_conversation(self, conversation: str, *, title: str, attributes: dict[str, str] | None) -> None:
        """Set the title, and attributes unless None. Raises: Missing."""
        options: dict[str, Any] = {} if attributes is None else {"custom_attributes": attributes}
        _ask("change a conversation", self._sdk.conversations.update, number(conversation), title=title, **options)

    def reply_as_contact(
        self, conversation: str, contact: str, body: str, files: Sequence[File] = ()
    ) -> ConversationSeen:
        """Say something, in plain text, as the customer. Raises: Missing, for the conversation as for the contact."""
        return self._reply(conversation, {"type": "user", "intercom_user_id": contact_id(contact)}, body, files)

    def reply_as_teammate(
        self, conversation: str, admin: str, html: str, files: Sequence[File] = ()
    ) -> ConversationSeen:
        """Say something as a teammate; the customer reads it. Raises: Missing."""
        return self._reply(conversation, {"type": "admin", "admin_id": number(admin)}, html, files)

    def note(self, conversation: str, admin: str, html: str) -> ConversationSeen:
        """Write what only the team reads. Raises: Missing."""
        return self._reply(conversation, {"type": "admin", "admin_id": number(admin), "message_type": "note"}, html, ())

    def close(self, conversation: str, admin: str) -> None:
        """Close a conversation. Raises: Missing."""
        self._manage(conversation, {"message_type": "close", "type": "admin", "admin_id": number(admin)})

    def reopen(self, conversation: str, admin: str) -> None:
        """Open a closed one again. Raises: Missing."""
        self._manage(conversation, {"message_type": "open", "admin_id": number(admin)})

    def attach(self, conversation: str, contact: str, *, admin: str) -> None:
        """Let a contact take part, in a teammate's name. Raises: Missing."""
        _ask(
            "add a contact to a conversation",
            self._sdk.conversations.attach_contact_as_admin,
            number(conversation),
            admin_id=number(admin),
            customer={"intercom_user_id": contact_id(contact)},
        )

    def detach(self, conversation: str, contact: str, *, admin: str) -> None:
        """Let a contact take part no longer. Raises: Missing."""
        _ask(
            "take a contact off a conversation",
            self._sdk.conversations.detach_contact_as_admin,
            number(conversation),
            contact_id(contact),
            admin_id=number(admin),
        )

    def redact(self, conversation: str, part: str) -> None:
        """Take the words of a part away, for good. Raises: Missing."""
        _ask(
            "redact a part",
            self._sdk.conversations.redact_conversation_part,
            request={
                "type": "conversation_part",
                "conversation_id": number(conversation),
                "conversation_part_id": number(part),
            },
        )

    # The workspace

    def teammates(self) -> list[TeammateSeen]:
        """Everybody of the Team Inbox."""
        rows = _ask("list the teammates", self._sdk.admins.list, reads=True).get("admins")
        return [
            TeammateSeen(_text(row.get("id")), _text(row.get("name")), _text(row.get("email")).strip().lower())
            for row in _rows(rows)
        ]

    def workspace(self) -> str:
        """The id of the workspace that the token belongs to; empty when Intercom does not say."""
        app = _ask("read which workspace it is", self._sdk.admins.identify, reads=True).get("app")
        return _text(app.get("id_code")) if isinstance(app, dict) else ""

    def attributes(self, model: str) -> set[str]:
        """The names of the attributes that "contact" or "conversation" has in this workspace."""
        rows = _ask("list the attributes", self._sdk.data_attributes.list, model=model, reads=True).get("data")
        return {_text(row.get("name")) for row in _rows(rows)}

    def create_attribute(self, model: str, name: str, description: str) -> None:
        """Make an attribute that holds text."""
        _ask(
            "create an attribute",
            self._sdk.data_attributes.create,
            request={"name": name, "model": model, "data_type": "string", "description": description},
        )

    def _reply(self, conversation: str, who: dict[str, str], body: str, files: Sequence[File]) -> ConversationSeen:
        request: dict[str, Any] = {"message_type": "comment", **who, "body": body}
        if files:
            request["attachment_files"] = [
                {"content_type": f.content_type, "name": f.name, "data": base64.b64encode(f.content).decode()}
                for f in files
            ]
        return _conversation(_ask("reply", self._sdk.conversations.reply, number(conversation), request=request))

    def _manage(self, conversation: str, request: dict[str, str]) -> None:
        _ask("change a conversation", self._sdk.conversations.manage, number(conversation), request=request)

    def _pages(self, what: str, ask: Callable[..., Any], query: dict[str, Any], rows: str) -> Iterator[dict[str, Any]]:
        """All rows of a search, page by page."""
        cursor, seen = "", set[str]()
        for _ in range(MOST_PAGES):
            pagination: dict[str, Any] = {"per_page": A_PAGE}
            if cursor:
                pagination["starting_after"] = cursor
            page = _ask(what, lambda **asked: ask(**asked).response, query=query, pagination=pagination, reads=True)
            yield from _rows(page.get(rows))
            cursor = _text(_dict(_dict(page.get("pages")).get("next")).get("starting_after"))
            if not cursor:
                return
            if cursor in seen:
                raise NotNow(f"Intercom gave the same page twice when asked to {what}.")
            seen.add(cursor)
        raise NotNow(f"Intercom had more than {MOST_PAGES} pages when asked to {what}.")


@cache
def _client(base_url: str, token: str) -> Client:
    return Client(base_url=base_url, token=token)


def client() -> Client:
    """The client for the configured workspace."""
    return _client(settings.INTERCOM_BASE_URL, settings.INTERCOM_TOKEN)


def contact_id(value: Any) -> str:
    """A contact's id, looked at. Raises: Refused."""
    return _check(_CONTACT, _text(value), "the id of a contact")


def number(value: Any) -> str:
    """The id of a conversation, part or teammate, looked at. Raises: Refused."""
    return _check(_NUMBER, _text(value), "an id")


def moment(value: Any) -> datetime:
    """A time, however Intercom writes it: seconds since 1970, or ISO 8601. The beginning of time if it is neither."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        pass
    try:
        read = datetime.fromisoformat(_text(value))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def part_of(row: dict[str, Any]) -> PartSeen:
    """An entry of a conversation, from an answer or a notification."""
    author = _dict(row.get("author"))
    return PartSeen(
        id=_text(row.get("id")),
        kind=_text(row.get("part_type")),
        body=_text(row.get("body")),
        author_type=_text(author.get("type")),
        author_id=_text(author.get("id")),
        author_name=_text(author.get("name")),
        author_email=_text(author.get("email")).strip().lower(),
        at=moment(row.get("created_at")),
        files=tuple(_file(file) for file in _rows(row.get("attachments"))),
        is_redacted=row.get("redacted") is True,
        app=_text(row.get("app_package_code")),
    )


def _conversation(row: dict[str, Any]) -> ConversationSeen:
    contacts = row.get("contacts")
    parts = row.get("conversation_parts")
    return ConversationSeen(
        id=_text(row.get("id")),
        state=_text(row.get("state")),
        contact_ids=tuple(
            _text(contact.get("id"))
            for contact in _rows(contacts if isinstance(contacts, list) else _dict(contacts).get("contacts"))
        ),
        source=part_of(_dict(row.get("source"))),
        parts=tuple(
            part_of(part)
            for part in _rows(parts if isinstance(parts, list) else _dict(parts).get("conversation_parts"))
        ),
        title=_text(row.get("title")),
        assignee_id=_text(row.get("admin_assignee_id")),
        created_at=moment(row.get("created_at")),
        updated_at=moment(row.get("updated_at")),
    )


def _contact(row: dict[str, Any]) -> ContactSeen:
    return ContactSeen(
        id=_text(row.get("id")),
        role=_text(row.get("role")),
        email=_text(row.get("email")).strip().lower(),
        external_id=_text(row.get("external_id")),
        name=_text(row.get("name")),
        is_archived=row.get("archived") is True,
    )


def _file(row: dict[str, Any]) -> FileSeen:
    size = row.get("filesize")
    return FileSeen(
        name=_text(row.get("name")),
        url=_text(row.get("url")),
        content_type=_text(row.get("content_type")),
        size=size if isinstance(size, int) else 0,
    )


def _ask(what: str, call: Callable[..., Any], *args: Any, reads: bool = False, **options: Any) -> dict[str, Any]:
    """Call the SDK; its answer as plain values, or its exception as one of ours."""
    try:
        return _dict(_plain(call(*args, **options)))
    except _NOT_REACHED as error:
        raise VendorAway(f"Intercom was not reached ({type(error).__name__}) when asked to {what}.") from error
    except httpx.HTTPError as error:
        raise _unheard(
            f"No answer of Intercom was heard ({type(error).__name__}) when asked to {what}.", reads
        ) from error
    except ApiError as error:
        raise _failure(what, error, reads) from error
    except (ValueError, TypeError, AttributeError) as error:
        # What the SDK made of an answer that is not as it expects.
        raise _unheard(f"Intercom's answer was not understood when asked to {what}.", reads) from error


def _failure(what: str, error: ApiError, reads: bool) -> Exception:  # noqa: PLR0911  a table of what each status means
    status = error.status_code or 0
    body = _dict(_plain(error.body))
    errors = _rows(body.get("errors"))
    codes = " ".join(re.sub(r"[^\w.-]", "", _text(one.get("code")))[:40] for one in errors)
    reason = f"Intercom answered {status} {codes}".strip() + f" when asked to {what}."
    until = _wish(error.headers or {})
    if status == 401:
        return VendorAway(f"{reason} Look at INTERCOM_TOKEN.")
    if status == 404:
        return Missing(reason)
    if status == 409:
        said = " ".join(_text(one.get("message")) for one in errors)
        named = _NAMED_CONTACT.search(said)
        return Taken(reason, contact_id=named[1] if named else "", is_archived="archived contact" in said.lower())
    if status == 429:
        return VendorAway(reason, until=until or timezone.now() + timedelta(seconds=10))
    if status in {502, 503, 504}:
        return VendorAway(reason, until=until, is_unclear=not reads)
    if status == 408 or status >= 500 or status < 400:
        return _unheard(reason, reads)
    return Refused(reason)


def _unheard(reason: str, reads: bool) -> NotNow | Unclear:
    """Reading may simply be repeated; whatever changes may have been done."""
    return NotNow(reason) if reads else Unclear(reason)


def _wish(headers: dict[str, str]) -> datetime | None:
    """When Intercom wants to be asked again: its `Retry-After`, else when its window ends."""
    by_name = {name.lower(): value.strip() for name, value in headers.items()}
    after, reset = by_name.get("retry-after", ""), by_name.get("x-ratelimit-reset", "")
    if after.isdigit():
        return timezone.now() + timedelta(seconds=min(int(after), 3600))
    if after:
        try:
            return parsedate_to_datetime(after)
        except ValueError:
            pass
    if reset.isdigit():
        return moment(reset)
    return None


def _check(pattern: re.Pattern[str], value: str, what: str) -> str:
    """The value, which becomes part of an address."""
    if not pattern.fullmatch(value):
        raise Refused(f"This is not {what} of Intercom: {value[:40]!r}.")
    return value


def _answered(pattern: re.Pattern[str], value: Any, what: str) -> str:
    """An id that Intercom gave to what it just made. Raises: Unclear."""
    if not pattern.fullmatch(_text(value)):
        raise Unclear(f"Intercom did not say how to find {what}.")
    return _text(value)


def _plain(value: Any) -> Any:
    """The SDK's models as dictionaries, whatever is in them."""
    if isinstance(value, UniversalBaseModel):
        return {name: _plain(held) for name, held in value}
    if isinstance(value, dict):
        return {str(name): _plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    return value


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A string or number as text; anything else as none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value)
