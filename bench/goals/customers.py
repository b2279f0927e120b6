"""Goal 8: a customer's own list, for any customer, those with thousands of WorkStreams included."""

from collections.abc import Callable, Iterator
from itertools import cycle

from accounts.models import User
from bench import cast, reference
from bench.frame import SETS, Bench, Line, goal, race, sql_time, using
from workstreams.choices import Status
from workstreams.listing import OwnList


@goal(8, "A customer's own list, open ones and closed ones; SQL only")
def own_list(bench: Bench) -> Iterator[Line]:
    """What the page asks to find its rows; what each row then says of its chat does not depend on who asks."""
    count = bench.rounds(240)
    contenders: dict[str, Callable[[], float]] = {"sql": reference.raw_page(cast.leads())}
    for which in SETS:
        with bench.on(which):
            for kind, people in (
                ("random", cast.random_customers(count)),
                ("busy", cast.busy_customers(count)),
                ("heaviest", cast.heaviest_customers(min(50, count))),
            ):
                contenders[f"{kind} {which}"] = using(bench, which, _lists(people))
    found = race(contenders, rounds=count)
    by_hand = found["sql"].median
    for kind, title in (
        ("random", "random customers"),
        ("busy", "those one meets"),
        ("heaviest", "the heaviest"),
    ):
        big, small = found[f"{kind} big"], found[f"{kind} small"]
        note = f"{big.p95:.1f} ms, median {big.median:.1f}; small set {small.p95:.1f}"
        yield Line(f"{title}: p95, against a page by hand", big.p95 / by_hand, 5, note=note)
        yield Line(f"{title}: p95, against the small set", big.p95 / small.p95, 3)


def _lists(people: list[User]) -> Callable[[], float]:
    turn = cycle(people)
    return lambda: sql_time(lambda: find_own(next(turn)))


def find_own(person: User) -> None:
    """What the page "My WorkStreams" asks for its rows."""
    OwnList(person).pages({Status.OPEN: "", Status.CLOSED: ""})
