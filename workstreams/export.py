"""The grid's answer as a CSV file: any number of rows, in bounded memory and short statements.

The file is read batch by batch through the grid's own pages, and nothing is held between two batches but the place:
no transaction, no cursor of the database, no row. Each batch says in the row of the export how far it is and hears
there whether it was cancelled; that one small statement works with and without Redis and remains as the record of who
took what. A file that is not whole says so in its last line and ends in a broken connection, so that nobody takes
half of the rows for all of them.
"""

import csv
import io
import logging
import re
import unicodedata
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.capabilities import Can
from accounts.models import User
from activity.record import record
from workstreams import events, grid
from workstreams.choices import CloseReason, EntryPoint, Milestone, Status, SubscriptionType
from workstreams.errors import TooManyExports
from workstreams.grid import Cursor, GridQuery, Sort
from workstreams.models import WorkStream
from workstreams.runs import SILENT_FOR, Export
from workstreams.tenancy import require

logger = logging.getLogger(__name__)

# The first batch is small, so that the download begins at once.
FIRST_BATCH, BATCH = 200, 2000
CONTENT_TYPE = "text/csv; charset=utf-8"
# Excel takes a file without it for the alphabet of the machine.
BYTE_ORDER_MARK = "\ufeff".encode()
_ANY = "00000000-0000-4000-8000-000000000000"
_ONE_AT_A_TIME = 0x6578706F  # the advisory lock under which exports are admitted

_STARTS_A_FORMULA = frozenset("=+-@\u2212")
# Where some programs split a cell although it is quoted.
_AFTER_A_SPLIT = re.compile(r"(?<=[;|\t\r\n])")


class Incomplete(Exception):
    """The file ends before its last row. The server breaks the connection, so that the browser says so too."""


@dataclass(frozen=True)
class Column:
    """A column of the file: what it reads of a WorkStream, and how that is written."""

    key: str
    label: str
    sources: tuple[str, ...]
    write: Callable[..., str]
    needs: Can | None = None


def safe(text: str) -> str:
    """Text of people, so that no spreadsheet takes it for a formula.

    An apostrophe goes before a cell that would begin one: with `=`, `+`, `-` or `@`, also full-width, also behind
    blanks and invisible characters; and before one that begins with a tab or a line break. The same goes for what
    follows a semicolon, bar, tab or line break inside the text, where some programs begin a cell in spite of the
    quotes. Everything else stays as it is. Dates and ids are ours and are written without this.
    """
    guarded = "".join("'" + part if _begins_a_formula(part) else part for part in _AFTER_A_SPLIT.split(text))
    return "'" + guarded if text[:1] in {"\t", "\r", "\n"} else guarded


def columns_for(actor: User) -> list[Column]:
    """Every column this person may take, in the order of the file."""
    return [column for column in COLUMNS if column.needs is None or actor.may(column.needs)]


@transaction.atomic
def begin(*, actor: User, question: str, keys: Sequence[str] = ()) -> Export:
    """Admit an export and remember it; `lines` does the work. `question` is the grid's query string, for the record.

    `keys` names the columns, in order; none, or only unknown ones, means all that the person may take.

    Raises: NotAllowed; TooManyExports while one of theirs runs, or as many as may run at once.
    """
    require(actor, Can.SEARCH_GRID)
    known = [column.key for column in columns_for(actor)]
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
    Export.objects.filter(state=Export.State.RUNNING, beat_at__lte=now - SILENT_FOR).update(
        state=Export.State.FAILED, ended_at=now
    )
    running = list(Export.objects.running(now=now).values_list("actor", flat=True))
    if actor.pk in running:
        raise TooManyExports("An export of yours is running. Wait until it ends, or cancel it.")
    if len(running) >= settings.EXPORTS_AT_ONCE:
        raise TooManyExports("Colleagues are exporting, and only few exports run at once. Try again in a minute.")
    return Export.objects.create(
        actor=actor,
        question=question,
        columns=[key for key in dict.fromkeys(keys) if key in known] or known,
        started_at=now,
        beat_at=now,
    )


def cancel(*, export: Export, actor: User) -> bool:
    """Stop somebody's own export at its next batch; whether it was still running. Cancelling twice is harmless.

    Raises: NotAllowed.
    """
    require(actor, Can.SEARCH_GRID)
    own = Export.objects.visible_to(actor).filter(pk=export.pk, state=Export.State.RUNNING)
    return bool(own.update(state=Export.State.CANCELLED, ended_at=timezone.now()))


def file_name(export: Export) -> str:
    """What the download is called."""
    return f"workstreams-{export.started_at:%Y-%m-%d-%H%M}.csv"


def lines(
    export: Export, query: GridQuery, *, is_gone: Callable[[], bool] = lambda: False
) -> Generator[bytes, None, None]:
    """The file, a batch at a time, as its reader takes it. `is_gone` says that nobody reads any more.

    Three statements a batch, each in its own transaction, so nothing is locked or kept from being cleaned meanwhile.
    However it ends, that is written down with the number of rows.

    Raises: Incomplete after the last line of a file that is not whole.
    """
    at = {column.key: column for column in columns_for(export.actor)}
    chosen = [at[key] for key in export.columns if key in at]
    outcome, rows = Export.State.FAILED, 0
    logger.info("Export %s of %s begins: %r", export.public_id, export.actor.public_id, export.question)
    try:
        yield BYTE_ORDER_MARK + _csv([[column.label for column in chosen]])
        for ids in _batches(export.actor, query):
            table = _table(export.actor, ids, chosen)
            if is_gone():
                outcome = Export.State.LEFT
                break
            if not Export.objects.beat(export, rows=rows + len(table), now=timezone.now()):
                outcome = Export.State.CANCELLED
                break
            yield _csv(table)
            rows += len(table)
        else:
            outcome = Export.State.DONE
    except GeneratorExit:
        outcome = Export.State.LEFT
        raise
    except Exception:
        logger.exception("Export %s failed after %s rows.", export.public_id, rows)
    finally:
        _settle(export, outcome, rows)
    if outcome != Export.State.DONE:
        yield _csv([[f"THIS FILE IS NOT COMPLETE: it ended after {rows} rows."]])
        raise Incomplete


def _settle(export: Export, outcome: "Export.State", rows: int) -> None:
    """Write down how it ended: in its row, as an event and in the log, so that the database alone loses nothing."""
    logger.info("Export %s of %s ended after %s rows: %s", export.public_id, export.actor.public_id, rows, outcome)
    data = {"export": str(export.public_id), "rows": rows, "outcome": outcome, "question": export.question}
    try:
        with transaction.atomic():
            Export.objects.end(export, outcome, rows=rows, now=timezone.now())
            record(events.EXPORTED, actor=export.actor, data={**data, "columns": export.columns})
    except DatabaseError:
        logger.exception("The end of export %s could not be stored; it will count as failed.", export.public_id)


def _batches(actor: User, query: GridQuery) -> Iterator[list[int]]:
    """The ids that answer, each once, in order. Rows that move in the order meanwhile are neither lost nor repeated.

    What is written to while the file is made goes to the top of the latest activity, behind the reader's back: so
    that order is asked once more for what moved since the beginning.
    """
    visible = WorkStream.objects.visible_to(actor)
    began, seen = timezone.now(), _Seen()
    questions = [query]
    if query.sort == Sort.ACTIVITY and query.descending:
        since = max(began, query.active_since) if query.active_since else began
        questions.append(replace(query, active_since=since))
    size = FIRST_BATCH
    for question in questions:
        cursor: Cursor | None = None
        while True:
            page = grid.page_of_ids(visible, question, cursor, size=size)
            yield [pk for pk in page.items if seen.is_new(pk)]
            if page.next is None:
                break
            cursor = grid.read_cursor(page.next, "after", question)
            size = BATCH


class _Seen:
    """Which ids were there already: a bit each, so that a million cost 125 kB."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def is_new(self, pk: int) -> bool:
        place, bit = pk >> 3, 1 << (pk & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + 1 - len(self._bits)))
        if self._bits[place] & bit:
            return False
        self._bits[place] |= bit
        return True


def _table(actor: User, ids: Sequence[int], columns: Sequence[Column]) -> list[list[str]]:
    """The cells of these rows in this order; a row that went away meanwhile is left out."""
    if not ids:
        return []
    sources = ["pk", *dict.fromkeys(source for column in columns for source in column.sources)]
    at = {source: place for place, source in enumerate(sources)}
    found = {row[0]: row for row in WorkStream.objects.visible_to(actor).filter(pk__in=ids).values_list(*sources)}
    plan = [(column.write, [at[source] for source in column.sources]) for column in columns]
    rows = (found[pk] for pk in ids if pk in found)
    return [[write(*(row[place] for place in places)) for write, places in plan] for row in rows]


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Lines as RFC 4180 has them."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _begins_a_formula(text: str) -> bool:
    for character in text:
        if unicodedata.category(character)[0] == "Z" or unicodedata.category(character) in {"Cc", "Cf"}:
            continue
        return unicodedata.normalize("NFKC", character)[0] in _STARTS_A_FORMULA
    return False


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _text(value: str | None) -> str:
    return safe(value or "")


def _person(name: str | None, email: str | None) -> str:
    return safe(name or (email or "").partition("@")[0])


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _moment(value: datetime | None) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if value else ""


def _label(choices: Sequence[tuple[str, str]]) -> Callable[[str | None], str]:
    labels = dict(choices)
    return lambda value: labels.get(value or "", "")


def _link(public_id: UUID) -> str:
    return _link_to_any().replace(_ANY, str(public_id))


@cache
def _link_to_any() -> str:
    """A page's address is looked up once, and not for every row."""
    return WorkStream(public_id=UUID(_ANY)).full_url


COLUMNS = (
    Column("name", "Name", ("name",), _text),
    Column("client", "Client", ("organization__name",), _text),
    Column("type", "Type", ("subscription_type",), _label(SubscriptionType.choices)),
    Column("status", "Status", ("status",), _label(Status.choices)),
    Column("milestone", "Milestone", ("milestone",), _label(Milestone.choices)),
    Column("lead", "WorkStream Lead", ("lead__name", "lead__email"), _person),
    Column("lead_email", "WorkStream Lead's e-mail", ("lead__email",), _text, Can.SEE_ADDRESSES),
    Column("owner", "WorkStream Owner", ("owner__name", "owner__email"), _person),
    Column("owner_email", "WorkStream Owner's e-mail", ("owner__email",), _text, Can.SEE_ADDRESSES),
    Column("updated", "Updated (UTC)", ("last_activity_at",), _moment),
    Column("start", "Intended start", ("intended_start",), _day),
    Column("starts_on", "WorkStream Starting", ("starts_on",), _day),
    Column("created", "Created (UTC)", ("created_at",), _moment),
    Column("closed", "Closed (UTC)", ("closed_at",), _moment),
    Column("close_reason", "Reason for closing", ("close_reason",), _label(CloseReason.choices)),
    Column("entry", "Came by", ("entry_point",), _label(EntryPoint.choices)),
    Column("salesforce", "Salesforce opportunity", ("opportunity_id",), _plain),
    Column("id", "ID", ("public_id",), _plain),
    Column("link", "Link", ("public_id",), _link),
)
