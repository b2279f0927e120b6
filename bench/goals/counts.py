"""Goal 7: nothing is ever counted to its end, and what is shown beside the boxes costs next to nothing."""

import re
from collections.abc import Iterator
from itertools import cycle

from bench import cast, reference
from bench.frame import Bench, Line, goal, race, sql_time, statements
from bench.goals.grid import API, GRID, addresses
from bench.sampling import filter_questions
from workstreams import grid
from workstreams.facets import facets_for
from workstreams.grid import GridQuery, People
from workstreams.models import WorkStream

_COUNT = re.compile(r"\bcount\s*\(", re.IGNORECASE)
_WORKSTREAMS = re.compile(r"\bworkstreams_workstream\b", re.IGNORECASE)
_LIMIT = re.compile(r"\blimit\b", re.IGNORECASE)


@goal(7, "Counts: none to the end, capped ones and those beside the boxes; SQL only")
def counts(bench: Bench) -> Iterator[Line]:
    """Looks at what requests send, and times the two ways of counting."""
    lead = cast.leads()[0]
    client = cast.signed_in(lead)
    unbounded = 0
    for path in (API, GRID):
        for address in addresses(path).values():
            with statements() as sent:
                client.get(address)
            unbounded += sum(1 for text in sent.texts if counts_to_the_end(text))
    yield Line("statements that count WorkStreams without a limit", unbounded, 0, unit="")

    rows = WorkStream.objects.visible_to(lead)
    mine = GridQuery(leads=People(frozenset({lead.pk})))
    questions = [GridQuery(), mine, GridQuery(statuses=frozenset({"open"})), GridQuery(statuses=frozenset({"closed"}))]
    asked, read = cycle(questions), cycle(questions)
    drawn = cycle([question.query for question in filter_questions(of_many=20)])
    found = race(
        {
            "sql": reference.raw_page(cast.leads()),
            "capped": lambda: sql_time(lambda: grid.quick_count(rows, next(asked))),
            "drawn": lambda: sql_time(lambda: grid.quick_count(rows, next(drawn))),
            "facets": lambda: sql_time(lambda: facets_for(lead, next(read))),
        },
        rounds=bench.rounds(100),
    )
    by_hand = found["sql"].median
    for what, title, limit in (
        ("capped", "capped count of everything, my own, open, closed: p95", 2),
        ("facets", "counts beside all boxes: p95", 5),
        ("drawn", "capped count of drawn filters: p95", None),
    ):
        yield Line(f"{title}, by pages by hand", found[what].p95 / by_hand, limit, note=f"{found[what].p95:.1f} ms")


def counts_to_the_end(statement: str) -> bool:
    """Whether a statement counts WorkStreams themselves, with nothing that stops it."""
    return bool(_COUNT.search(statement) and _WORKSTREAMS.search(statement) and not _LIMIT.search(statement))
