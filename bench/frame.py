"""What every goal of the bench is made of: lines with a limit, measured side by side.

A goal is a function that takes a `Bench` and yields `Line`s; `@goal(number, title)` enters it in `GOALS`. Modules in
`bench/goals/` are found by being there. Times are milliseconds. A bare time depends on the machine and its neighbours,
so verdicts are about ratios wherever there is something to compare with, taken in turns within one run.
"""

import gc
import importlib
import math
import os
import pkgutil
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import psycopg2
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend
from environ import Env
from psycopg2 import sql

Set = Literal["big", "small"]
SETS: tuple[Set, ...] = ("big", "small")


@dataclass(frozen=True)
class Line:
    """One figure beside its limit. Without a limit it only informs. `unit` is printed behind both."""

    what: str
    figure: float
    limit: float | None = None
    unit: str = "×"
    at_least: bool = False
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the figure keeps the limit; None where there is none."""
        if self.limit is None:
            return None
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit


@dataclass(frozen=True)
class Goal:
    """A numbered goal and what measures it."""

    number: int
    title: str
    run: "Callable[[Bench], Iterator[Line]]"


GOALS: dict[int, Goal] = {}


def goal(number: int, title: str) -> "Callable[[Callable[[Bench], Iterator[Line]]], Callable[[Bench], Iterator[Line]]]":
    """Enter a function as the goal of this number."""

    def enter(run: "Callable[[Bench], Iterator[Line]]") -> "Callable[[Bench], Iterator[Line]]":
        GOALS[number] = Goal(number, title, run)
        return run

    return enter


def find_goals() -> dict[int, Goal]:
    """Every goal there is, by number. Needs Django to be set up."""
    package = importlib.import_module("bench.goals")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"bench.goals.{module.name}")
    return dict(sorted(GOALS.items()))


# --- Measuring ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sample:
    """Times of one thing, in milliseconds."""

    times: Sequence[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """What 95 in a hundred do not exceed."""
        return self.quantile(0.95)

    @property
    def slowest(self) -> float:
        """The longest of all."""
        return max(self.times)

    def quantile(self, part: float) -> float:
        """What this part of them does not exceed (nearest rank)."""
        ordered = sorted(self.times)
        return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def by_the_wall() -> float:
    """The time on the wall, in milliseconds."""
    return time.perf_counter() * 1000


def by_the_work() -> float:
    """How long this thread and the default connection's server process were on a processor, in milliseconds.

    What neighbours take does not count, so this is the clock for a busy machine; nor does waiting for one another, nor
    what other processes do, so it is of no use to goals that have several. Linux only, and PostgreSQL on this machine.
    """
    link = connections[DEFAULT_DB_ALIAS].connection
    ours = time.thread_time()
    # The clock of another process: what clock_getcpuclockid(3) answers, which Python does not have.
    theirs = time.clock_gettime((~link.info.backend_pid << 3) | 2) if link is not None else 0.0
    return (ours + theirs) * 1000


CLOCKS = {"wall": by_the_wall, "work": by_the_work}


class Clock:
    """The clock that `stopwatch` and `Statements` read."""

    now: Callable[[], float] = staticmethod(by_the_wall)


def stopwatch(do: Callable[[], object]) -> float:
    """How long a call takes, in milliseconds."""
    began = Clock.now()
    do()
    return Clock.now() - began


def race(contenders: Mapping[str, Callable[[], float]], *, rounds: int, warm_up: int = 2) -> dict[str, Sample]:
    """Let all run in turns, `rounds` times each, so that the machine's moods reach all alike.

    A contender returns its own time (`stopwatch`). Each round begins with another one. Garbage is collected between
    rounds, not within them.
    """
    names = list(contenders)
    times: dict[str, list[float]] = {name: [] for name in names}
    for name in names * warm_up:
        contenders[name]()
    with _no_garbage_collection():
        for number in range(rounds):
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                times[name].append(contenders[name]())
            gc.collect(0)
    return {name: Sample(found) for name, found in times.items()}


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@dataclass
class Statements:
    """The SQL statements that Django sent while this listened, and how long each took, in milliseconds."""

    texts: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        """How long all took together."""
        return sum(self.times)

    def __call__(self, execute: Callable[..., Any], text: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Be one of Django's execute wrappers."""
        began = Clock.now()
        try:
            return execute(text, params, many, context)
        finally:
            self.times.append(Clock.now() - began)
            self.texts.append(str(text))
            self.values.append(params)


@contextmanager
def statements() -> Iterator[Statements]:
    """Listen to the default connection: its statements and their time, from asking to having the rows."""
    listening = Statements()
    with connections[DEFAULT_DB_ALIAS].execute_wrapper(listening):
        yield listening


def sql_time(do: Callable[[], object]) -> float:
    """How long the database takes over a call's statements, in milliseconds."""
    with statements() as listening:
        do()
    return listening.milliseconds


# --- The bench ---------------------------------------------------------------------------------------------------


@dataclass
class Bench:
    """What a goal works with: two generated sets of WorkStreams, which it must leave as they are, and servers.

    Django's default connection is that of the big set; `on("small")` turns it to the other. `effort` is 1 for figures
    to trust, less for a run that only has to run through.
    """

    url: str
    small_url: str
    valkey_url: str
    size: int
    small_size: int
    effort: float = 1.0
    _wrappers: dict[Set, BaseDatabaseWrapper] = field(default_factory=dict)

    def rounds(self, number: int) -> int:
        """How often to repeat what deserves `number` repeats."""
        return max(2, round(number * self.effort))

    @contextmanager
    def on(self, which: Set) -> Iterator[None]:
        """Let everything that asks Django's default database ask this set."""
        if not self._wrappers:
            self._wrappers = {"big": connections[DEFAULT_DB_ALIAS], "small": wrapper_for(self.small_url)}
        before = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = self._wrappers[which]
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = before

    def close(self) -> None:
        """Close the connections opened here."""
        if "small" in self._wrappers:
            self._wrappers["small"].close()

    @contextmanager
    def scratch(self) -> Iterator[str]:
        """The address of a copy of the small set, to write in; it is dropped afterwards."""
        if "small" in self._wrappers:
            self._wrappers["small"].close()  # a database with guests cannot be copied
        known = psycopg2.extensions.parse_dsn(self.small_url)["dbname"]
        name = f"{known}_scratch_{os.getpid()}"
        server = psycopg2.connect(self.url)
        server.autocommit = True
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        try:
            with server.cursor() as cursor:
                cursor.execute(drop)
                cursor.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(known))
                )
                yield self.small_url.rsplit("/", 1)[0] + f"/{name}"
                cursor.execute(drop)
        finally:
            server.close()


def wrapper_for(url: str) -> BaseDatabaseWrapper:
    """What Django's default connection would be at another address."""
    usual = connections[DEFAULT_DB_ALIAS].settings_dict
    settings = usual | Env.db_url_config(url) | {"OPTIONS": usual["OPTIONS"]}
    wrapper: BaseDatabaseWrapper = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, DEFAULT_DB_ALIAS)
    return wrapper


def using(bench: Bench, which: Set, do: Callable[[], float]) -> Callable[[], float]:
    """A contender that runs on one of the two sets."""

    def run() -> float:
        with bench.on(which):
            return do()

    return run
