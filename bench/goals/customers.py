"""Goal 8: a customer's own list, for any customer, those with thousands of WorkStreams included."""

from collections.abc import Callable, Iterator
from itertools import cycle

from django.test import Client

from accounts.models import User
from bench import cast, reference
from bench.frame import Bench, Line, Set, goal, race, statements, using

MINE = "/my-workstreams/"


@goal(8, "A customer's own list; the SQL that finds its rows")
def own_list(bench: Bench) -> Iterator[Line]:
    """The page is asked as a whole; what counts is the time of the statements that find WorkStreams."""
    count = bench.rounds(60)
    contenders: dict[str, Callable[[], float]] = {"sql": reference.raw_page(cast.leads())}
    which: Set
    for which in ("big", "small"):
        with bench.on(which):
            for kind, people in (
                ("random", cast.random_customers(count)),
                ("busy", cast.busy_customers(count)),
                ("heaviest", cast.heaviest_customers(min(50, count))),
            ):
                contenders[f"{kind} {which}"] = using(bench, which, _lists(people))
    found = race(contenders, rounds=bench.rounds(120), warm_up=min(20, count))
    by_hand = found["sql"].median
    titles = {"random": "random customers", "busy": "met as often as they have WorkStreams", "heaviest": "the heaviest"}
    for kind, title in titles.items():
        big, small = found[f"{kind} big"], found[f"{kind} small"]
        note = f"{big.p95:.1f} ms, median {big.median:.1f}, {small.p95:.1f} in the small set"
        yield Line(f"{title}: p95, against a page by hand", big.p95 / by_hand, 5, note=note)
        yield Line(f"{title}: p95, against the small set", big.p95 / small.p95, 3)


def _lists(people: list[User]) -> Callable[[], float]:
    turn: cycle[Client] = cycle([cast.signed_in(person) for person in people])
    return lambda: list_time(next(turn))


def list_time(client: Client) -> float:
    """How long the database takes to find the WorkStreams of a person's own list, in milliseconds."""
    with statements() as sent:
        response = client.get(MINE)
    if response.status_code != 200:
        raise RuntimeError(f"{MINE} answered {response.status_code}.")
    return sum(took for text, took in zip(sent.texts, sent.times, strict=True) if finds_workstreams(text))


def finds_workstreams(statement: str) -> bool:
    """Whether a statement is about WorkStreams, rather than about something that hangs off a few of them."""
    return "workstreams_workstream" in statement and "chat_message" not in statement
