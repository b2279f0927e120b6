"""The bench's own PostgreSQL and Valkey, and a database per size that is kept until its recipe changes.

Everything is in `.bench/`, which git ignores (BENCH_STATE moves it). `python -m bench serve` leaves the servers running
for as long as it runs; a bench started meanwhile uses those. BENCH_DATABASE_URL names a server of your own instead: its
databases `bench` and `bench_<size>` are then made, filled and dropped.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from tools.environment import ROOT, bench_folder, read_environment, write_environment
from tools.guard import Guard
from tools.run import take_lock
from tools.services import find_place, start_postgres, start_valkey

FULL_SIZE = 1_000_000


def postgres_settings() -> list[str]:
    """What a database server of this size would be given: docs/performance.md says what the figures rest on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20  # MiB
    return [
        f"shared_buffers={min(4096, max(128, memory // 8))}MB",
        f"effective_cache_size={max(256, memory // 2)}MB",
        "work_mem=16MB",
        "jit=off",
        "synchronous_commit=on",
        "random_page_cost=1.1",
        "max_wal_size=8GB",
        "checkpoint_timeout=30min",
        "autovacuum_vacuum_scale_factor=0.02",
    ]


@contextmanager
def services() -> Iterator[tuple[str, str]]:
    """The addresses of PostgreSQL and Valkey; started here unless `python -m bench serve` runs already."""
    state = bench_folder()
    lock = take_lock(state)
    if lock is None:
        known = read_environment(state / "env")
        yield known["DATABASE_URL"], known["REDIS_URL"]
        return
    logs = state / "logs"
    logs.mkdir(exist_ok=True)
    with Guard(hold=[lock]) as guard:
        place = find_place(state / "services")
        given = os.environ.get("BENCH_DATABASE_URL")
        database = given or start_postgres(guard, place, logs=logs, settings=postgres_settings())
        valkey = start_valkey(guard, place, logs=logs)
        write_environment(state / "env", {"DATABASE_URL": database, "REDIS_URL": valkey})
        yield database, valkey
    os.close(lock)


# --- Databases ---------------------------------------------------------------------------------------------------


def database_name(size: int) -> str:
    """The database of a size; the usual one has the short name."""
    return "bench" if size == FULL_SIZE else f"bench_{size}"


def with_database(url: str, name: str) -> str:
    """The same server's address with another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def recipe() -> dict[str, str]:
    """What a set is made by: the generator and every migration, each with a word that changes when its file does."""
    files = [ROOT / "bench" / "generate.py", *sorted(ROOT.glob("*/migrations/[0-9]*.py"))]
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in files}


class State(StrEnum):
    """What there is of a set."""

    NONE = "there is none, or it was made by another recipe"
    BEHIND = "only migrations were added since"
    FRESH = "it is as it would be made now"


def state_of(url: str, size: int) -> State:
    """Whether the kept set of this size can be used."""
    with _connected(url) as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database_name(size)]
        )
        row = cursor.fetchone()
    made_by: dict[str, str] = json.loads(row[0]) if row and row[0] else {}
    now = recipe()
    if made_by == now:
        return State.FRESH
    return State.BEHIND if made_by and made_by.items() <= now.items() else State.NONE


def empty(url: str, size: int) -> str:
    """Drop the database of this size and make it anew, without tables; its address."""
    name = sql.Identifier(database_name(size))
    with _connected(url) as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))
    return with_database(url, database_name(size))


def migrate(url: str) -> None:
    """Bring a database to the shape of today's models, in a process of its own: Django knows one address."""
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url, "DB_STATEMENT_TIMEOUT_MS": "0"},
        check=True,
    )


def vacuum(url: str) -> None:
    """Give back what was deleted and look at the data anew, as autovacuum would in time."""
    with _connected(url) as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def version(url: str) -> str:
    """PostgreSQL's own version."""
    with _connected(url) as cursor:
        number = cursor.connection.server_version
    return f"{number // 10_000}.{number % 10_000}"


def mark_fresh(url: str, size: int) -> None:
    """Remember that the database of this size was made by today's recipe."""
    with _connected(url) as cursor:
        name = sql.Identifier(database_name(size))
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(json.dumps(recipe()))))


def newest_moment() -> datetime:
    """When the newest row of data made now was touched: a minute ago, so that nothing lies in the future."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)


@contextmanager
def _connected(url: str) -> Iterator["psycopg2.extensions.cursor"]:
    link = psycopg2.connect(url)
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            yield cursor
    finally:
        link.close()
