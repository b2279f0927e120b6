"""Goals 10 and 11: what storing a message costs, and that its number is right whatever happens to who stores it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from accounts.models import User
from bench import cast
from bench.frame import Bench, Line, goal, race, stopwatch
from bench.peer import TOKEN
from bench.portal import at
from bench.writers import key_of
from chat import actions
from chat.append import append
from chat.models import Counter, Message
from tools.environment import ROOT
from workstreams.choices import Side
from workstreams.models import WorkStream

TEXT = "Could you look at the second batch? Some of the labels on the left side are missing." + " Thank you!" * 2
WRITERS, EACH, KILLS = 16, 60, 12


def led_by(person: User) -> WorkStream:
    """An open WorkStream that this colleague leads and is a member of."""
    found = WorkStream.objects.open().filter(lead=person, memberships__user=person).order_by("pk").first()
    assert found is not None  # noqa: S101  the generated leads lead something
    return found


@goal(10, "A message: number, text, read mark and event in one transaction, beside one bare insert with its commit")
def message(bench: Bench) -> Iterator[Line]:
    """Takes turns between a bare insert, the message's transaction, and the whole action."""
    with bench.scratch() as url, at(url):
        author = cast.leads()[0]
        workstream = led_by(author)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, workstream_id bigint, body text)")

        def bare() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("INSERT INTO bare (workstream_id, body) VALUES (%s, %s)", [workstream.pk, TEXT])

        def stored() -> None:
            entry = Message(workstream=workstream, author=author, side=Side.TEAM, body=TEXT, client_key=uuid4())
            with transaction.atomic():
                append(entry, also_closed=True)

        def posted() -> None:
            actions.post_message(workstream=workstream, author=author, body=TEXT, client_key=uuid4())

        def told() -> None:
            entry = Message(workstream=workstream, author=author, side=Side.TEAM, body=TEXT, client_key=uuid4())
            with override_settings(INTERCOM_TOKEN=TOKEN), transaction.atomic():
                append(entry, also_closed=True)
                # Asking a worker to start comes after the commit, and is no part of the transaction.
                connection.run_on_commit.clear()

        workstream.last_activity_at = timezone.now()
        posted()
        ways = {"bare": bare, "stored": stored, "told": told, "posted": posted}
        found = race({name: _timed(way) for name, way in ways.items()}, rounds=bench.rounds(400))
        with CaptureQueriesContext(connection) as asked:
            posted()
        by_bare = found["bare"].median
        note = f"{found['stored'].median:.2f} ms and {by_bare:.2f} ms"
        yield Line("the transaction, by the bare insert: median", found["stored"].median / by_bare, 2, note=note)
        yield Line("the same: p95", found["stored"].p95 / found["bare"].p95)
        note = f"{found['told'].median:.2f} ms"
        yield Line("with a delivery to a vendor: median", found["told"].median / by_bare, 2, note=note)
        note = "with the look at the membership, and telling the open pages after the commit"
        yield Line("the whole action, by the bare insert: median", found["posted"].median / by_bare, note=note)
        yield Line("statements of an action, BEGIN and COMMIT included", len(asked), 4, unit="")
        times = bench.rounds(500)
        yield Line("WAL per message", _wal(posted, times), 1500, unit=" B", note=f"bare: {_wal(bare, times):.0f} B")


def _timed(way: Callable[[], None]) -> Callable[[], float]:
    return lambda: stopwatch(way)


def _wal(way: Callable[[], None], times: int) -> float:
    """Bytes of WAL each time, once the pages have been written whole after a checkpoint."""
    for _ in range(max(10, times // 5)):
        way()
    before = _wal_position()
    for _ in range(times):
        way()
    return (_wal_position() - before) / times


def _wal_position() -> int:
    """Bytes of WAL so far: this connection's own, where PostgreSQL (18) counts them, else the server's."""
    if connection.cursor().connection.server_version >= 180_000:
        cast.rows_of("SELECT pg_stat_force_next_flush()::text")
        return int(cast.rows_of("SELECT wal_bytes FROM pg_stat_get_backend_wal(pg_backend_pid())")[0][0])
    return int(cast.rows_of("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")[0][0])


# --- Numbers -----------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What a reader saw who asked for everything after the last number they knew, over and over."""

    numbers: list[int]
    looks: int = 0

    def look(self, workstream: WorkStream) -> None:
        """Ask once."""
        last = self.numbers[-1] if self.numbers else 0
        self.numbers += Message.objects.filter(workstream=workstream).after(last).values_list("number", flat=True)
        self.looks += 1


@goal(11, "Numbers: 16 writers in processes of their own, some killed, sending again with the same keys")
def numbers(bench: Bench) -> Iterator[Line]:
    """Writers write, a reader asks "after N"; at the end the two must agree."""
    each, kills = max(3, bench.rounds(EACH)), max(2, bench.rounds(KILLS))
    with bench.scratch() as url, at(url):
        author = cast.leads()[0]
        workstream = led_by(author)
        counter = Counter.objects.filter(workstream=workstream).first()
        first = counter.last_message if counter else 0
        writing = subprocess.Popen(
            [sys.executable, "-m", "bench.writers", *map(str, (workstream.pk, author.pk, WRITERS, each, kills))],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"},
        )
        told = Told([first])
        while writing.poll() is None:
            told.look(workstream)
        told.look(workstream)
        stored = list(Message.objects.filter(workstream=workstream).after(first).values_list("number", "client_key"))
        seen, there = told.numbers[1:], [number for number, _ in stored]
        keys = {key for _, key in stored}
        expected = {key_of(writer, number) for writer in range(WRITERS) for number in range(each)}
        yield Line("writers that gave up", int(writing.returncode != 0), 0, unit="")
        note = f"of {len(expected)}; {kills} writers were killed"
        yield Line("messages lost", len(expected - keys), 0, unit="", note=note)
        yield Line("messages stored twice", len(there) - len(expected & keys), 0, unit="")
        yield Line("gaps in the numbers", there[-1] - first - len(there) if there else 1, 0, unit="")
        yield Line("numbers the reader never saw", len(set(there) - set(seen)), 0, unit="", note=f"{told.looks} looks")
        yield Line(
            "numbers the reader saw twice or late", len(seen) - len(set(seen)) + (seen != sorted(seen)), 0, unit=""
        )
