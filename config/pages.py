"""Pages on a fixed set of threads, behind a queue that does not grow for ever."""

import asyncio
from typing import Any

from a2wsgi import WSGIMiddleware

Headers = list[tuple[bytes, bytes]]

RETRY_AFTER = 5  # seconds
_SENTENCE = "The portal is very busy right now. Nothing of what you sent was taken in; try again in a moment."
_PAGE = f"""<!doctype html><html lang="en-GB"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Very busy</title><h1>Please try again in a moment</h1><p>{_SENTENCE}</p>"""
_JSON = f'{{"code": "busy", "message": "{_SENTENCE}"}}'


class Pages:
    """Hands requests to threads. As each thread holds one database connection, so many are open and no more.

    When all threads are at work, requests wait for their turn; whoever has waited for `patience` seconds gets a
    sentence and status 503. An endless queue answers nobody: those in front have given up, and pressed again.
    """

    def __init__(self, wsgi: Any, *, threads: int, patience: float) -> None:
        """Nobody waits yet."""
        self._wsgi: Any = WSGIMiddleware(wsgi, workers=threads)
        self._free = asyncio.Semaphore(threads)
        self._patience = patience

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request as soon as a thread is free."""
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            await _say_that_it_is_busy(scope, send)
            return
        try:
            await self._wsgi(scope, receive, send)
        finally:
            self._free.release()


async def _say_that_it_is_busy(scope: Any, send: Any) -> None:
    asked: dict[bytes, bytes] = dict(scope["headers"])
    wants_json = scope["path"].startswith("/api/") or asked.get(b"accept", b"").startswith(b"application/json")
    body, kind = (_JSON, b"application/json") if wants_json else (_PAGE, b"text/html; charset=utf-8")
    headers: Headers = [
        (b"content-type", kind),
        (b"retry-after", str(RETRY_AFTER).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", b"default-src 'none'"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
