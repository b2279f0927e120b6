"""One Redis subscription per web process, fanned out in memory to the streams of that process."""

import asyncio
import json
import logging
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.conf import settings
from redis import asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from chat.live.arrival import Arrival
from chat.live.channels import PERSON, Kind, channel_of, patterns

if TYPE_CHECKING:
    from chat.live.stream import Stream

logger = logging.getLogger(__name__)

# Seconds: how long Redis may be silent before it is asked, and how long to wait before asking again when it is away.
SILENCE = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0


class Hub:
    """The streams of this process by channel, and the task that listens to Redis while there are any."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.is_connected = False
        self._streams: dict[str, set[Stream]] = {}
        self._listener: asyncio.Task[None] | None = None
        self._is_closing = False

    def add(self, stream: "Stream") -> None:
        """Let a stream hear what is posted from now on."""
        for kind in stream.kinds:
            self._streams.setdefault(channel_of(kind, stream.public_id), set()).add(stream)
        if self._is_closing:
            stream.end()
        elif self._listener is None or self._listener.done():
            self._listener = asyncio.create_task(self._listen())

    def remove(self, stream: "Stream") -> None:
        """Forget a stream; the last one to go ends the subscription."""
        for kind in stream.kinds:
            channel = channel_of(kind, stream.public_id)
            heard_by = self._streams.get(channel, set())
            heard_by.discard(stream)
            if not heard_by:
                self._streams.pop(channel, None)
        if not self._streams and self._listener is not None:
            self._listener.cancel()
            self._listener = None

    def close(self) -> None:
        """End every stream, because the server stops. Browsers come back by themselves."""
        self._is_closing = True
        for stream in list(self._all()):
            stream.end()

    def _all(self) -> Iterator["Stream"]:
        return iter({stream for heard_by in self._streams.values() for stream in heard_by})

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        try:
            while True:
                try:
                    await self._follow()
                except (RedisError, OSError, TimeoutError) as error:
                    if self.is_connected:
                        pause = FIRST_PAUSE
                        logger.warning("Redis is away (%s); open pages ask the database meanwhile.", error)
                except Exception:  # whatever it is, the pages of this process must not stay deaf
                    logger.exception("Listening to Redis failed.")
                if self.is_connected:
                    self.is_connected = False
                    for stream in self._all():
                        stream.look_for_yourself()
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  only spreads the load
                pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            self.is_connected = False

    async def _follow(self) -> None:
        """Subscribe and deliver until Redis goes away, which raises RedisError or OSError."""
        client = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=1,
            socket_timeout=None,  # silence is normal here; SILENCE below notices a dead connection
            retry=Retry(NoBackoff(), 0),
        )
        try:
            async with client.pubsub() as subscription:
                await subscription.psubscribe(*patterns())
                is_asked = False
                while True:
                    heard = await subscription.get_message(timeout=SILENCE)
                    if heard is not None:
                        is_asked = False
                        self._take(heard)
                    elif is_asked:
                        raise RedisError("it does not answer")
                    else:
                        is_asked = True
                        await subscription.ping()
        finally:
            await client.aclose()

    def _take(self, heard: dict[str, Any]) -> None:
        if heard["type"] == "psubscribe":
            # From here on nothing is missed; what was posted before is in the database.
            self.is_connected = True
            for stream in self._all():
                stream.catch_up()
        elif heard["type"] == "pmessage":
            channel = heard["channel"].decode(errors="replace")
            *_, what, about = channel.split(":")
            if what == PERSON:
                self._look_again(about)
            else:
                self._deliver(channel, heard["data"])

    def _look_again(self, person_id: str) -> None:
        for stream in self._all():
            if str(stream.person_id) == person_id:
                stream.look_again()

    def _deliver(self, channel: str, data: bytes) -> None:
        streams = self._streams.get(channel)
        if not streams:
            return
        try:
            payload = data.decode()
            content = json.loads(payload)
            if content.get("look_again"):
                for stream in streams:
                    stream.look_again()
                return
            kind = Kind(channel.split(":")[-2])
            if "sign" in content:
                for stream in streams:
                    stream.notice(content["sign"])
                return
            number, change = int(content["number"]), int(content.get("change", 0))
        except (ValueError, KeyError, TypeError, AttributeError):
            logger.warning("Something unknown arrived on %s.", channel)
            return
        for stream in streams:
            stream.take(Arrival(kind, number, payload, change))


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop; a web process has one of each."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())
