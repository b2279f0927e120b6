"""How much one caller may ask in a minute, counted in Redis. Without Redis nobody counts and everybody is answered."""

import logging
import time
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django_redis import get_redis_connection
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

WINDOW = 60  # seconds
# While Redis is away, asking it again with every request would make each wait for the time-out.
ASK_AGAIN_AFTER = 5.0

# One command, so that a counter never outlives its minute by more than another one, whoever dies in between.
_COUNT = """
local asked = redis.call("INCR", KEYS[1])
if asked == 1 then redis.call("EXPIRE", KEYS[1], ARGV[1]) end
return asked
"""


@dataclass(frozen=True)
class Allowance:
    """What a caller has left of this minute. `resets_in` is in seconds."""

    limit: int
    remaining: int
    resets_in: int
    is_exceeded: bool

    def headers(self) -> dict[str, str]:
        """The headers that tell a well-behaved caller when to slow down."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.resets_in),
        }


class _Redis:
    away_until = 0.0


def count(caller: str, *, limit: int) -> Allowance | None:
    """Count one request of this caller; None when Redis cannot be asked. One exchange with Redis."""
    if time.monotonic() < _Redis.away_until:
        return None
    now = time.time()
    minute = int(now // WINDOW)
    key = f"{settings.LIVE_PREFIX}:api-calls:{caller}:{minute}"
    try:
        asked = int(get_redis_connection("default").eval(_COUNT, 1, key, 2 * WINDOW))
    except (RedisError, OSError) as failure:
        logger.warning("Requests to the API are not counted: %s", failure)
        _Redis.away_until = time.monotonic() + ASK_AGAIN_AFTER
        return None
    resets_in = max(1, int((minute + 1) * WINDOW - now))
    return Allowance(limit, max(0, limit - asked), resets_in, is_exceeded=asked > limit)


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: what our proxy saw, if there is one, and nothing that the visitor wrote."""
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
    return seen.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))
