"""What the chat widget of the WorkStream page shows: the messages, and beside them the notes for colleagues."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.urls import reverse

from accounts.capabilities import Can, Role
from accounts.models import User
from chat.actions import reopening_is_asked
from chat.conversation import Line, blank_line, lines_of
from chat.models import MAX_LENGTH, Counter, Message, Note, ReadMark
from workstreams.attachments import largest_file
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of

PAGE = 50
# A person with more unread messages than a page holds gets them all, up to this many.
LONGEST_FIRST_PAGE = 200

PROMPTS = [
    (
        "We have images to label",
        "We have images that need labelling. About how many: \nWhat should be marked in them: ",
    ),
    (
        "We have documents to digitise",
        "We have documents that need to be typed or checked. What kind: \nHow many a month: ",
    ),
    ("How do we begin?", "We are not sure yet what you need from us. Could you tell us how this works?"),
]


@dataclass
class Pane:
    """One side of the widget: the messages, or the notes."""

    workstream: WorkStream
    kind: str
    lines: list[Line]
    last: int
    read: int
    blank: Line
    client_key: UUID
    may_write: bool = True
    is_current: bool = True
    changes: int = 0
    max_length: int = MAX_LENGTH

    @property
    def is_notes(self) -> bool:
        """Whether only the team sees this side."""
        return self.kind == "note"

    @property
    def largest_file(self) -> int:
        """How many bytes a file may have."""
        return largest_file()

    @property
    def url(self) -> str:
        """Where it is posted to, and older pages come from."""
        return reverse(f"chat:{self.kind}s", args=[self.workstream.public_id])

    @property
    def older_than(self) -> int:
        """The number to ask for older ones with; 0 when these are the oldest. Numbers begin with 1, without gaps."""
        first = self.lines[0].entry.number if self.lines else 0
        return first if first > 1 else 0

    @property
    def newer_than(self) -> int:
        """A number in the middle of the next page, for browsers without script."""
        return (self.lines[-1].entry.number if self.lines else 0) + PAGE // 2

    @property
    def awaits_first_words(self) -> bool:
        """Whether a client has only been greeted so far: then words to begin with help, below the greeting."""
        if self.is_notes or self.blank.look != "client" or not self.may_write:
            return False
        return not self.older_than and all(line.entry.is_automatic for line in self.lines)

    @property
    def is_at_the_end(self) -> bool:
        """Whether the newest one is among these; an older page without script is not."""
        return not self.lines or self.lines[-1].entry.number >= self.last

    @property
    def shown_up_to(self) -> str:
        """What live updates go on from: the last entry, and the last change that was known before they were read."""
        return f"{self.lines[-1].entry.number if self.lines else self.last}-{self.changes}"


@dataclass
class Panel:
    """The widget as one person sees it."""

    workstream: WorkStream
    reader: User
    messages: Pane
    notes: Pane | None
    reopening_is_asked: bool

    @property
    def panes(self) -> list[Pane]:
        """The sides this person has."""
        return [self.messages, *([self.notes] if self.notes else [])]

    @property
    def shows_notes(self) -> bool:
        """Whether the notes are in front."""
        return self.notes is not None and self.notes.is_current

    @property
    def moderates(self) -> bool:
        """Whether they may remove what others said."""
        return self.reader.role == Role.ADMIN

    @property
    def live_url(self) -> str:
        """The stream of this person's open page."""
        name = "chat:live_team" if self.notes else "chat:live"
        return reverse(name, args=[self.workstream.public_id])

    @property
    def shown_up_to(self) -> str:
        """What the page has already, as the stream's event ids say it."""
        return ".".join(pane.shown_up_to for pane in self.panes)


def panel_for(
    workstream: WorkStream,
    reader: User,
    *,
    shows_notes: bool = False,
    before: int | None = None,
    at: int | None = None,
) -> Panel | None:
    """The widget for one person; None for those who take no part in chats. Costs the same however long the chat is.

    `before` shows the page of entries before a number, for browsers without script; `at` what stands around one.
    """
    held = capabilities_of(reader, workstream)
    if Can.CHAT not in held:
        return None
    counter = Counter.objects.filter(workstream=workstream).first() or Counter()
    mark = ReadMark.objects.filter(workstream=workstream, user=reader).first() or ReadMark()
    has_notes = Can.READ_NOTES in held
    shows_notes = shows_notes and has_notes
    messages = _pane(
        workstream,
        reader,
        Message,
        last=counter.last_message,
        read=mark.message,
        before=None if shows_notes else before,
        changes=counter.message_changes,
        at=None if shows_notes else at,
        may_write=workstream.is_open or reader.is_team,
        is_current=not shows_notes,
    )
    notes = has_notes and _pane(
        workstream,
        reader,
        Note,
        last=counter.last_note,
        read=mark.note,
        before=before if shows_notes else None,
        changes=counter.note_changes,
        at=at if shows_notes else None,
        is_current=shows_notes,
    )
    return Panel(
        workstream,
        reader,
        messages,
        notes or None,
        reopening_is_asked=not messages.may_write and reopening_is_asked(workstream),
    )


def _pane(
    workstream: WorkStream,
    reader: User,
    kind: type[Message] | type[Note],
    *,
    last: int,
    read: int,
    before: int | None,
    changes: int,
    at: int | None,
    may_write: bool = True,
    is_current: bool = True,
) -> Pane:
    # A few that were read stay above the first unread one, so that people find their place.
    rows = kind.objects.visible_to(reader).filter(workstream=workstream)
    count = PAGE if before else min(max(PAGE, last - read + 5), LONGEST_FIRST_PAGE)
    # Where nothing stands at that number, or any more, the end is shown.
    entries = (rows.around(at, PAGE) if at else []) or rows.window(count, before=before)
    return Pane(
        workstream,
        "message" if kind is Message else "note",
        lines_of(entries, reader=reader, read=read, may_write=may_write),
        last=last,
        read=read,
        blank=blank_line(kind, workstream, reader),
        client_key=uuid4(),
        may_write=may_write,
        is_current=is_current,
        changes=changes,
    )
