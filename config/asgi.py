"""One process, one port: live streams on Django's ASGI handler, everything else on WSGI threads.

Django pays a thread hop for every middleware hook under ASGI, which makes pages several times slower there; a live
stream on the other hand must not hold a thread. So each goes where it is cheap (`docs/architecture.md`, "Serving").
"""

import os
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

live = get_asgi_application()

from config.wsgi import application as _wsgi  # noqa: E402  after the settings are named

pages: Any = WSGIMiddleware(cast("Any", _wsgi), workers=int(os.environ.get("WEB_THREADS", "8")))


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Hand a request to the live or the page side; a web server asks for `lifespan` first, which neither needs."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and not scope["path"].startswith("/live/"):
        await pages(scope, receive, send)
    else:
        await live(scope, receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
