"""Pieces of SQL with their parameters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from workstreams.grid.conditions import Condition


@dataclass(frozen=True)
class Sql:
    """A piece of a statement. The text is ours; whatever came from outside is a parameter."""

    text: str
    params: tuple[Any, ...] = ()

    @staticmethod
    def join(between: str, pieces: Sequence["Sql"]) -> "Sql":
        """The pieces one behind the other."""
        return Sql(between.join(piece.text for piece in pieces), tuple(p for piece in pieces for p in piece.params))


def joined(conditions: Iterable[Condition]) -> tuple[str, tuple[Any, ...]]:
    """All conditions at once, as text and parameters."""
    listed = list(conditions)
    text = " AND ".join(condition.sql for condition in listed) or "true"
    return text, tuple(param for condition in listed for param in condition.params)
