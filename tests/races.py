"""Let acts collide for certain, instead of hoping that they do."""

import threading
import time
from collections.abc import Callable

from django.db import connection, transaction

from workstreams.models import WorkStream

PATIENCE = 10.0  # seconds; no test waits this long when all is well


def all_at_once(workstream: WorkStream, *acts: Callable[[], object]) -> list[object]:
    """Run acts that lock this WorkStream so that all have begun before the first may go on.

    The row is held until every act waits for it; then it is let go. Returns what each returned, or the exception it
    raised. For tests with `transaction=True`, whose rows other connections can see.
    """
    results: list[object] = [None] * len(acts)

    def run(number: int) -> None:
        try:
            results[number] = acts[number]()
        except Exception as error:  # noqa: BLE001  the test looks at it
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(acts))]
    with transaction.atomic():
        WorkStream.objects.select_for_update().get(pk=workstream.pk)
        for thread in threads:
            thread.start()
        _until_all_wait(len(threads))
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "An act is still waiting."
    return results


def _until_all_wait(count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    waiting = 0
    while waiting < count:
        assert time.monotonic() < deadline, f"Only {waiting} of {count} acts came to wait for the row."
        with connection.cursor() as cursor:
            # Within a transaction the view is read once, unless told to look again.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            (waiting,) = cursor.fetchone()
