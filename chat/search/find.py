"""Finding messages and notes: the newest first, a page at a time, and only what the reader may see.

What is very common would be read to its end only to be sorted. So the index is asked block by block, the newest first,
within one statement that stops when the page is full; a block holds so many entries that a rare word costs few looks.
A question within few WorkStreams reads no more than these hold of it, and is asked at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import BooleanField, Exists, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import User
from chat.models import Message, MessageFile, Note
from chat.search import index
from chat.search.models import MessageWords, NoteWords
from chat.search.words import Term, matches, query_of
from workstreams.models import WorkStream

PAGE = 20
# A person with more WorkStreams is asked for block by block.
FEW = 300
# What a worker has not reached yet is read as it stands, this much of it.
MOST_FRESH = 1_000
LATEST = 10**12
MOST_PEOPLE = 100
TABLES = {MessageWords: "chat_messagewords", NoteWords: "chat_notewords"}

E = TypeVar("E", Message, Note)


@dataclass(frozen=True)
class Question:
    """What is asked for. Without any of it, everything answers."""

    terms: list[Term] = field(default_factory=list)
    workstream: WorkStream | None = None
    authors: list[int] | None = None
    with_files: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked but where."""
        return not (self.terms or self.authors is not None or self.with_files or self.since or self.until)


@dataclass(frozen=True)
class Found(Generic[E]):
    """Answers, the newest first, and the primary key behind which it goes on; None at the end."""

    entries: list[E]
    next: int | None


def people_named(name: str) -> list[int]:
    """Everybody one of whose names begins so. What of theirs is found is decided by who asks, not by this."""
    people = User.objects.filter(name_norm__contains=f" {name.lower()}", erased_at=None)
    return list(people.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def find_messages(question: Question, reader: User, *, before: int | None = None, size: int = PAGE) -> Found[Message]:
    """Messages this person may read."""
    rows = Message.objects.visible_to(reader)
    words = MessageWords.objects.visible_to(reader)
    return _found(rows, words, question, reader, before or LATEST, size)


def find_notes(question: Question, reader: User, *, before: int | None = None, size: int = PAGE) -> Found[Note]:
    """Internal Notes, for colleagues; none for anybody else."""
    rows = Note.objects.visible_to(reader)
    words = NoteWords.objects.visible_to(reader)
    if question.with_files:
        return Found([], None)
    return _found(rows, words, question, reader, before or LATEST, size)


def _found(  # noqa: PLR0917
    rows: Any, words: Any, question: Question, reader: User, before: int, size: int
) -> Found[Any]:
    if rows.query.is_empty() or question.authors == []:
        return Found([], None)
    fresh = [entry.pk for entry in _fresh(rows, words, question, before)]
    keys = sorted({*fresh, *_indexed(words, question, reader, before, size + 1)}, reverse=True)[: size + 1]
    by_key = rows.filter(pk__in=keys, removed_at=None).whole().select_related("workstream").in_bulk()
    entries = [by_key[key] for key in keys[:size] if key in by_key]
    return Found(entries, keys[size - 1] if len(keys) > size else None)


def _fresh(rows: "QuerySet[E]", words: Any, question: Question, before: int) -> Iterator[E]:
    """Answers among what no worker has written down yet, without order."""
    last = words.model.objects.aggregate(last=Max("pk"))["last"] or 0
    newest = rows.model.objects.order_by("-pk").values(least=F("pk") - MOST_FRESH)[:1]
    waiting = rows.filter(pk__gt=last, pk__lt=before, removed_at=None).filter(pk__gt=Subquery(newest))
    if question.workstream:
        waiting = waiting.filter(workstream=question.workstream)
    if question.authors is not None:
        waiting = waiting.filter(author__in=question.authors)
    if question.with_files:
        waiting = waiting.filter(Exists(MessageFile.objects.filter(message=OuterRef("pk"))))
    for name, bound in _bounds(question).items():
        waiting = waiting.filter(**{name: bound})
    for entry in waiting.order_by("-pk")[:MOST_FRESH]:
        if matches(entry.body, question.terms):
            yield entry


def _indexed(words: Any, question: Question, reader: User, before: int, count: int) -> list[int]:
    """Primary keys of answers, the newest first."""
    scope = _scope(question, reader)
    wanted = " & ".join(part for part in (query_of(question.terms), *_marks(question), scope) if part)
    blocks = "" if scope else " && ('''~b' || block || '''')::tsquery"
    answers = f"{TABLES[words.model]}.vector @@ (%s::tsquery{blocks})"
    found = words.filter(RawSQL(answers, [wanted], BooleanField()), pk__lt=before, **_bounds(question))  # noqa: S611
    # Ordered by a value that no index has: walking the keys backwards until something fits could take for ever.
    found = found.annotate(key=F("pk") + 0).order_by("-key").values_list("key", flat=True)[:count]
    statement, values = found.query.sql_with_params()
    with connection.cursor() as cursor:
        if scope:
            cursor.execute(statement, values)
        else:
            newest = min(before, _newest(words)) >> index.BLOCK
            cursor.execute(
                f"SELECT f.key FROM generate_series(%s, 0, -1) AS block "  # noqa: S608  what the ORM wrote
                f"CROSS JOIN LATERAL ({statement}) f LIMIT %s",
                [newest, *values, count],
            )
        return [key for (key,) in cursor.fetchall()]


def _newest(words: Any) -> int:
    return int(words.model.objects.aggregate(last=Max("pk"))["last"] or 0)


def _scope(question: Question, reader: User) -> str | None:
    """The WorkStreams as marks, where they are few; the rule itself stands in the statement in any case."""
    if question.workstream:
        return f"'{index.of_workstream(question.workstream.pk)}'"
    if reader.is_internal:
        return None
    keys = list(WorkStream.objects.visible_to(reader).order_by().values_list("pk", flat=True)[: FEW + 1])
    if len(keys) > FEW:
        return None
    return "(" + " | ".join(f"'{index.of_workstream(key)}'" for key in keys or [0]) + ")"


def _marks(question: Question) -> Iterator[str]:
    if question.authors is not None:
        yield "(" + " | ".join(f"'{index.of_author(key)}'" for key in question.authors) + ")"
    if question.with_files:
        yield f"'{index.WITH_FILES}'"
    if question.since or question.until:
        yield "(" + " | ".join(f"'{month}'" for month in _months(question)) + ")"


def _months(question: Question) -> Iterator[str]:
    """Every month of the range, and those its ends may reach into in other time zones; of half a range ten years."""
    last = (question.until or timezone.localdate()) + timedelta(days=1)
    first = (question.since or last - timedelta(days=3650)) - timedelta(days=1)
    year, month = max((first.year, first.month), (last.year - 20, 1))
    while (year, month) <= (last.year, last.month):
        yield index.of_month(datetime(year, month, 1, tzinfo=UTC))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _bounds(question: Question) -> dict[str, datetime]:
    """The range of days in the zone of whoever asks."""
    zone = timezone.get_current_timezone()
    found = {}
    if question.since:
        found["created_at__gte"] = datetime.combine(question.since, time_of_day.min, zone)
    if question.until:
        found["created_at__lt"] = datetime.combine(question.until + timedelta(days=1), time_of_day.min, zone)
    return found
