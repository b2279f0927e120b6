"""An export as the answer to a request, the same for the page and for the API."""

from collections.abc import Callable

from django.http import HttpRequest, StreamingHttpResponse

from workstreams import export as engine
from workstreams.grid import GridQuery
from workstreams.runs import Export


def download(request: HttpRequest, export: Export, query: GridQuery) -> StreamingHttpResponse:
    """The file as it is made, for an export that was admitted."""
    return StreamingHttpResponse(
        engine.lines(export, query, is_gone=_departure(request)),
        content_type=engine.CONTENT_TYPE,
        headers={
            "Content-Disposition": f'attachment; filename="{engine.file_name(export)}"',
            "Cache-Control": "private, no-store",
            # A proxy that collects the file first would hide that it has begun, and that somebody went away.
            "X-Accel-Buffering": "no",
        },
    )


def _departure(request: HttpRequest) -> Callable[[], bool]:
    """Whether nobody reads the answer any more, where the server can tell (`config.asgi.Departure`)."""
    departure = request.META.get("asgi.scope", {}).get("portal.departure")
    return departure.watch().is_set if departure else lambda: False
