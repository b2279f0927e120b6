"""Which requests came, what they got, and which broke the vendor's description."""

import itertools
import json
import threading
from collections import deque
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

KEPT = 20_000


@dataclass
class Entry:
    """One request. `path` is the one below the vendor's mount; the token is not kept."""

    number: int
    at: float
    vendor: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    status: int | None = None
    fault: str = ""
    violations: list[str] = field(default_factory=list)

    def json(self) -> Any:
        """What was sent, read as JSON."""
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.vendor}:{self.path} -> {self.status or 'no answer'}"


class Log:
    """The latest requests, oldest first."""

    def __init__(self) -> None:
        """Empty."""
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._violations: list[str] = []

    def write(self, **what: Any) -> Entry:
        """Note a request that has come in."""
        with self._lock:
            entry = Entry(number=next(self._numbers), **what)
            self._entries.append(entry)
        return entry

    def violate(self, entry: Entry, sentences: list[str]) -> None:
        """Note what is wrong with a request of ours."""
        with self._lock:
            entry.violations += sentences
            self._violations += [f"{entry.method} {entry.vendor}:{entry.path}: {sentence}" for sentence in sentences]

    def of(self, vendor: str = "*", method: str = "*", path: str = "*") -> list[Entry]:
        """The requests to a vendor, with a method, to a path (a shell pattern)."""
        with self._lock:
            return [
                entry
                for entry in self._entries
                if vendor in {"*", entry.vendor} and method in {"*", entry.method} and fnmatchcase(entry.path, path)
            ]

    @property
    def violations(self) -> list[str]:
        """Everything we sent that the vendor's description does not allow."""
        with self._lock:
            return list(self._violations)

    def forgive(self) -> list[str]:
        """Hand out the violations and forget them: for a test that means to break the description."""
        with self._lock:
            found, self._violations = self._violations, []
        return found

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._violations = []
