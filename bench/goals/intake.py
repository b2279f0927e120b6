"""Goal 16: taking in what a vendor tells costs little more than an empty POST, and a repeat no more than a first."""

import asyncio
import json
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

from bench.frame import Bench, Line, Sample, goal
from bench.portal import HOST, Portal, portal

SECRET = "a-secret-of-the-bench-0123456789"  # noqa: S105  of a portal that lives for a minute
PUSH = "/webhooks/salesforce/stage/"
AT_ONCE = 16
# Less than the portal takes from Salesforce in a minute.
MOST = 3000
_numbers = count(1)


@goal(16, "A stage push of Salesforce, beside an empty POST to the same server")
def intake(bench: Bench) -> Iterator[Line]:
    """In turns: an empty POST, a push that is new, and the same once more; then sixteen at once."""
    with (
        bench.scratch() as url,
        portal(
            url,
            bench.valkey_url,
            DJANGO_SETTINGS_MODULE="bench.settings",
            SALESFORCE_FLOW_SECRETS=SECRET,
            ALLOWED_HOSTS=HOST,
        ) as running,
    ):
        alone = asyncio.run(_in_turns(running, bench.rounds(400)))
        at_once, seconds, others = asyncio.run(_all_at_once(running, min(MOST, max(64, bench.rounds(2000)))))
    empty, first, repeat = (alone[name] for name in ("empty", "first", "repeat"))
    note = f"{first.median:.2f} ms and {empty.median:.2f} ms"
    yield Line("a push, by an empty POST: median", first.median / empty.median, 3, note=note)
    yield Line("the same: p95", first.p95 / empty.p95)
    yield Line("a repeat, by a first: median", repeat.median / first.median, 1.1, note=f"{repeat.median:.2f} ms")
    rate = len(at_once.times) / seconds
    yield Line(f"{AT_ONCE} at once: pushes a second", rate, 500, unit="/s", at_least=True)
    yield Line("the same: p99", at_once.quantile(0.99), 50, unit=" ms", note=f"median {at_once.median:.0f} ms")
    yield Line("the same: answers that are no 200", others, 0, unit="")


def _push(number: int) -> bytes:
    body: dict[str, Any] = {
        "eventId": f"{number:032x}",
        "organizationId": "00D5g000000KqXyEAK",
        "opportunityId": "006A000000abcDEIAY",
        "stageName": "Proposal",
        "isClosed": False,
        "isWon": False,
        "systemModstamp": f"2026-03-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z",
    }
    return json.dumps(body).encode()


class _Sender:
    """One connection of a vendor, kept open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def to(cls, running: Portal) -> "_Sender":
        return cls(*await asyncio.open_connection("127.0.0.1", running.port))

    async def leave(self) -> None:
        """Close the connection."""
        self._writer.close()
        await self._writer.wait_closed()

    async def post(self, path: str, body: bytes) -> tuple[int, float]:
        """The status, and how long it took in milliseconds."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Portal-Token: {SECRET}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        began = time.perf_counter()
        self._writer.write(head.encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answer.partition("content-length: ")[2].partition("\r\n")[0])
        await self._reader.readexactly(length)
        return int(answer.split(" ", 2)[1]), (time.perf_counter() - began) * 1000


async def _in_turns(running: Portal, rounds: int) -> dict[str, Sample]:
    sender = await _Sender.to(running)
    times: dict[str, list[float]] = {"empty": [], "first": [], "repeat": []}
    for turn in range(rounds + 3):
        body = _push(next(_numbers))
        for name, path in (("empty", "/yardstick/empty/"), ("first", PUSH), ("repeat", PUSH)):
            status, took = await sender.post(path, b"" if name == "empty" else body)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}.")
            if turn >= 3:  # warm
                times[name].append(took)
    await sender.leave()
    return {name: Sample(found) for name, found in times.items()}


async def _all_at_once(running: Portal, pushes: int) -> tuple[Sample, float, int]:
    times: list[float] = []
    others = 0
    left = iter(range(pushes))

    async def push() -> None:
        nonlocal others
        sender = await _Sender.to(running)
        for _ in left:
            status, took = await sender.post(PUSH, _push(next(_numbers)))
            times.append(took)
            others += status != 200
        await sender.leave()

    began = time.perf_counter()
    await asyncio.gather(*(push() for _ in range(AT_ONCE)))
    return Sample(times), time.perf_counter() - began, others
