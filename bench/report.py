"""How a run is printed and kept: each goal with its figures beside their limits."""

import os
import platform
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from bench.frame import Goal, Line

Say = Callable[[str], None]


class Report:
    """Prints what it is told at once, and keeps it for the file of this run."""

    def __init__(self, say: Say = print) -> None:
        """An empty report."""
        self._say = say
        self._lines: list[str] = []
        self.judged = 0
        self.missed: list[str] = []

    def say(self, text: str = "") -> None:
        """Print and keep a line."""
        self._say(text)
        self._lines.append(text)

    def head(self, *, size: int, small_size: int, postgres: str, clock: str) -> None:
        """What was measured, where and when."""
        self.say(
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {size:,} WorkStreams beside {small_size:,},"
            f" PostgreSQL {postgres}, Python {platform.python_version()},"
            f" {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, by the {clock} clock"
        )

    def goal(self, goal: Goal, lines: Iterable[Line]) -> None:
        """Print a goal, line by line as its figures come."""
        self.say(f"\n{goal.number:>2}  {goal.title}")
        for line in lines:
            self.line(goal, line)

    def line(self, goal: Goal, line: Line) -> None:
        """One figure beside its limit."""
        figure = _number(line.figure) + line.unit
        limit = "" if line.limit is None else f"{'≥' if line.at_least else '≤'} {_number(line.limit)}{line.unit}"
        verdict = {True: "met", False: "NOT met", None: ""}[line.is_met]
        note = f"  ({line.note})" if line.note else ""
        self.say(f"    {line.what:<64} {figure:>10}  {limit:>10}  {verdict:<7}{note}".rstrip())
        self.judged += line.is_met is not None
        if line.is_met is False:
            self.missed.append(f"{goal.number} {line.what}")

    def foot(self, seconds: float) -> None:
        """The verdict in one line."""
        verdict = f"{len(self.missed)} of {self.judged} limits not met: {'; '.join(self.missed)}."
        if not self.missed:
            verdict = f"All {self.judged} limits were met."
        self.say(f"\n{verdict} ({seconds:.0f} s, load {os.getloadavg()[0]:.1f})")

    def keep(self, folder: Path) -> Path:
        """Write the report to a file of its own, and to latest.txt beside it."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.txt"
        file.write_text("\n".join(self._lines) + "\n")
        shutil.copyfile(file, folder / "latest.txt")
        return file


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.2f}"
