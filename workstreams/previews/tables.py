"""Tables as text (CSV): separator, encoding, the first rows, and what its sender may want to mend."""

import csv
import io
import re
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import clevercsv

from workstreams.previews.outcome import CannotPreview, Outcome
from workstreams.previews.text import Decoded, begin, decode, printable

SHOWN_ROWS = 20
SHOWN_COLUMNS = 40
SHOWN_SIGNS = 200  # of one cell
LOOKED_AT_ROWS = 5_000
NAMED_ROWS = 3

SEPARATORS = ",;\t|"
SEPARATOR_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", "": "none"}
# What the detection sees: enough lines to be sure, short enough to be quick whatever they hold.
SAMPLE_LINES, SAMPLE_LINE, SAMPLE = 60, 600, 16_000
DETECTION_SECONDS = 2.0

DATES = {
    "year-month-day": re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[T ].*)?$"),
    "day.month.year": re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}(?: .*)?$"),
    "with slashes": re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}(?: .*)?$"),
    "year/month/day": re.compile(r"\d{4}/\d{1,2}/\d{1,2}(?: .*)?$"),
}
NUMBER = re.compile(r"[+-]?[\d.,\u00a0 ]*\d[\d.,]*%?$")


@dataclass(frozen=True)
class Dialect:
    """How cells are kept apart."""

    separator: str
    quote: str = '"'
    escape: str = ""


def look(path: Path) -> Outcome:
    """The first twenty rows, how they are written, and hints.

    Raises: CannotPreview.
    """
    beginning, is_whole = begin(path)
    decoded = decode(beginning)
    if not decoded.text.strip():
        raise CannotPreview("There is nothing in it.")
    return Outcome(facts=describe(decoded, is_whole=is_whole))


def describe(decoded: Decoded, *, is_whole: bool) -> dict[str, object]:
    """What there is to say of a table, in words and cells that a page can print."""
    dialect = detect(decoded.text)
    rows, lines = read(decoded.text, dialect, is_whole=is_whole)
    width = usual_width(rows)
    headed = has_headings(rows)
    headings = rows[0] if headed else []
    body = rows[1:] if headed else rows
    widest = min(max(len(row) for row in [headings, *body[:SHOWN_ROWS]]), SHOWN_COLUMNS)
    return {
        "separator": SEPARATOR_WORDS.get(dialect.separator, dialect.separator),
        "encoding": decoded.encoding,
        "headings": _cells(headings, widest) if headed else [],
        "rows": [_cells(row, widest) for row in body[:SHOWN_ROWS]],
        "columns": width,
        "row_count": len(body),
        "is_whole": is_whole and len(rows) < LOOKED_AT_ROWS,
        "hints": list(hints(decoded, rows, lines, width=width, headed=headed)),
    }


def detect(text: str) -> Dialect:
    """How cells are kept apart, found in the first lines within two seconds; at worst by counting."""
    lines = [line[:SAMPLE_LINE] for line in text[: SAMPLE * 4].splitlines()[:SAMPLE_LINES]]
    sample = "\n".join(lines)[:SAMPLE]
    try:
        with at_most(DETECTION_SECONDS):
            found = clevercsv.Detector().detect(sample, delimiters=list(SEPARATORS))
    except Exception:  # noqa: BLE001  whatever a stranger's bytes do to the detection, counting is left
        found = None
    if found is not None and found.delimiter:
        return Dialect(found.delimiter, found.quotechar or '"', found.escapechar or "")
    return Dialect(_counted(lines))


def read(text: str, dialect: Dialect, *, is_whole: bool) -> tuple[list[list[str]], list[int]]:
    """The first rows that have anything in them, and the line each ends on; without a last one that was cut off."""
    csv.field_size_limit(max(len(text), 1024))
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=dialect.separator or ",",
        quotechar=dialect.quote,
        escapechar=dialect.escape or None,
        strict=False,
    )
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(reader.line_num)
            if len(rows) >= LOOKED_AT_ROWS:
                return rows, lines
    except csv.Error as failure:
        if not rows:
            raise CannotPreview("It cannot be read as a table.") from failure
    if not rows:
        raise CannotPreview("There is nothing in it but separators.")
    if not is_whole and len(rows) > 1:
        return rows[:-1], lines[:-1]
    return rows, lines


def usual_width(rows: list[list[str]]) -> int:
    """How many columns most rows have; with as many of each, the first row decides."""
    counts = Counter(len(row) for row in rows)
    most = max(counts.values())
    return len(rows[0]) if counts[len(rows[0])] == most else max(w for w, n in counts.items() if n == most)


def has_headings(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: words where the rows below have numbers or days, or words of its own."""
    first, below = rows[0], rows[1:50]
    if any(_is_value(cell) for cell in first):
        return False
    if not below:
        return len(first) > 1
    for place in range(len(first)):
        cells = [row[place] for row in below if place < len(row) and row[place].strip()]
        if cells and sum(_is_value(cell) for cell in cells) * 2 > len(cells):
            return True
    # All words: headings are short, and no row below says the same in the same place.
    short = all(len(cell.strip()) <= 40 for cell in first)
    return short and not any(
        first[place] in {row[place] for row in below if place < len(row)} for place in range(len(first))
    )


def hints(decoded: Decoded, rows: list[list[str]], lines: list[int], *, width: int, headed: bool) -> Iterator[str]:
    """What its sender may want to know or mend, as sentences."""
    body = rows[1:] if headed else rows
    if not body:
        yield "There is a row of headings and nothing below it."
    elif headed:
        yield "The first row looks like headings."
    else:
        yield "The first row looks like data: there are no headings."
    yield from _widths(rows, lines, width)
    if width == 1:
        yield "There is one column only. If there should be more, the separator is unusual."
    if not decoded.is_utf8:
        yield f"The file is not UTF-8; it reads as {decoded.encoding}. Save it as UTF-8 so that no letter is lost."
    if decoded.has_mark:
        yield "It begins with a byte order mark, as spreadsheets write it. That is fine."
    if "\N{REPLACEMENT CHARACTER}" in decoded.text:
        yield "Some letters could not be read."
    names = [_name(rows[0] if headed else [], place) for place in range(width)]
    if headed:
        yield from _headings(rows[0])
    yield from _columns(body[:LOOKED_AT_ROWS], names)
    if body and (twice := sum(n - 1 for n in Counter(map(tuple, body)).values())):
        yield f"{_many(twice, 'row is', 'rows are')} there twice or more."


def _widths(rows: list[list[str]], lines: list[int], width: int) -> Iterator[str]:
    for word, odd in (
        ("fewer", [line for row, line in zip(rows, lines, strict=True) if len(row) < width]),
        ("more", [line for row, line in zip(rows, lines, strict=True) if len(row) > width]),
    ):
        if odd:
            named = ", ".join(str(line) for line in odd[:NAMED_ROWS]) + (" ..." if len(odd) > NAMED_ROWS else "")
            where = f"line {named}" if len(odd) == 1 else f"lines {named}"
            yield f"{_many(len(odd), 'row has', 'rows have')} {word} columns than the other rows ({where})."


def _headings(first: list[str]) -> Iterator[str]:
    counts = Counter(cell.strip().lower() for cell in first if cell.strip())
    for name in [cell.strip() for cell in first]:
        if counts.pop(name.lower(), 0) > 1:
            yield f"The heading “{_cell(name)}” is there more than once."
    if nameless := sum(not cell.strip() for cell in first):
        yield f"{_many(nameless, 'column has', 'columns have')} no heading."


def _columns(body: list[list[str]], names: list[str]) -> Iterator[str]:
    for place, name in enumerate(names[:SHOWN_COLUMNS]):
        cells = [row[place].strip() for row in body if place < len(row) and row[place].strip()]
        if body and not cells:
            yield f"{name} is empty."
            continue
        found = [word for word, pattern in DATES.items() if any(pattern.match(cell) for cell in cells)]
        dated = sum(any(pattern.match(cell) for pattern in DATES.values()) for cell in cells)
        if len(found) > 1 and dated * 2 > len(cells):
            yield f"{name} has dates in {len(found)} formats: {', '.join(found)}."


def _name(headings: list[str], place: int) -> str:
    heading = _cell(headings[place].strip()) if place < len(headings) else ""
    return f"Column “{heading}”" if heading else f"Column {place + 1}"


def _is_value(cell: str) -> bool:
    cell = cell.strip()
    return bool(NUMBER.match(cell)) or any(pattern.match(cell) for pattern in DATES.values())


def _counted(lines: list[str]) -> str:
    """The separator that stands equally often in most lines; none, when there is none."""
    best, best_score = "", 0.0
    for separator in SEPARATORS:
        counts = Counter(line.count(separator) for line in lines if line.strip())
        count, times = counts.most_common(1)[0] if counts else (0, 0)
        if count and times * (1 + count / 100) > best_score:
            best, best_score = separator, times * (1 + count / 100)
    return best


def _cells(row: list[str], width: int) -> list[str]:
    """A row as it is shown: as wide as the widest."""
    shown = [_cell(cell) for cell in row[:width]]
    return shown + [""] * (width - len(shown))


def _cell(text: str) -> str:
    text = printable(text)
    return text if len(text) <= SHOWN_SIGNS else f"{text[: SHOWN_SIGNS - 1]}…"


def _many(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Break off what takes longer. Only the main thread can be woken so; elsewhere the process's own limits hold.

    Raises: TimeoutError, within the block.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def wake(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, wake)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
