"""Goal 17: ten times more people than threads open no more connections, and nobody gets an error."""

import asyncio
import threading
import time
from collections import Counter as Tally
from collections.abc import Iterator

import psycopg2
from redis import Redis

from bench import cast
from bench.frame import Bench, Line, Sample, goal
from bench.goals.live import last_of
from bench.goals.messages import led_by
from bench.portal import Scene, at, portal, session_of

THREADS, TIMES = 8, 10
FOR_STREAMS = 5  # chat/live/questions.py, and the thread that admits them
OPEN_STREAMS = 50
SERVER_ERROR = 500


class Watch:
    """Counts, again and again, the connections that a portal holds to PostgreSQL and to Redis."""

    def __init__(self, url: str, valkey: str) -> None:
        """Nothing was seen yet."""
        self.to_postgres = self.to_redis = 0
        self._valkey = Redis.from_url(valkey)
        self._others = len(self._valkey.client_list())
        self._link = psycopg2.connect(url)
        self._link.autocommit = True
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._link.close()
        self._valkey.close()

    def _look(self) -> None:
        with self._link.cursor() as cursor:
            while not self._is_over.wait(0.05):
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
                )
                self.to_postgres = max(self.to_postgres, *(int(count) for (count,) in cursor.fetchall()))
                self.to_redis = max(self.to_redis, len(self._valkey.client_list()) - self._others)


@goal(17, "Ten times more requests at once than threads, beside open streams")
def connections(bench: Bench) -> Iterator[Line]:
    """Eighty people press all the time; the grid, a WorkStream, and posting."""
    with bench.scratch() as url:
        with at(url):
            author = cast.leads()[0]
            cookies, workstream = session_of(author), led_by(author)
            last = last_of(workstream)
        with (
            portal(url, bench.valkey_url, WEB_THREADS=str(THREADS), WEB_QUEUE_SECONDS="60") as running,
            Watch(url, bench.valkey_url) as watch,
        ):
            seconds = max(2.0, 15 * bench.effort)
            answers, times = asyncio.run(_press(Scene(running, cookies, workstream.public_id, last), seconds))
    failed = sum(count for status, count in answers.items() if status >= SERVER_ERROR)
    note = f"{len(times.times)} answers, median {times.median:.0f} ms, p95 {times.p95:.0f} ms"
    yield Line(
        f"connections to PostgreSQL, {THREADS * TIMES} at once", watch.to_postgres, THREADS + FOR_STREAMS, unit=""
    )
    yield Line("connections to Redis", watch.to_redis, 2 * THREADS + 12, unit="")
    yield Line("answers of 500 and above", failed, 0, unit="", note=note)
    others = sum(count for status, count in answers.items() if status != 200 and status < SERVER_ERROR)
    yield Line("other answers than 200", others, 0, unit="")


async def _press(scene: Scene, seconds: float) -> tuple["Tally[int]", Sample]:
    """How often each status was answered, and how long answers took in milliseconds."""
    streams = await scene.listeners(OPEN_STREAMS)
    answers: Tally[int] = Tally()
    times: list[float] = []
    until = time.monotonic() + seconds

    async def press(number: int) -> None:
        visitor = await scene.visitor()
        turn = number
        while time.monotonic() < until:
            turn += 1
            began = time.perf_counter()
            if turn % 3 == 0:
                status, _ = await visitor.say(scene.workstream, "One of many")
            else:
                page = "/workstreams/" if turn % 3 == 1 else f"/workstreams/{scene.workstream}/"
                status, _ = await visitor.get(page)
            times.append((time.perf_counter() - began) * 1000)
            answers[status] += 1
        visitor.leave()

    await asyncio.gather(*(press(number) for number in range(THREADS * TIMES)))
    streams.leave()
    return answers, Sample(times)
