"""Goals 12 to 14: how soon the others see a message, how many can look on, and what a stream lives through."""

import asyncio
import json
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from redis import Redis

from accounts.models import User
from bench import cast
from bench.frame import Bench, Line, Sample, goal
from bench.goals.messages import led_by
from bench.portal import Portal, Scene, Visitor, at, portal, session_of, until
from chat.live.channels import Kind, channel_of
from chat.live.hub import Hub, hub
from chat.live.questions import Mark, Marks, Reader
from chat.live.stream import Stream
from chat.models import Counter
from tools.guard import Guard
from tools.services import find_place, start_valkey
from workstreams.models import WorkStream

TEXT = "The second batch is on its way."
STREAMS, A_SECOND = 200, 60
LOOKING_ON = 1000


# --- 12 ----------------------------------------------------------------------------------------------------------


@goal(12, "A message is on another open page soon after it is sent")
def visible(bench: Bench) -> Iterator[Line]:
    """Takes turns between a portal that tells the open pages and one that does not, then puts the first under load."""
    with bench.scratch() as url:
        with at(url):
            author = cast.leads()[0]
            cookies, one = session_of(author), led_by(author)
            last = last_of(one)
            many = list(WorkStream.objects.open().order_by("pk").values_list("public_id", flat=True)[:40])
        with (
            portal(url, bench.valkey_url) as telling,
            portal(url, bench.valkey_url, entry="bench.silent:application") as silent,
        ):
            scene = Scene(telling, cookies, one.public_id, last)
            seen, sent = asyncio.run(_in_turns(scene, silent, bench.rounds(150)))
            note = f"{seen.median:.1f} ms and {sent.median:.1f} ms"
            yield Line("seen elsewhere, by a POST that tells nobody: median", seen.median / sent.median, 1.5, note=note)
            note = f"{seen.p95:.1f} ms and {sent.p95:.1f} ms"
            yield Line("the same: p95", seen.p95 / sent.p95, 2, note=note)
            seconds = max(1.0, 10 * bench.effort)
            times, failed, lost, doubled = asyncio.run(_under_load(telling, cookies, many, seconds))
            note = f"median {times.median:.1f} ms, {seconds:.0f} s"
            yield Line(f"{STREAMS} streams, {A_SECOND} posts a second: p95", times.p95, 40, unit=" ms", note=note)
            yield Line("posts refused", failed, 0, unit="")
            yield Line("messages lost on the way", lost, 0, unit="", note=f"of {len(times.times)}")
            yield Line("messages that came twice or late", doubled, 0, unit="")


def last_of(workstream: WorkStream) -> int:
    """The number of the last message."""
    counter = Counter.objects.filter(workstream=workstream).first()
    return counter.last_message if counter else 0


async def _in_turns(scene: Scene, silent: Portal, rounds: int) -> tuple[Sample, Sample]:
    """Milliseconds until a message is on another stream, and until a POST is answered that tells nobody."""
    others = await scene.listeners(1)
    [other] = others
    by_telling, by_silent = await scene.visitor(), await Visitor.of(silent, scene.cookies)
    seen: list[float] = []
    sent: list[float] = []

    async def until_seen() -> None:
        began = time.perf_counter()
        _, number = await by_telling.say(scene.workstream, TEXT)
        await until(lambda: others.have(number))
        seen.append((other.came[number] - began) * 1000)

    async def until_answered() -> None:
        began = time.perf_counter()
        await by_silent.say(scene.workstream, TEXT)
        sent.append((time.perf_counter() - began) * 1000)

    for turn in range(rounds + 5):
        for way in (until_seen, until_answered) if turn % 2 else (until_answered, until_seen):
            await way()
    others.leave()
    for visitor in (by_telling, by_silent):
        visitor.leave()
    return Sample(seen[5:]), Sample(sent[5:])  # the first ones wake everything up


async def _under_load(
    running: Portal, cookies: str, workstreams: list[UUID], seconds: float
) -> tuple[Sample, int, int, int]:
    """Milliseconds from sending to every stream that should hear; posts refused, messages lost, come twice or late."""
    # After a number that nobody has reached: from the last message on.
    scenes = [Scene(running, cookies, workstream, 10**8) for workstream in workstreams]
    streams = {scene.workstream: await scene.listeners(STREAMS // len(workstreams)) for scene in scenes}
    sent: list[tuple[UUID, int, float]] = []
    failed = 0

    async def post(visitor: Visitor, first: int, of: int) -> None:
        nonlocal failed
        begun = time.perf_counter()
        for turn in range(int(seconds * A_SECOND / of)):
            await asyncio.sleep(max(0.0, begun + (turn + first / of) * of / A_SECOND - time.perf_counter()))
            workstream = workstreams[(turn * of + first) % len(workstreams)]
            began = time.perf_counter()
            status, number = await visitor.say(workstream, TEXT)
            if status == 200:
                sent.append((workstream, number, began))
            else:
                failed += 1

    visitors = [await Visitor.of(running, cookies) for _ in range(8)]
    await asyncio.gather(*(post(visitor, number, len(visitors)) for number, visitor in enumerate(visitors)))
    await until(lambda: all(streams[workstream].have(number) for workstream, number, _ in sent))
    lost = sum(streams[workstream].lost([number]) for workstream, number, _ in sent)
    doubled = sum(audience.out_of_order() for audience in streams.values())
    times = [
        (listener.came[number] - began) * 1000
        for workstream, number, began in sent
        for listener in streams[workstream]
        if number in listener.came
    ]
    for audience in streams.values():
        audience.leave()
    for visitor in visitors:
        visitor.leave()
    return Sample(times), failed, lost, doubled


# --- 13 ----------------------------------------------------------------------------------------------------------


class _Still(Reader):
    """A reader whom the database has nothing new to tell, so that only the way through the hub is measured."""

    def last_marks(self) -> Marks:
        """Nothing but what was sent."""
        return {kind: Mark(0, 0) for kind in self.kinds}

    def entries_after(self, kind: Kind, number: int) -> list[tuple[int, str]]:  # noqa: ARG002  as a reader is asked
        """Nothing."""
        return []

    def changes_after(self, kind: Kind, change: int) -> list[tuple[int, int, str]]:  # noqa: ARG002  the same
        """Nothing."""
        return []


@goal(13, "A thousand open pages of one WorkStream: until the last has it")
def looking_on(bench: Bench) -> Iterator[Line]:
    """The hub's own fan-out in memory, the same with Redis before it, and real streams of a real server."""
    looking_on = max(50, bench.rounds(LOOKING_ON))
    in_memory, through_redis = asyncio.run(_through_the_hub(looking_on, bench.rounds(40)))
    note = f"{through_redis.median:.1f} ms and {in_memory.median:.1f} ms"
    what = f"published to the last of {looking_on:,}, by the fan-out in memory: median"
    yield Line(what, through_redis.median / in_memory.median, 3, note=note)
    yield Line("the same: p95", through_redis.p95 / in_memory.p95)
    with bench.scratch() as url:
        with at(url):
            author = cast.leads()[0]
            cookies, workstream = session_of(author), led_by(author)
            last = last_of(workstream)
        with portal(url, bench.valkey_url) as running:
            scene = Scene(running, cookies, workstream.public_id, last)
            times, lost, doubled = asyncio.run(_over_sockets(scene, looking_on, bench.rounds(40)))
    yield Line("POST to the last of as many sockets: median", times.median, unit=" ms", note=f"p95 {times.p95:.0f} ms")
    yield Line("messages lost on the way", lost, 0, unit="")
    yield Line("messages that came twice or late", doubled, 0, unit="")


async def _through_the_hub(looking_on: int, rounds: int) -> tuple[Sample, Sample]:
    """Milliseconds until the last of so many streams has an event: handed to the hub, and published to Redis."""
    listening: Hub = hub()
    reader = _Still("", UUID(int=secrets.randbits(128)), (Kind.MESSAGE,))
    channel = channel_of(Kind.MESSAGE, reader.public_id)
    arrived: dict[int, int] = {}
    done = asyncio.Event()

    async def read(stream: Stream) -> None:
        async for frame in stream.frames():
            if frame.startswith(b"id: "):
                number = int(frame[4 : frame.index(b"-")])
                arrived[number] = arrived.get(number, 0) + 1
                if arrived[number] == looking_on:
                    done.set()

    streams = [Stream(listening, reader, {Kind.MESSAGE: Mark(0, 0)}) for _ in range(looking_on)]
    tasks = [asyncio.create_task(read(stream)) for stream in streams]
    await until(lambda: listening.is_connected)
    await asyncio.sleep(1 + looking_on / 1000)  # until all have asked the database once
    publisher = Redis.from_url(os.environ["REDIS_URL"])
    times: dict[str, list[float]] = {"memory": [], "redis": []}
    for turn in range(2 * rounds + 4):
        way = "redis" if turn % 2 else "memory"
        payload = json.dumps({"number": turn + 1, "html": "<p>Hello</p>" * 20})
        done.clear()
        await asyncio.sleep(0.05)  # until all streams rest again
        began = time.perf_counter()
        if way == "redis":
            publisher.publish(channel, payload)
        else:
            listening._deliver(channel, payload.encode())  # noqa: SLF001  what the listener itself calls
        await done.wait()
        if turn >= 4:
            times[way].append((time.perf_counter() - began) * 1000)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    publisher.close()
    return Sample(times["memory"]), Sample(times["redis"])


async def _over_sockets(scene: Scene, looking_on: int, rounds: int) -> tuple[Sample, int, int]:
    """Milliseconds from sending to the last socket; messages lost; streams on which one came twice or late."""
    streams, visitor = await scene.listeners(looking_on), await scene.visitor()
    times, lost = [], 0
    for turn in range(rounds + 2):
        began = time.perf_counter()
        _, number = await visitor.say(scene.workstream, TEXT)
        await until(lambda: streams.have(number))  # noqa: B023  awaited here
        if missing := streams.lost([number]):
            lost += missing
        elif turn >= 2:
            times.append((max(listener.came[number] for listener in streams) - began) * 1000)
    streams.leave()
    visitor.leave()
    return Sample(times or [float("inf")]), lost, streams.out_of_order()


# --- 14 ----------------------------------------------------------------------------------------------------------


@goal(14, "Streams live through a minute of silence and a restart of Redis, and miss nothing")
def enduring(bench: Bench) -> Iterator[Line]:
    """Nobody says anything for a minute; then Redis goes away, people go on talking, and it comes back."""
    silence = max(2.0, 60 * bench.effort)
    with bench.scratch() as url, _own_valkey() as (guard, valkey):
        with at(url):
            author: User = cast.leads()[0]
            cookies, workstream = session_of(author), led_by(author)
            last = last_of(workstream)
        with portal(url, valkey, LIVE_POLL_SECONDS="1") as running:
            scene = Scene(running, cookies, workstream.public_id, last)
            ended, lost, doubled = asyncio.run(_endure(scene, guard, silence))
    yield Line(f"streams that ended, of 20 ({silence:.0f} s of silence)", ended, 0, unit="")
    yield Line("messages lost, of 15 on each", lost, 0, unit="")
    yield Line("streams on which one came twice or late", doubled, 0, unit="")


@contextmanager
def _own_valkey() -> Iterator[tuple[Guard, str]]:
    """A server that may be ended; its guard and its address."""
    folder = Path(tempfile.mkdtemp(prefix="bench-valkey-"))
    folder.chmod(0o755)
    place = find_place(folder)
    with Guard(remove=place.folder) as guard:
        yield guard, start_valkey(guard, place, logs=place.folder)


async def _endure(scene: Scene, guard: Guard, silence: float) -> tuple[int, int, int]:
    """How many streams ended, messages were lost, and streams had one twice, out of 20 streams and 15 messages."""
    streams, visitor = await scene.listeners(20), await scene.visitor()
    await asyncio.sleep(silence)
    said = [await visitor.say(scene.workstream, "after the silence") for _ in range(5)]
    await asyncio.to_thread(guard.stop, "valkey")
    said += [await visitor.say(scene.workstream, "while Redis is away") for _ in range(5)]
    await asyncio.to_thread(guard.start_again, "valkey")
    said += [await visitor.say(scene.workstream, "since it is coming back") for _ in range(5)]
    numbers = [number for _, number in said]
    await until(lambda: not streams.lost(numbers))
    found = sum(listener.has_ended for listener in streams), streams.lost(numbers), streams.out_of_order()
    streams.leave()
    visitor.leave()
    return found
