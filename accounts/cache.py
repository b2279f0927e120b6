"""The cache, forgiving."""

from typing import Any

from django_redis.cache import RedisCache, omit_exception


class ForgivingCache(RedisCache):  # type: ignore[misc]
    """Redis that is away is an empty cache: adding to it succeeds.

    Rate limits take a short lock by `add`. Were the answer no, as the base class gives it, nobody could sign in while
    Redis is away; so the limits sleep with Redis, and the tries per code, which live in the session, still count.
    """

    @omit_exception(return_value=True)  # type: ignore[untyped-decorator]
    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Store a value that is not there yet; whether it was not."""
        return bool(self.client.add(*args, **kwargs))
