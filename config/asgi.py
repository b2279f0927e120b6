"""One process, one port: live streams on Django's ASGI handler, everything else on WSGI threads.

Django pays a thread hop for every middleware hook under ASGI, which makes pages several times slower there; a live
stream on the other hand must not hold a thread. So each goes where it is cheap (`docs/architecture.md`, "Serving").
"""

import asyncio
import logging
import os
import signal
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import FrameType
from typing import Any, Protocol

import django
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django.setup(set_prefix=False)

from django.db import connection  # noqa: E402  after the apps are ready

from chat.live.hub import hub  # noqa: E402
from config.pages import Pages  # noqa: E402
from config.wsgi import application as _wsgi  # noqa: E402
from workstreams.export import Incomplete  # noqa: E402

logger = logging.getLogger(__name__)


class LiveHandler(ASGIHandler):
    """Django's ASGI handler without a thread per request.

    Django gives each request a thread of its own for its middleware, and keeps it, with its database connection, until
    the response ends: for a stream that is hours. Without that every stream is admitted on one shared thread.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        await self.handle(scope, receive, send)


class Rest(Protocol):
    """The rest of a response: `read` gives the next piece, and nothing at the end."""

    def read(self) -> bytes: ...
    def close(self) -> None: ...


# A piece of an upload, and every form without a file.
SMALL_BODY = 2_000_000
_readers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="downloads")

live = LiveHandler()
pages = Pages(
    _wsgi,
    threads=int(os.environ.get("WEB_THREADS", "8")),
    patience=float(os.environ.get("WEB_QUEUE_SECONDS", "20")),
)


def _in_passing(environ: Any, start_response: Any) -> list[bytes]:
    """A page whose thread keeps no database connection for the next one."""
    try:
        with closing(_wsgi(environ, start_response)) as response:
            return list(response)
    finally:
        connection.close()


# An overloaded process is alive: whoever asks does not stand behind the pages. One thread, for those who ask are few.
health = Pages(_in_passing, threads=1, patience=10)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Hand a request to the live or the page side."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close"})  # nobody here speaks it
    elif scope["path"].startswith("/live/"):
        await live(scope, receive, send)
    elif scope["path"] == "/healthz":
        await health(scope, receive, send)
    else:
        await _page(scope, receive, send)


class Departure:
    """Lets a long download notice that nobody reads it: the browser went away, or has stood still for too long.

    WSGI has no way to say so: without this a page thread would write the rest for nobody, or wait for ever. Only a
    response that asks is watched.
    """

    STANDS_STILL = 60.0  # seconds

    def __init__(self, receive: Any, send: Any) -> None:
        self._loop, self._receive, self._send = asyncio.get_running_loop(), receive, send
        self._gone, self._is_watched = threading.Event(), False
        self._rest: Rest | None = None

    def watch(self) -> threading.Event:
        """Begin to watch, from the page's thread, once the request is read. The event is set when nobody reads."""
        if not self._is_watched:
            self._is_watched = True
            asyncio.run_coroutine_threadsafe(self._wait(), self._loop)
        return self._gone

    def hand_over(self, rest: "Rest") -> None:
        """From the page's thread: its response has no body, because `send_rest` sends this one without the thread."""
        self._rest = rest

    async def send_rest(self) -> None:
        """Send what was handed over, if anything was; a slow reader holds no thread.

        What breaks in between is logged, and the response gets no end, so that the browser reports a failed download.
        """
        if self._rest is None:
            return
        rest, gone = self._rest, self.watch()
        try:
            while not gone.is_set() and (piece := await self._loop.run_in_executor(_readers, rest.read)):
                await self.send({"type": "http.response.body", "body": piece, "more_body": True})
            if not gone.is_set():
                await self._send({"type": "http.response.body", "body": b""})
        except Exception:
            logger.exception("A download broke off.")
        finally:
            await self._loop.run_in_executor(_readers, rest.close)

    async def send(self, message: Any) -> None:
        """Hand a part of the response on; nothing more once nobody reads."""
        if self._rest and message["type"] == "http.response.start" and message["status"] >= 300:
            # It became another answer on its way out of the page's thread.
            self._rest.close()
            self._rest = None
        if self._rest and message["type"] == "http.response.body" and not message.get("body"):
            return
        if not self._is_watched:
            await self._send(message)
        elif not self._gone.is_set():
            try:
                await asyncio.wait_for(self._send(message), self.STANDS_STILL)
            except TimeoutError:
                self._gone.set()

    async def _wait(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone.set()


async def _page(scope: Any, receive: Any, send: Any) -> None:
    departure = Departure(receive, send)
    try:
        body = await _whole(scope, receive)
        await pages({**scope, "portal.departure": departure}, body, departure.send)
    except Incomplete:
        # The file said so in its last line. Without an end to the response the server breaks the connection.
        return
    await departure.send_rest()


async def _whole(scope: Any, receive: Any) -> Any:
    """Where the request's body comes from: when it is small, from memory, so that a slow sender holds no thread."""
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if not said.isdigit() or not 0 < int(said) <= SMALL_BODY:
        return receive
    messages = deque([await receive()])
    while messages[-1].get("more_body"):
        messages.append(await receive())

    async def again() -> Any:
        return messages.popleft() if messages else await receive()

    return again


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _end_streams_when_asked_to_stop()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _end_streams_when_asked_to_stop() -> None:
    """Close the streams at the first signal: the server waits for open responses before it says `shutdown`."""
    loop, streams = asyncio.get_running_loop(), hub()
    for number in (signal.SIGINT, signal.SIGTERM):
        earlier = signal.getsignal(number)

        def stop(signum: int, frame: FrameType | None, earlier: Any = earlier) -> None:
            loop.call_soon_threadsafe(streams.close)
            if callable(earlier):
                earlier(signum, frame)

        try:
            signal.signal(number, stop)
        except ValueError:  # not the main thread: whoever runs the server there stops it in another way
            return
