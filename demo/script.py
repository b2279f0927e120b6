"""How a story's script is written, and reading it.

One entry a line, in the order of time; `+2h` says how long after the entry before it (m, h or d; a few minutes when
nothing is said). A line that begins with no known name continues the text before it.

    maria +20m: a message in the chat
    (nadia +3m): an Internal Note
    * nadia +1d: advance gathering            one of the directions in `demo.stage`
    * elena +1h: back proposal -- the reason  what stands behind the dashes is free text
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

_LINE = re.compile(r"^(?P<mark>\* |\()?(?P<who>[a-z]+)(?: \+(?P<amount>[\d.]+)(?P<unit>[mhd]))?\)?: ?(?P<text>.*)$")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Kind(StrEnum):
    """What an entry is."""

    MESSAGE = "message"
    NOTE = "note"
    DIRECTION = "direction"


_MARKS = {None: Kind.MESSAGE, "(": Kind.NOTE, "* ": Kind.DIRECTION}


@dataclass
class Entry:
    """One entry. `after` is None where the script leaves the time open."""

    kind: Kind
    who: str
    after: timedelta | None
    text: str


def read(script: str, known: Set[str]) -> list[Entry]:
    """The entries of a script.

    Raises: ValueError when it begins with a line that belongs to nobody in `known`.
    """
    entries: list[Entry] = []
    for line in _lines(script):
        match = _LINE.match(line)
        if match is None or match["who"] not in known:
            if not entries:
                raise ValueError(f"Nobody says: {line}")
            entries[-1].text += f"\n{line}"
            continue
        after = timedelta(**{_UNITS[match["unit"]]: float(match["amount"])}) if match["amount"] else None
        entries.append(Entry(_MARKS[match["mark"]], match["who"], after, match["text"]))
    return entries


def _lines(script: str) -> Iterator[str]:
    return (line.strip() for line in script.strip().splitlines())
