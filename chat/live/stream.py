"""One open page: what it has seen, what waits for it, and the bytes it gets."""

import asyncio
import json
import logging
import random
from collections import deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError

from chat.live.arrival import Arrival
from chat.live.channels import Kind
from chat.live.hub import Hub
from chat.live.questions import BATCH, Marks, Reader, ask

logger = logging.getLogger(__name__)

# How many entries may wait for a slow reader before they are dropped and read from the database instead.
MOST_WAITING = 200
RETRY = b"retry: 1500\n\n"
# An event, not a comment: the page's script hears it and notices a connection that died without a word.
HEARTBEAT = b"event: beat\ndata: {}\n\n"
NO_LONGER = b"event: end\ndata: {}\n\n"
HEARTBEAT_EVERY = 15.0  # seconds
AFTER_FAILURE = 1.0
# Signs of many people at once go out together, the last one of each.
SIGNS_EVERY = 1.0


class Stream:
    """Sends a reader everything after the numbers they have seen, in order and once, for as long as they may read."""

    def __init__(self, hub: Hub, reader: Reader, seen: Marks) -> None:
        """Begin after `seen`; the database is read first, whatever Redis says."""
        self.kinds = reader.kinds
        self.public_id = reader.public_id
        self.person_id = reader.person_id
        self._hub = hub
        self._reader = reader
        self._seen = seen
        self._waiting: deque[Arrival] = deque()
        self._signs: dict[tuple[str, ...], dict[str, Any]] = {}
        self._wake = asyncio.Event()
        self._is_behind = True
        self._is_over = False
        now = self._signs_at = self._now()
        self._heartbeat_at = now + HEARTBEAT_EVERY
        self._look_at = now + _spread(settings.LIVE_LOOK_AGAIN_SECONDS)
        self._poll_at = now + _spread(settings.LIVE_POLL_SECONDS)

    # --- What the hub says -------------------------------------------------------------------------------------

    def take(self, arrival: Arrival) -> None:
        """Something was posted, edited or removed."""
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            self._is_behind = True
        if not self._is_behind:
            if arrival.change:
                # What waits for a slow reader with the text of before need not be sent any more.
                self._waiting = deque(_with_change(waiting, arrival) for waiting in self._waiting)
            self._waiting.append(arrival)
        self._wake.set()

    def notice(self, sign: dict[str, Any]) -> None:
        """Somebody is writing, looking or reading. Only the last sign of each person and sort is of any use."""
        about = tuple(str(sign.get(part)) for part in ("what", "of", "person"))
        if not self._signs:
            self._wake.set()  # the others go out with the first one
        self._signs.pop(about, None)
        self._signs[about] = sign

    def catch_up(self) -> None:
        """Something may have been missed."""
        self._is_behind = True
        self._wake.set()

    def look_for_yourself(self) -> None:
        """Redis went away: what is posted from now on has to be found in the database, now and then."""
        self._poll_at = self._now() + _spread(settings.LIVE_POLL_SECONDS)
        self._wake.set()

    def look_again(self) -> None:
        """The reader may have lost the right to read."""
        self._look_at = self._now()
        self._wake.set()

    def end(self) -> None:
        """The server stops."""
        self._is_over = True
        self._wake.set()

    # --- What the reader gets ----------------------------------------------------------------------------------

    async def frames(self) -> AsyncIterator[bytes]:
        """Server-sent events until the reader goes, may no longer read, or the server stops."""
        self._hub.add(self)
        try:
            yield RETRY
            while not self._is_over:
                self._wake.clear()
                if not await self._is_welcome():
                    yield NO_LONGER
                    return
                async for frame in self._missing():
                    yield frame
                for frame in self._arrived():
                    yield frame
                if self._signs and self._now() >= self._signs_at:
                    self._signs_at = self._now() + SIGNS_EVERY
                    yield self._noticed()
                if self._now() >= self._heartbeat_at:
                    self._heartbeat_at = self._now() + HEARTBEAT_EVERY
                    yield HEARTBEAT
                if not self._is_behind:
                    await self._rest()
        finally:
            self._hub.remove(self)

    async def _is_welcome(self) -> bool:
        """When it is time, look whether the reader still may read, and whether anything was missed unnoticed."""
        if self._now() < self._look_at:
            return True
        self._look_at = self._now() + _spread(settings.LIVE_LOOK_AGAIN_SECONDS)
        try:
            last = await ask(self._reader.last_marks)
        except DatabaseError as error:
            logger.warning("The database is away (%s); open pages wait for it.", error)
            self._look_at = self._now() + AFTER_FAILURE
            return True
        if last is None:
            return False
        for kind in self.kinds:
            if last[kind].number > self._seen[kind].number or last[kind].change > self._seen[kind].change:
                self._is_behind = True
        return True

    async def _missing(self) -> AsyncIterator[bytes]:
        """What the database has and the reader has not, if there may be any."""
        is_time_to_ask = not self._hub.is_connected and self._now() >= self._poll_at
        if not (self._is_behind or is_time_to_ask):
            return
        # Whatever is announced from here on waits behind what is about to be read.
        self._is_behind = False
        self._waiting.clear()
        self._poll_at = self._now() + _spread(settings.LIVE_POLL_SECONDS)
        try:
            for kind in self.kinds:
                async for frame in self._missing_entries(kind):
                    yield frame
                async for frame in self._missing_changes(kind):
                    yield frame
        except DatabaseError as error:
            logger.warning("The database is away (%s); open pages wait for it.", error)
            self._is_behind = True
            await asyncio.sleep(_spread(AFTER_FAILURE))

    async def _missing_entries(self, kind: Kind) -> AsyncIterator[bytes]:
        while found := await ask(partial(self._reader.entries_after, kind, self._seen[kind].number)):
            for number, payload in found:
                yield self._posted(kind, number, payload)
            if len(found) < BATCH or self._is_over:
                break

    async def _missing_changes(self, kind: Kind) -> AsyncIterator[bytes]:
        while found := await ask(partial(self._reader.changes_after, kind, self._seen[kind].change)):
            for change, number, payload in found:
                if number > self._seen[kind].number:
                    # Posted and changed since the entries were read. Nothing is changed on a page before it is there:
                    # otherwise its announcement would bring back what it said at first.
                    self._is_behind = True
                    return
                yield self._changed(kind, change, payload)
            if len(found) < BATCH or self._is_over:
                break

    def _arrived(self) -> Iterator[bytes]:
        """What the hub brought, without what was sent already; a gap sends the stream back to the database."""
        while self._waiting and not self._is_behind:
            arrival = self._waiting.popleft()
            seen = self._seen[arrival.kind]
            if arrival.number > seen.number + (0 if arrival.change else 1) or arrival.change > seen.change + 1:
                self._is_behind = True
            elif arrival.change > seen.change:
                yield self._changed(arrival.kind, arrival.change, arrival.payload)
            elif not arrival.change and arrival.number > seen.number:
                yield self._posted(arrival.kind, arrival.number, arrival.payload)

    def _posted(self, kind: Kind, number: int, payload: str) -> bytes:
        self._seen[kind].number = number
        return self._frame(kind, payload)

    def _changed(self, kind: Kind, change: int, payload: str) -> bytes:
        self._seen[kind].change = change
        return self._frame(f"{kind}_changed", payload)

    def _frame(self, name: str, payload: str) -> bytes:
        """One event, whose id says everything that was sent up to it."""
        marks = ".".join(f"{self._seen[kind].number}-{self._seen[kind].change}" for kind in self.kinds)
        return f"id: {marks}\nevent: {name}\ndata: {payload}\n\n".encode()

    def _noticed(self) -> bytes:
        """One event without an id: who reconnects does not ask for it again."""
        signs = json.dumps(list(self._signs.values()))
        self._signs.clear()
        return f"event: signs\ndata: {signs}\n\n".encode()

    async def _rest(self) -> None:
        """Sleep until something happens or is due."""
        due = min(self._heartbeat_at, self._look_at)
        if not self._hub.is_connected:
            due = min(due, self._poll_at)
        if self._signs:
            due = min(due, self._signs_at)
        try:
            async with asyncio.timeout(max(0.0, due - self._now())):
                await self._wake.wait()
        except TimeoutError:
            pass

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _with_change(waiting: Arrival, change: Arrival) -> Arrival:
    """What waits, as it is after a change, if the change is of the same entry."""
    if (waiting.kind, waiting.number) != (change.kind, change.number):
        return waiting
    return replace(waiting, payload=change.payload)


def _spread(seconds: float) -> float:
    """About so many seconds: streams that began together shall not ask together for ever."""
    return seconds * random.uniform(0.8, 1.2)  # noqa: S311
