"""What goes wrong on the way to a vendor or in it, and how often."""

import itertools
import random
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any


@dataclass
class Fault:
    """A rule: requests it fits get this instead of, or besides, their answer.

    With a `status` the vendor answers with its own error body of it (`code` chooses the vendor's word, `headers` are
    added, `body` replaces it); with `html` a page that is no JSON (200 unless a status is named); with `drop` the
    connection breaks without an answer. With none of them the answer is the right one, after `seconds`. The request has
    its effect where `has_effect` says so: before those seconds. A mere delay without it has its effect after them.
    """

    vendor: str = "*"
    method: str = "*"
    # A shell pattern over the path below the vendor's mount: "/conversations/*".
    path: str = "*"
    status: int | None = None
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    html: bool = False
    drop: bool = False
    # How long the answer takes, before it and after the effect.
    seconds: float = 0.0
    has_effect: bool = False
    # The requests it lets pass first, and those it then hits; None: until it is taken away.
    skip: int = 0
    times: int | None = 1
    # Below 1 it hits at random.
    chance: float = 1.0
    number: int = 0
    hits: int = 0

    @property
    def is_mere_delay(self) -> bool:
        """Whether the request gets its right answer, only later."""
        return self.status is None and not self.html and not self.drop

    def fits(self, vendor: str, method: str, path: str) -> bool:
        """Whether it speaks of this request."""
        return fnmatchcase(vendor, self.vendor) and self.method in {"*", method} and fnmatchcase(path, self.path)


class Faults:
    """The rules that stand."""

    def __init__(self) -> None:
        """None stands; the dice are the same at every start."""
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._rules: list[Fault] = []
        self.dice = random.Random(0)  # noqa: S311  a test is to be repeatable

    def add(self, vendor: str = "*", method: str = "*", path: str = "*", **what: Any) -> Fault:
        """Let requests go wrong; the words are those of Fault."""
        fault = Fault(vendor=vendor, method=method, path=path, **what)
        with self._lock:
            fault.number = next(self._numbers)
            self._rules.append(fault)
        return fault

    def remove(self, number: int) -> None:
        """Take one away; harmless when it is gone."""
        with self._lock:
            self._rules = [rule for rule in self._rules if rule.number != number]

    def clear(self) -> None:
        """All goes well again."""
        with self._lock:
            self._rules = []
            self._numbers = itertools.count(1)
            self.dice.seed(0)

    def standing(self) -> list[Fault]:
        """The rules that may still hit."""
        with self._lock:
            return list(self._rules)

    def take(self, vendor: str, method: str, path: str) -> Fault | None:
        """The fault that hits this request, if any: the oldest that fits and is not used up."""
        with self._lock:
            for rule in self._rules:
                if not rule.fits(vendor, method, path):
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    continue
                if rule.chance < 1 and self.dice.random() >= rule.chance:
                    continue
                rule.hits += 1
                if rule.times is not None:
                    rule.times -= 1
                    if rule.times == 0:
                        self._rules.remove(rule)
                return rule
        return None
