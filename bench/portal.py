"""A portal that runs: the server as `make run` starts it, and people at its pages and streams over real sockets."""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connections

from accounts.models import User
from bench import cast
from bench.frame import wrapper_for
from tools.environment import ROOT
from tools.guard import Guard, Server
from tools.services import free_port, last_lines

HOST = "testserver"
CSRF = "0123456789abcdefghijABCDEFGHIJ01"
PATIENCE = 60.0


@contextmanager
def at(url: str) -> Iterator[None]:
    """Let everything that asks Django's default database in this thread ask this one."""
    before, here = connections[DEFAULT_DB_ALIAS], wrapper_for(url)
    connections[DEFAULT_DB_ALIAS] = here
    try:
        yield
    finally:
        here.close()
        connections[DEFAULT_DB_ALIAS] = before


@dataclass
class Portal:
    """Where it listens, and its log."""

    port: int
    log: Path


@dataclass(frozen=True)
class Scene:
    """Where something happens: a portal, the cookies of who acts, a WorkStream, and its last message's number."""

    running: Portal
    cookies: str
    workstream: UUID
    last: int

    async def visitor(self) -> "Visitor":
        """Somebody who asks for pages and posts."""
        return await Visitor.of(self.running, self.cookies)

    async def listeners(self, count: int) -> "Audience":
        """So many open streams, all reading."""
        found: list[Listener] = []
        while len(found) < count:
            opening = min(25, count - len(found))
            found += await asyncio.gather(
                *(Listener.at(self.running, self.workstream, self.cookies, after=self.last) for _ in range(opening))
            )
        return Audience(found)


class Audience(list["Listener"]):
    """Streams that are being read, until `leave`."""

    def __init__(self, listeners: "list[Listener]") -> None:
        """Begin to read."""
        super().__init__(listeners)
        self._tasks = [asyncio.create_task(listener.listen()) for listener in listeners]

    def have(self, number: int) -> bool:
        """Whether every stream brought this message."""
        return all(number in listener.came for listener in self)

    def lost(self, numbers: "list[int]") -> int:
        """How many of these messages did not come, over all streams."""
        return sum(number not in listener.came for listener in self for number in numbers)

    def out_of_order(self) -> int:
        """On how many streams something came twice or late."""
        return sum(listener.seen != sorted(set(listener.seen)) for listener in self)

    def leave(self) -> None:
        """Stop reading."""
        for task in self._tasks:
            task.cancel()


@contextmanager
def portal(url: str, valkey: str, *, entry: str = "config.asgi:application", **variables: str) -> Iterator[Portal]:
    """A web server on this database, until the block ends. `variables` are put into its environment.

    Raises: RuntimeError, with the end of its log, when it does not answer.
    """
    _allow_many_sockets()
    with TemporaryDirectory() as folder, Guard() as guard:
        running = Portal(free_port(), Path(folder) / "web.log")
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "BASE_URL": f"http://{HOST}",
            "DATABASE_URL": url,
            "REDIS_URL": valkey,
            "LIVE_PREFIX": f"bench-{running.port}",
            "LOG_LEVEL": "WARNING",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
            **variables,
        }
        command = [
            *(sys.executable, "-m", "uvicorn", entry, "--host", "127.0.0.1", "--port", str(running.port)),
            *("--timeout-graceful-shutdown", "2", "--no-server-header", "--no-access-log", "--log-level", "warning"),
        ]
        guard.start(Server(name="web", command=command, environment=environment, folder=ROOT, log=running.log))
        asyncio.run(_until_it_answers(running, guard))
        yield running


def _allow_many_sockets() -> None:
    """A thousand streams are a thousand files, here and in the server, which inherits this limit."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 8192 if most == resource.RLIM_INFINITY else min(8192, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


async def _until_it_answers(running: Portal, guard: Guard) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not guard.exits():
        try:
            visitor = await Visitor.of(running)
            status, _ = await visitor.get("/healthz")
            visitor.leave()
        except OSError:
            await asyncio.sleep(0.1)
            continue
        if status == 200:
            return
    raise RuntimeError(f"The web server does not answer. The end of its log:\n{last_lines(running.log)}")


def session_of(person: User) -> str:
    """The cookies of a browser in which this person is signed in. The session is stored in the default database."""
    key = cast.signed_in(person).cookies["sessionid"].value
    return f"sessionid={key}; csrftoken={CSRF}"


@dataclass
class Visitor:
    """One browser's connection, kept open between requests."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    running: Portal
    cookies: str

    @classmethod
    async def of(cls, running: Portal, cookies: str = "") -> "Visitor":
        """Connect."""
        return cls(*await asyncio.open_connection("127.0.0.1", running.port), running, cookies)

    async def get(self, path: str) -> tuple[int, bytes]:
        """Ask for a page; its status and body."""
        return await self._ask("GET", path, b"")

    async def post(self, path: str, entries: dict[str, str]) -> tuple[int, bytes]:
        """Send a form as the page's script does; status and body of the answer."""
        return await self._ask("POST", path, urlencode(entries).encode())

    async def say(self, workstream: UUID, text: str) -> tuple[int, int]:
        """Post to a chat; the status, and the number the message got."""
        entries = {"body": text, "client_key": str(uuid4())}
        status, body = await self.post(f"/workstreams/{workstream}/chat/", entries)
        return status, int(json.loads(body)["number"]) if status == 200 else 0

    def leave(self) -> None:
        """Close the connection."""
        self.writer.close()

    async def _ask(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        request = _request(method, path, self.cookies, body)
        try:
            head = await self._head(request)
        except (asyncio.IncompleteReadError, ConnectionError):
            # The server closes what was idle for five seconds; browsers connect anew and send again.
            self.leave()
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.running.port)
            head = await self._head(request)
        length = head.partition("content-length: ")[2].partition("\r\n")[0]
        answer = await self.reader.readexactly(int(length)) if length else await self._chunks()
        return int(head.split(" ", 2)[1]), answer

    async def _head(self, request: bytes) -> str:
        self.writer.write(request)
        return (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()

    async def _chunks(self) -> bytes:
        found = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            found += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readexactly(2)
        return found


@dataclass
class Listener:
    """One open live stream: the numbers it brought, and when each came (`time.perf_counter`)."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    seen: list[int] = field(default_factory=list)
    came: dict[int, float] = field(default_factory=dict)
    beats: int = 0
    has_ended: bool = False

    @classmethod
    async def at(cls, running: Portal, workstream: UUID, cookies: str, *, after: int) -> "Listener":
        """Open a stream that goes on after a number; returns when the server has begun to answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        path = f"/live/workstreams/{workstream}/?after={after}"
        writer.write(_request("GET", path, cookies, b"", accept="text/event-stream"))
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise RuntimeError(f"No stream: {head.decode()}")
        return cls(reader, writer)

    async def listen(self) -> None:
        """Take what comes until the stream ends or the task is cancelled."""
        try:
            while True:
                line = await self.reader.readline()
                if not line:
                    break
                if line.startswith(b'data: {"number"'):
                    now = time.perf_counter()
                    number = int(json.loads(line[6:])["number"])
                    self.seen.append(number)
                    self.came.setdefault(number, now)
                elif line.startswith(b"event: beat"):
                    self.beats += 1
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.has_ended = True
            self.writer.close()


async def until(is_so: Callable[[], bool], patience: float = 20.0) -> bool:
    """Wait until something is so; whether it came to be."""
    deadline = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True


def _request(method: str, path: str, cookies: str, body: bytes, accept: str = "application/json") -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}",
        f"Accept: {accept}",
        f"Cookie: {cookies}",
        f"X-CSRFToken: {CSRF}",
        f"Content-Length: {len(body)}",
        "Content-Type: application/x-www-form-urlencoded",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
