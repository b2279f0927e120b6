"""Several people at once, for real: threads with connections and commits of their own."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction

from activity.models import SystemActor
from workstreams.actions import lock
from workstreams.models import WorkStream


def in_threads(*acts: Callable[[], Any]) -> list[Future[Any]]:
    """Start every act in a thread; ask each future for its result."""

    def act_and_leave(act: Callable[[], Any]) -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    threads = ThreadPoolExecutor(len(acts))
    futures = [threads.submit(act_and_leave, act) for act in acts]
    threads.shutdown(wait=False)
    return futures


@contextmanager
def held(workstream: WorkStream, *, counter: bool = False) -> Iterator[None]:
    """Hold a WorkStream's row, or its counter, as another transaction would, until the block ends."""
    with transaction.atomic():
        if counter:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO chat_counter (workstream_id, last_message, last_note) VALUES (%s, 0, 0) "
                    "ON CONFLICT (workstream_id) DO UPDATE SET last_note = chat_counter.last_note",
                    [workstream.pk],
                )
        else:
            lock(workstream, SystemActor.PORTAL)
        yield


def await_waiting(count: int) -> None:
    """Return when so many other transactions wait for a lock."""
    deadline = time.monotonic() + 10
    pause = threading.Event()
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction the first picture would stay
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= count:
                return
        pause.wait(0.01)
    raise AssertionError(f"Fewer than {count} transactions wait.")
