"""Goals 4 and 5: every combination of filters, and every kind of name search, in the large set and in the small one."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from statistics import median

from accounts.models import User
from bench import cast, reference
from bench.frame import SETS, Bench, Line, Sample, Set, goal, sql_time
from bench.sampling import Question, filter_questions, search_questions
from workstreams import grid
from workstreams.models import WorkStream


@goal(4, "Every combination of filters, a page of 50 rows; SQL only")
def filters(bench: Bench) -> Iterator[Line]:
    """The page of ids, which finds the rows; what is loaded for them is the same for any question."""
    times = _ask(bench, filter_questions)
    by_hand = times.by_hand.median
    big, small = Sample(list(times.of["big"].values())), Sample(list(times.of["small"].values()))
    slowest = sorted(times.of["big"], key=lambda question: -times.of["big"][question])[:3]
    yield Line(
        f"p95 of {len(big.times)} questions, against a page by hand",
        big.p95 / by_hand,
        10,
        note=f"{big.p95:.1f} ms, median {big.median:.1f}, by hand {by_hand:.2f}",
    )
    yield Line("p95, against the small set", big.p95 / small.p95, 3, note=f"{small.p95:.1f} ms there")
    for question in slowest:
        yield Line(f"slowest: {question.kind}"[:64], times.of["big"][question] / by_hand, note=_ms(times, question))


@goal(5, "Search by name, a page of 50 rows; SQL only")
def names(bench: Bench) -> Iterator[Line]:
    """Every class of term in every scope."""
    times = _ask(bench, search_questions)
    by_hand = times.by_hand.median
    kinds: dict[str, list[Question]] = defaultdict(list)
    for question in times.of["big"]:
        kinds[question.kind.split(",")[0]].append(question)
    for kind, questions in kinds.items():
        found = Sample([times.of["big"][question] for question in questions])
        slowest = max(questions, key=lambda question: times.of["big"][question])
        yield Line(f"{kind}: p95, against a page by hand", found.p95 / by_hand, 25, note=_ms(times, slowest))
    big, small = Sample(list(times.of["big"].values())), Sample(list(times.of["small"].values()))
    yield Line(
        "p95 of all, against the small set", big.p95 / small.p95, 4, note=f"{big.p95:.1f} ms, {small.p95:.1f} there"
    )


class _Times:
    """The middle of some times of each question, in each set, and of the page by hand taken in between."""

    def __init__(self) -> None:
        self.of: dict[Set, dict[Question, float]] = {"big": {}, "small": {}}
        self.by_hand = Sample([0.0])


def _ask(bench: Bench, draw: Callable[[], list[Question]], *, times_each: int = 3) -> _Times:
    """Ask every question in turns: once all of them in both sets, then once again."""
    found = _Times()
    questions: dict[Set, list[Question]] = {}
    for which in SETS:
        with bench.on(which):
            drawn = draw()
            questions[which] = drawn[:: max(1, round(1 / bench.effort))] if bench.effort < 1 else drawn
    leads = cast.leads()
    by_hand = reference.raw_page(leads)
    raw: list[float] = [by_hand() for _ in range(3)][:0]
    kept: dict[Set, list[list[float]]] = {which: [[] for _ in found] for which, found in questions.items()}
    for turn in range(times_each + 1):
        for number in range(max(len(asked) for asked in questions.values())):
            for which, asked in questions.items():
                if number < len(asked):
                    with bench.on(which):
                        took = page_time(leads[0], asked[number])
                    if turn:  # the first warms up
                        kept[which][number].append(took)
            if number % 4 == 0:
                raw.append(by_hand())
    for which, asked in questions.items():
        found.of[which] = {question: median(times) for question, times in zip(asked, kept[which], strict=True)}
    found.by_hand = Sample(raw)
    return found


def page_time(asker: User, question: Question) -> float:
    """How long the database takes to find the first page of ids."""
    rows = WorkStream.objects.visible_to(asker)
    return sql_time(lambda: grid.page_of_ids(rows, question.query, None))


def _ms(times: _Times, question: Question) -> str:
    return f"{times.of['big'][question]:.1f} ms, {question.kind}: {_said(question)}"


def _said(question: Question) -> str:
    return f"“{question.query.name}”" if question.query.name else question.query.sort.value
