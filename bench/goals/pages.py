"""Goal 9: a page far down costs what the first one costs."""

from collections.abc import Callable, Iterator
from itertools import cycle

from bench import cast
from bench.frame import Bench, Line, goal, race, sql_time
from workstreams import grid
from workstreams.grid import Cursor, GridQuery
from workstreams.models import WorkStream


@goal(9, "Pages far down, all WorkStreams by last activity; SQL only")
def deep_pages(bench: Bench) -> Iterator[Line]:
    """Rows 25,000 and 900,000 of a million, and the same shares of a smaller set."""
    near, far = bench.size // 40, bench.size * 9 // 10
    found = race(
        {"first": _page([0]), "near": _page(_around(near)), "far": _page(_around(far))}, rounds=bench.rounds(150)
    )
    first, there = found["first"].median, found["far"].median
    yield Line(f"row {far:,}, against row {near:,}: median", there / found["near"].median, 1.2, note=f"{there:.2f} ms")
    yield Line(f"row {far:,}, against the first page: median", there / first, 2.5, note=f"{first:.2f} ms")
    yield Line(f"row {far:,}, against the first page: p95", found["far"].p95 / found["first"].p95)


def place(offset: int) -> Cursor:
    """The place behind so many rows."""
    (at, pk) = cast.rows_of(
        "SELECT last_activity_at, id FROM workstreams_workstream ORDER BY last_activity_at DESC, id DESC"
        " OFFSET %s LIMIT 1",
        [offset - 1],
    )[0]
    return Cursor(at.isoformat(), pk)


def _around(offset: int) -> list[int]:
    return [offset + 7 * step for step in range(5)]


def _page(offsets: list[int]) -> Callable[[], float]:
    rows = WorkStream.objects.visible_to(cast.leads()[0])
    turn = cycle([place(offset) if offset else None for offset in offsets])
    return lambda: sql_time(lambda: grid.page_of_ids(rows, GridQuery(), next(turn)))
