"""Goals 19 and 20: five hundred open pages on one web process, and the page of a WorkStream that holds a great deal."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

from django.db import connection
from django.test import Client

from accounts.models import User
from bench import cast
from bench.frame import Bench, Line, Sample, goal, race, statements, stopwatch
from bench.goals.live import TEXT, last_of
from bench.goals.messages import led_by
from bench.portal import Audience, Listener, Portal, Scene, at, portal, session_of, until
from chat.models import ReadMark
from workstreams.choices import Side
from workstreams.models import Attachment, Membership, WorkStream

STREAMS = 500
MESSAGES, MEMBERS, ATTACHMENTS = 5_000, 200, 300


# --- 19 ----------------------------------------------------------------------------------------------------------


@goal(
    19, "Five hundred open pages on one web process, until the last has a message, by a bare fan-out to as many sockets"
)
def many_streams(bench: Bench) -> Iterator[Line]:
    """The same message to as many sockets, once from a list in memory and once through the whole portal."""
    streams, rounds = max(40, bench.rounds(STREAMS)), bench.rounds(40)
    with bench.scratch() as url:
        with at(url):
            author = cast.leads()[0]
            cookies, workstream = session_of(author), led_by(author)
            last = last_of(workstream)
        with portal(url, bench.valkey_url) as running:
            scene = Scene(running, cookies, workstream.public_id, last)
            told, bare, lost = asyncio.run(_in_turns(scene, streams, rounds))
    note = f"{told.median:.1f} ms and {bare.median:.1f} ms"
    yield Line(f"answered to the last of {streams}, by the fan-out: median", told.median / bare.median, 3, note=note)
    yield Line("the same: p95", told.p95 / bare.p95)
    yield Line("messages lost on the way", lost, 0, unit="")


async def _in_turns(scene: Scene, count: int, rounds: int) -> tuple[Sample, Sample, int]:
    """Milliseconds until the last socket has a message: from the answer to its author, and from writing it to all."""
    room = _Room()
    server = await asyncio.start_server(room.enter, "127.0.0.1", 0)
    bare = Portal(server.sockets[0].getsockname()[1], Path())
    listening = [await Listener.at(bare, scene.workstream, "", after=0) for _ in range(count)]
    others, streams, visitor = Audience(listening), await scene.listeners(count), await scene.visitor()
    told, spread, lost = [], [], 0
    for turn in range(rounds + 2):
        began = time.perf_counter()
        room.say(turn + 1)
        await until(lambda: others.have(turn + 1))  # noqa: B023  awaited here
        spread.append((max(listener.came[turn + 1] for listener in others) - began) * 1000)
        _, number = await visitor.say(scene.workstream, TEXT)
        answered = time.perf_counter()
        await until(lambda: streams.have(number))  # noqa: B023  awaited here
        if missing := streams.lost([number]):
            lost += missing
        else:
            # What remains to be done when the author has the answer, and at least what reading the last one takes.
            told.append(max(0.01, max(listener.came[number] for listener in streams) - answered) * 1000)
    for audience in (others, streams):
        audience.leave()
    visitor.leave()
    server.close()
    await room.close()
    return Sample(told[2:]), Sample(spread[2:]), lost


class _Room:
    """A server that does nothing but write one message to every socket."""

    def __init__(self) -> None:
        self._writers: list[asyncio.StreamWriter] = []

    async def enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody opens a stream."""
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        self._writers.append(writer)

    def say(self, number: int) -> None:
        """Write to all."""
        frame = f"id: {number}\nevent: message\ndata: {json.dumps({'number': number, 'html': '<p>x</p>' * 60})}\n\n"
        for writer in self._writers:
            writer.write(frame.encode())

    async def close(self) -> None:
        """Hang up on everybody."""
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in self._writers), return_exceptions=True)


# --- 20 ----------------------------------------------------------------------------------------------------------


@goal(20, "The page of a WorkStream with 5,000 messages, 200 members and 300 attachments, beside an empty one")
def full_page(bench: Bench) -> Iterator[Line]:
    """Takes turns between the two, for a colleague and for a client."""
    with bench.scratch() as url, at(url):
        lead = cast.leads()[0]
        empty, usual, full = WorkStream.objects.open().filter(lead=lead, memberships__user=lead).order_by("pk")[:3]
        client = User.objects.filter(role="client", is_active=True).order_by("pk")[0]
        for workstream in (empty, usual, full):
            Membership.objects.get_or_create(
                workstream=workstream, user=client, defaults={"side": Side.CLIENT, "origin": Membership.Origin.INVITED}
            )
        fill(empty, lead, messages=1, members=0, attachments=1)
        fill(usual, lead, messages=60, members=6, attachments=20)
        fill(full, lead, messages=MESSAGES, members=MEMBERS, attachments=ATTACHMENTS)
        for workstream in (empty, usual, full):
            for person in (lead, client):
                ReadMark.objects.update_or_create(workstream=workstream, user=person, defaults={"message": MESSAGES})
        for name, person in (("a colleague", lead), ("a client", client)):
            visit = cast.signed_in(person)
            ways = {"empty": _page(visit, empty), "usual": _page(visit, usual), "full": _page(visit, full)}
            found = race({way: _timed(ask) for way, ask in ways.items()}, rounds=bench.rounds(40))
            sent = {}
            for way, ask in ways.items():
                with statements() as listening:
                    ask()
                sent[way] = len(listening.texts)
            note = f"{found['full'].median:.1f} ms and {found['empty'].median:.1f} ms"
            yield Line(
                f"{name}, by the empty one: median", found["full"].median / found["empty"].median, 1.5, note=note
            )
            note = f"{found['full'].median:.1f} ms and {found['usual'].median:.1f} ms"
            what = f"{name}, by one with as much on its first page: median"
            yield Line(what, found["full"].median / found["usual"].median, 1.5, note=note)
            more = sent["full"] - sent["empty"]
            yield Line(f"{name}: statements more", more, 0, unit="", note=f"of {sent['empty']}")


def fill(workstream: WorkStream, author: User, *, messages: int, members: int, attachments: int) -> None:
    """Give a WorkStream so much of everything."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM chat_message WHERE workstream_id = %s", [workstream.pk])
        cursor.execute(
            "INSERT INTO chat_message (workstream_id, number, author_id, client_key, body, created_at, side, change) "
            "SELECT %s, n, %s, gen_random_uuid(), 'Message ' || n, now() - (%s - n) * interval '1 min', 'team', 0 "
            "FROM generate_series(1, %s) n",
            [workstream.pk, author.pk, messages, messages],
        )
        cursor.execute(
            "INSERT INTO chat_counter (workstream_id, last_message, last_note, message_changes, note_changes) "
            "VALUES (%s, %s, 0, 0, 0) "
            "ON CONFLICT (workstream_id) DO UPDATE SET last_message = EXCLUDED.last_message",
            [workstream.pk, messages],
        )
    present = workstream.memberships.values("user")
    people = User.objects.filter(role="client").exclude(pk__in=present).order_by("pk")[:members]
    Membership.objects.bulk_create(
        Membership(workstream=workstream, user=person, side=Side.CLIENT, origin=Membership.Origin.INVITED)
        for person in people
    )
    Attachment.objects.bulk_create(
        Attachment(
            workstream=workstream,
            name=f"sample {number}.csv",
            file=f"attachments/{number}",
            size=1000 + number,
            sha256="0" * 64,
            content_type="text/csv",
            client_key=uuid4(),
            uploaded_by=author,
            side=Side.TEAM,
        )
        for number in range(attachments)
    )


def _page(visit: Client, workstream: WorkStream) -> Callable[[], object]:
    return lambda: visit.get(workstream.get_absolute_url())


def _timed(way: Callable[[], object]) -> Callable[[], float]:
    return lambda: stopwatch(way)
