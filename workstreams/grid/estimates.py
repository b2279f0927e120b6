"""How many rows a condition would meet, guessed from PostgreSQL's own statistics of the table.

The guesses decide only which way is taken to the answer, never what the answer is; wrong ones cost time, and the ways
are built so that it is little. Each process reads the statistics once in five minutes, so a request costs nothing.
"""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

FRESH_FOR = 300  # seconds
# What is thought of a column that was never analysed.
UNKNOWN = 0.01

_STATISTICS = """
SELECT attname, null_frac, n_distinct, most_common_vals::text::text[], most_common_freqs, histogram_bounds::text::text[]
FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'workstreams_workstream' AND attname = ANY(%s)
"""
_ROWS = "SELECT reltuples FROM pg_class WHERE oid = 'workstreams_workstream'::regclass"
_READ_AS: dict[str, Any] = {
    "stage": int,
    "lead_id": int,
    "owner_id": int,
    "organization_id": int,
    "created_at": datetime.fromisoformat,
    "last_activity_at": datetime.fromisoformat,
    "intended_start": date.fromisoformat,
    "name_norm": str,
    "subscription_type": str,
    "entry_point": str,
    "opportunity_id": str,
}


@dataclass(frozen=True)
class Column:
    """What is known of a column: shares are parts of all rows, from 0 to 1."""

    nulls: float = UNKNOWN
    common: dict[Any, float] = field(default_factory=dict)
    # The share of one value that is not among the common ones.
    other: float = UNKNOWN
    bounds: Sequence[Any] = ()

    def equal(self, values: Collection[Any]) -> float:
        """The share of rows with one of these values."""
        return min(1.0, sum(self.common.get(value, self.other) for value in values))

    def between(self, low: Any, high: Any) -> float:
        """The share of rows from `low` to below `high`; None leaves an end open."""
        inside = sum(share for value, share in self.common.items() if not _outside(value, low, high))
        if len(self.bounds) < 2:
            return max(inside, UNKNOWN)
        first = 0 if low is None else bisect_left(self.bounds, low)
        last = len(self.bounds) if high is None else bisect_right(self.bounds, high)
        spread = 1 - self.nulls - sum(self.common.values())
        # A range inside one step of the histogram still has some part of it.
        return min(1.0, inside + spread * max(last - first, 0.5) / (len(self.bounds) - 1))

    def containing(self, part: str) -> float:
        """The share of texts with this part, as far as the values that were kept tell."""
        inside = sum(share for value, share in self.common.items() if part in value)
        if not self.bounds:
            return max(inside, UNKNOWN)
        hits = sum(part in value for value in self.bounds)
        return min(1.0, inside + max(hits, 0.3) / len(self.bounds))


@dataclass(frozen=True)
class Estimates:
    """What is known of the whole table."""

    rows: float
    columns: dict[str, Column]

    def __getitem__(self, column: str) -> Column:
        return self.columns.get(column) or Column()


_kept: dict[str, tuple[float, Estimates]] = {}


def estimates() -> Estimates:
    """The statistics as they were at most five minutes ago."""
    database = str(connection.settings_dict["NAME"])
    read_at, known = _kept.get(database, (0.0, None))
    if known is None or time.monotonic() - read_at > FRESH_FOR:
        known = _read()
        _kept[database] = time.monotonic(), known
    return known


def forget() -> None:
    """Read the statistics again at the next question; for tests that have made rows and analysed them."""
    _kept.clear()


def _read() -> Estimates:
    with connection.cursor() as cursor:
        # PostgreSQL writes moments as the session says; these are read back as ISO 8601.
        cursor.execute(_STATISTICS, [list(_READ_AS)])
        found = cursor.fetchall()
        cursor.execute(_ROWS)
        (rows,) = cursor.fetchone()
    columns = {row[0]: _column(row, max(rows, 1.0)) for row in found}
    return Estimates(max(float(rows), 0.0), columns)


def _column(row: tuple[Any, ...], rows: float) -> Column:
    name, nulls, distinct, values, shares, bounds = row
    read = _READ_AS[name]
    common = dict(zip(map(read, values or []), shares or [], strict=True))
    kinds = distinct if distinct >= 0 else -distinct * rows
    left = max(0.0, 1 - nulls - sum(common.values()))
    return Column(nulls, common, left / max(kinds - len(common), 1.0), [read(bound) for bound in bounds or []])


def _outside(value: Any, low: Any, high: Any) -> bool:
    return (low is not None and value < low) or (high is not None and value >= high)
