"""How what is said here reads at Intercom, and finding it again among a conversation's parts.

A customer's words go as plain text, those of the team as HTML of our own making: nobody's words become markup there.
"""

import hashlib
import html
import re
from dataclasses import dataclass

from chat.models import Message, Note
from chat.text import as_html, with_links
from integrations.intercom.client import ConversationSeen, File, PartSeen
from workstreams.choices import Side, SubscriptionType
from workstreams.models import WorkStream

_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Words:
    """What is said, by whom, and with which files. Without `contact` the teammate `admin` says it."""

    body: str
    is_note: bool = False
    contact: str = ""
    admin: str = ""
    files: tuple[File, ...] = ()

    @property
    def author_id(self) -> str:
        """Who says it there."""
        return self.contact or self.admin

    @property
    def digest(self) -> str:
        """What it is found by among a conversation's parts."""
        return _digest(self.body if self.contact else _read(self.body))


def opening(workstream: WorkStream) -> str:
    """What opens a conversation, in plain text. It is found again by the address in it."""
    kind = SubscriptionType(workstream.subscription_type).label
    return f"WorkStream “{workstream.name}” ({kind})\n{workstream.full_url}"


def is_opening_of(workstream: WorkStream, seen: ConversationSeen) -> bool:
    """Whether a conversation was opened for this WorkStream."""
    return workstream.get_absolute_url() in html.unescape(seen.source.body)


def as_text(entry: Message | Note, *, named: bool, about_files: str) -> str:
    """A customer's message: with their name in front if the contact it goes through is somebody else."""
    said = "\n".join(line for line in (entry.body, about_files) if line)
    if entry.edited_at:
        said = f"(edited) {said}"
    return f"{author_of(entry)}: {said}" if named else said


def as_markup(entry: Message | Note, *, named: bool, about_files: str) -> str:
    """What the team says: with the colleague's name in front if another teammate says it for them."""
    lead = f"<p><strong>{html.escape(author_of(entry))}:</strong></p>" if named else ""
    edited = "<p><em>(edited)</em></p>" if entry.edited_at else ""
    # A note that the portal wrote is lines of plain text with addresses in it.
    body = as_html(entry.body) if entry.author_id else f"<p>{with_links(entry.body)}</p>".replace("\n", "<br>")
    files = f"<p>{with_links(about_files)}</p>".replace("\n", "<br>") if about_files else ""
    return f"{lead}{edited}{body}{files}"


def author_of(entry: Message | Note) -> str:
    """Who said it, as people read it."""
    return entry.author.display_name if entry.author else "The portal"


def is_by_client(entry: Message | Note) -> bool:
    """Whether the customer's contact says it there."""
    return isinstance(entry, Message) and entry.side == Side.CLIENT


def digests(part: PartSeen) -> set[str]:
    """By which a part is found: as HTML and as it stands, because which of both its body is, is not always told."""
    return {_digest(part.body), _digest(_read(part.body))}


def _read(markup: str) -> str:
    return html.unescape(_TAG.sub(" ", markup))


def _digest(text: str) -> str:
    """Of a text without any space, which is not kept as it was."""
    return hashlib.sha256(_SPACE.sub("", text).encode()).hexdigest()
