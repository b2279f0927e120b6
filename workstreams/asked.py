"""What the page shows of documents that were asked for: what is waited for, by when, and what one can do about it."""

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.capabilities import Can
from accounts.models import User
from workstreams.models import DocumentRequest, WorkStream
from workstreams.requests import today_of

MOST_ROWS = 60
DONE_ROWS = 5


@dataclass(frozen=True)
class Row:
    """One document, and when it is due in words."""

    request: DocumentRequest
    due: str
    is_overdue: bool

    @property
    def what(self) -> str:
        """The kind within a sentence: “sample data”, but “API integration document”."""
        return in_sentence(self.request.get_kind_display())


@dataclass(frozen=True)
class Asked:
    """Everything the panel prints, read in one statement."""

    rows: list[Row]
    done: list[Row]
    may_ask: bool
    may_upload: bool


def asked_of(workstream: WorkStream, user: User, *, rights: frozenset[Can]) -> Asked:
    """The documents asked for, as far as this person sees them."""
    today = today_of(workstream)
    visible = DocumentRequest.objects.visible_to(user).filter(workstream=workstream)
    found = list(visible.for_list()[:MOST_ROWS])
    rows = [Row(each, due_in_words(each.due_on, today), is_overdue(each, today)) for each in found]
    return Asked(
        rows=[row for row in rows if row.request.is_open],
        done=[row for row in rows if not row.request.is_open][:DONE_ROWS],
        may_ask=Can.REQUEST_DOCUMENTS in rights and workstream.is_open,
        may_upload=Can.ADD_ATTACHMENTS in rights and (workstream.is_open or user.is_team),
    )


def is_overdue(request: DocumentRequest, today: date) -> bool:
    """Whether its day has passed and it has not come."""
    return request.is_open and request.due_on is not None and request.due_on < today


def due_in_words(due: date | None, today: date) -> str:
    """When something is due, as people say it; nothing when no day was named."""
    if due is None:
        return ""
    days = (due - today).days
    if days < 0:
        return f"overdue, was due {_day(due, today)}"
    if days <= 1:
        return "due tomorrow" if days else "due today"
    return f"due {due:%A}" if due - today < timedelta(days=7) else f"due {_day(due, today)}"


def in_sentence(label: str) -> str:
    """A label as it stands within a sentence; abbreviations keep their capitals."""
    first = label.partition(" ")[0]
    return label if first.isupper() else label[:1].lower() + label[1:]


def _day(day: date, today: date) -> str:
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"
