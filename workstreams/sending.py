"""A kept file as the answer to a request: whole or in part, and never as something that a browser would run."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from workstreams import files
from workstreams.models import Attachment
from workstreams.storage import Part

PIECE = 256 * 1024
# No file has a place of more digits.
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
# What is sent as what it is. Everything else, above all what a browser might run, is only bytes.
HARMLESS = frozenset(
    {
        "application/json",
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/zip",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/csv",
        "text/plain",
        "text/tab-separated-values",
    }
)


def answer(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The file for keeping: 200, 206 for a part, 304 for one that the browser has, 416 for a part that is not there.

    Raises: StoreAway.
    """
    etag = f'"{attachment.sha256}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        # Kept by nobody on the way. A browser may keep it, and asks each time whether this person still may.
        "Cache-Control": "private, no-cache",
        "Content-Disposition": disposition(attachment.name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if etag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    start, end, status = 0, attachment.size, 200
    wanted = request.headers.get("Range", "")
    if wanted and request.headers.get("If-Range", etag) == etag:
        part = part_of(wanted, attachment.size)
        if part == ():
            headers["Content-Range"] = f"bytes */{attachment.size}"
            return HttpResponse(status=416, headers=headers)
        if part:
            start, end, status = *part, 206
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{attachment.size}"
    kind = attachment.content_type if attachment.content_type in HARMLESS else files.UNKNOWN
    headers |= {"Content-Length": str(end - start), "Content-Type": kind}
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    body = Pieces(files.open_part(attachment.key, start, end), end - start)
    departure = request.META.get("asgi.scope", {}).get("portal.departure")
    if departure:
        # The server sends it without this thread, which others wait for.
        departure.hand_over(body)
        return HttpResponse(status=status, headers=headers)
    return StreamingHttpResponse(body, status=status, headers=headers)


def part_of(header: str, size: int) -> tuple[int, int] | tuple[()] | None:
    """Where the wanted part begins and ends. None for what is no single range: all is sent; () for none in the file."""
    match = _RANGE.fullmatch(header.strip())
    if not match or match[1] == match[2] == "":
        return None
    if match[1] == "":
        last = min(int(match[2]), size)
        return (size - last, size) if last else ()
    start = int(match[1])
    end = min(int(match[2]) + 1, size) if match[2] else size
    if match[2] and int(match[2]) < start:
        return None
    return (start, end) if start < size else ()


def disposition(name: str) -> str:
    """To be kept under its own name: once for old programs in plain letters, once as it is (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class Pieces:
    """A part of a kept file, piece by piece. Whoever sends it closes it, also when it was not read to its end."""

    def __init__(self, source: Part, length: int) -> None:
        """Nothing is read yet."""
        self._source, self._left = source, length

    def __iter__(self) -> Iterator[bytes]:
        """The pieces."""
        while piece := self.read():
            yield piece

    def read(self) -> bytes:
        """The next piece; empty at the end. Raises: EOFError when the store has less than was kept."""
        if not self._left:
            return b""
        piece = self._source.read(min(PIECE, self._left))
        if not piece:
            raise EOFError(f"The file store is {self._left} bytes short.")
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()
