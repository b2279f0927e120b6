"""Not calling a vendor more often than it likes, counted by all workers together.

The count lies in Redis. It only spares us the vendor's 429, which the circuit obeys in any case, so without Redis
everything goes on uncounted.
"""

import logging
import time
from functools import cache

import limits
from django.conf import settings
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

# Longer than the longest window that is configured by us; a count that goes wrong must not hold anything up for good.
PATIENCE = 15.0
SHORTEST_SLEEP = 0.005
# After Redis was away, so long nobody asks it.
LEFT_ALONE = 5.0

_away_until = 0.0


def wait_for(provider: str) -> None:
    """Return when this vendor may be called once more; soon in any case, and at once where no rate is configured."""
    global _away_until  # noqa: PLW0603  a memory of this process: what every call would find out anew, slowly
    rate = settings.VENDOR_RATES.get(provider)
    if not rate or time.monotonic() < _away_until:
        return
    patience = time.monotonic() + PATIENCE
    try:
        while not _limiter().hit(_item(rate), settings.LIVE_PREFIX, provider):
            if time.monotonic() > patience:
                return
            opens = _limiter().get_window_stats(_item(rate), settings.LIVE_PREFIX, provider).reset_time
            time.sleep(min(max(opens - time.time(), SHORTEST_SLEEP), 1))
    except RedisError as error:
        _away_until = time.monotonic() + LEFT_ALONE
        logger.warning("Redis is away (%s); calls to %s are not counted.", error, provider)


@cache
def _limiter() -> MovingWindowRateLimiter:
    storage = RedisStorage(settings.REDIS_URL, key_prefix="rate", socket_connect_timeout=0.5, socket_timeout=1)
    return MovingWindowRateLimiter(storage)


@cache
def _item(rate: str) -> limits.RateLimitItem:
    return limits.parse(rate)
