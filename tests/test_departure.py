"""How a long download notices that nobody reads it."""

import asyncio
from typing import Any

import pytest

from config.asgi import Departure

PART = {"type": "http.response.body", "body": b"x", "more_body": True}


async def never() -> Any:
    await asyncio.Event().wait()


def test_a_browser_that_goes_away_is_noticed() -> None:
    async def journey() -> None:
        messages = iter([{"type": "http.request"}, {"type": "http.disconnect"}])
        sent: list[Any] = []

        async def receive() -> Any:
            return next(messages)

        async def send(message: Any) -> None:
            sent.append(message)

        departure = Departure(receive, send)
        await departure.send(PART)
        gone = departure.watch()
        while not gone.is_set():
            await asyncio.sleep(0)
        await departure.send(PART)
        assert sent == [PART]

    asyncio.run(asyncio.wait_for(journey(), 10))


def test_a_reader_that_stands_still_is_taken_for_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Departure, "STANDS_STILL", 0.01)

    async def journey() -> None:
        async def send(message: Any) -> None:
            await never()

        departure = Departure(never, send)
        gone = departure.watch()
        await departure.send(PART)
        assert gone.is_set()
        await departure.send(PART)  # thrown away, and not waited for

    asyncio.run(asyncio.wait_for(journey(), 10))


def test_a_page_that_does_not_ask_waits_as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Departure, "STANDS_STILL", 0.0)
    sent: list[Any] = []

    async def journey() -> None:
        async def send(message: Any) -> None:
            await asyncio.sleep(0)
            sent.append(message)

        await Departure(never, send).send(PART)

    asyncio.run(asyncio.wait_for(journey(), 10))
    assert sent == [PART]


class Pieces:
    """What a page handed over."""

    def __init__(self, *pieces: bytes) -> None:
        self.left = [*pieces]
        self.is_closed = False

    def read(self) -> bytes:
        """The next piece."""
        if not self.left:
            return b""
        if self.left[0] == b"broken":
            raise EOFError("The store is short.")
        return self.left.pop(0)

    def close(self) -> None:
        """Nobody reads any more."""
        self.is_closed = True


START = {"type": "http.response.start", "status": 200, "headers": []}
EMPTY = {"type": "http.response.body", "body": b"", "more_body": False}


@pytest.mark.parametrize(
    ("pieces", "status", "bodies"),
    [
        ((b"one", b"two"), 200, [b"one", b"two", b""]),
        # No end, so that the server breaks the connection and the browser says that the download failed.
        ((b"one", b"broken"), 200, [b"one"]),
        ((b"one",), 500, [b""]),
    ],
)
def test_what_a_page_hands_over_is_sent_without_its_thread(
    pieces: tuple[bytes, ...], status: int, bodies: list[bytes]
) -> None:
    sent: list[Any] = []
    rest = Pieces(*pieces)

    async def journey() -> None:
        async def send(message: Any) -> None:
            await asyncio.sleep(0)
            sent.append(message)

        departure = Departure(never, send)
        departure.hand_over(rest)
        await departure.send({**START, "status": status})
        await departure.send(EMPTY)
        await departure.send_rest()

    asyncio.run(asyncio.wait_for(journey(), 10))
    assert [message["body"] for message in sent[1:]] == bodies
    assert rest.is_closed
