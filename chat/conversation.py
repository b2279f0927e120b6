"""How a conversation is laid out: what stands beside each message, and what between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.models import User
from chat import drawing
from chat.models import Message, MessageFile, Note
from chat.rules import may_edit, may_remove
from chat.text import as_html, with_mentions
from workstreams import attachments
from workstreams.choices import Side
from workstreams.files import in_words
from workstreams.models import Attachment, WorkStream

# How the first message of a WorkStream begins that its client started.
GREETING = "Welcome to “"
# One head serves what a person says within this time.
TOGETHER = timedelta(minutes=5)


@dataclass(frozen=True)
class Carried:
    """A file that a message carries, as everybody who reads the message sees it."""

    attachment: Attachment

    @property
    def size(self) -> str:
        """Its size in words."""
        return in_words(self.attachment.size)

    @property
    def why_not(self) -> str:
        """Why it cannot be downloaded; empty when it can."""
        return attachments.why_not(self.attachment)

    @property
    def address(self) -> str:
        """Where it is, as seen from the WorkStream page: nothing is read for it."""
        return f"attachments/{self.attachment.public_id}/"

    @property
    def has_preview(self) -> bool:
        """Whether one can look into it."""
        return attachments.may_be_previewed(self.attachment)


@dataclass
class Line:
    """One message or note as it is printed. All but the entry depends on who looks, and on what stands before it."""

    entry: Message | Note
    is_own: bool = False
    may_edit: bool = False
    may_remove: bool = False
    is_joined: bool = False
    new_day: date | None = None
    is_first_unread: bool = False

    @property
    def is_note(self) -> bool:
        """Whether only the team sees it."""
        return isinstance(self.entry, Note)

    @property
    def kind(self) -> str:
        """The word its address and element begin with."""
        return "note" if self.is_note else "message"

    @property
    def look(self) -> str:
        """On which side it stands, for everybody (R66); automatic ones on neither."""
        if isinstance(self.entry, Note):
            return "note"
        if self.entry.is_automatic:
            return "automatic"
        return "team" if self.entry.side == Side.TEAM else "client"

    @property
    def author(self) -> str:
        """Who says it."""
        return self.entry.author_name

    @property
    def team(self) -> str:
        """Which team they belong to; side and colour never say that alone."""
        if self.entry.is_automatic:
            return "automatic"
        author = self.entry.author
        if isinstance(self.entry, Note):
            return author.role_label if author else str(settings.PROVIDER_NAME)
        if self.entry.side == Side.TEAM:
            return str(settings.PROVIDER_NAME)
        return author.organization.name if author and author.organization else "Client"

    @property
    def voice(self) -> str:
        """What tells one who speaks from another: the person's public id, or the name of somebody without one."""
        return str(self.entry.author.public_id) if self.entry.author else self.entry.said_by

    @property
    def is_removed(self) -> bool:
        """Whether its text is gone."""
        return self.entry.removed_at is not None

    @property
    def removed(self) -> str:
        """What stands in place of a text that is gone."""
        return f"{self.kind.capitalize()} removed"

    @property
    def is_creation_note(self) -> bool:
        """Whether it is the note of R60, whose URL can be copied."""
        return isinstance(self.entry, Note) and self.entry.is_creation_note

    @property
    def files(self) -> list[Carried]:
        """What a message carries; of a removed one nothing (R31)."""
        if not isinstance(self.entry, Message) or not self.entry.pk or self.is_removed:
            return []
        if not hasattr(self.entry, "shown_files"):
            self.entry.shown_files = list(MessageFile.objects.filter(message=self.entry).printed())
        return [Carried(each.attachment) for each in self.entry.shown_files]

    @property
    def is_greeting(self) -> bool:
        """Whether it is the first message of R33, below which stand the ways to upload what it asks for."""
        is_first = isinstance(self.entry, Message) and self.entry.number == 1 and self.entry.is_automatic
        return is_first and self.entry.body.startswith(GREETING)

    @property
    def uploads(self) -> list[dict[str, str]]:
        """The ways to upload what the greeting asks for, as seen from the WorkStream page: nothing is read for them."""
        return [
            {"kind": kind, "label": label, "address": f"attachments/new/?kind={kind}"}
            for kind, label in (("sample_data", "Upload sample data"), ("business_rules", "Upload task instructions"))
        ]

    @property
    def html(self) -> SafeString:
        """The text with its links and what of Markdown it uses."""
        return with_mentions(as_html(self.entry.body), [person.display_name for person in self.mentioned])

    @property
    def mentioned(self) -> list[User]:
        """Whom a note names."""
        if not isinstance(self.entry, Note) or not self.entry.pk:
            return []
        if not hasattr(self.entry, "shown_mentions"):
            self.entry.shown_mentions = list(self.entry.mentions.select_related("user"))
        return [mention.user for mention in self.entry.shown_mentions]


def lines_of(
    entries: Sequence[Message | Note], *, reader: User, read: int | None = None, may_write: bool = True
) -> list[Line]:
    """Entries in order, grouped by person and by day in the reader's zone; the first one after `read` is marked.

    Where nothing was read yet nothing is marked: all of it is new. Where the reader may not write, nothing of it can be
    changed either.
    """
    unread = (entry.number for entry in entries if read and entry.number > read and entry.author_id != reader.pk)
    first_unread = next(unread, None)
    lines: list[Line] = []
    now = timezone.now()
    for entry in entries:
        before = lines[-1].entry if lines else None
        day = timezone.localdate(entry.created_at)
        begins_day = before is None or timezone.localdate(before.created_at) != day
        is_first_unread = entry.number == first_unread
        lines.append(
            Line(
                entry,
                is_own=entry.author_id == reader.pk,
                may_edit=may_write and may_edit(entry, reader, now=now),
                may_remove=may_write and may_remove(entry, reader),
                is_joined=before is not None
                and not (begins_day or is_first_unread)
                and (before.author_id, before.said_by) == (entry.author_id, entry.said_by)
                and entry.created_at - before.created_at < TOGETHER,
                new_day=day if begins_day else None,
                is_first_unread=is_first_unread,
            )
        )
    return lines


def html_of(entry: Message | Note) -> str:
    """One message or note as any viewer gets it; the page itself groups it and says "You".

    It is made once: what its author is answered is what was told to the open pages a moment before.
    """
    if not entry.html:
        entry.html = drawing.entry(Line(entry)).strip()
    return entry.html


def blank_line(kind: type[Message] | type[Note], workstream: WorkStream, author: User) -> Line:
    """What this person is about to say: the page fills it in while it is being sent."""
    entry = kind(workstream=workstream, author=author, body="", number=0)
    if isinstance(entry, Message):
        entry.side = Side.TEAM if author.is_team else Side.CLIENT
    return Line(entry, is_own=True)
