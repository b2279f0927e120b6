"""Which version of a row somebody saw.

An ETag is `"<version>.<digest>"`. The version counts edits of the fields people type; the digest is of the whole
answer. If-None-Match compares all of it, so a 304 never hides anything. If-Match looks at the version alone, so that a
message in the chat, which moves the last activity, does not stand in the way of an edit.
"""

import hashlib
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import ChangedSince, SayWhatYouSaw


def tag_of(data: Any, *, version: int) -> str:
    """The ETag of an answer."""
    return f'"{version}.{hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:20]}"'


def answer(request: Request, data: Any, *, version: int, status: int = 200) -> Response:
    """One row with its ETag; 304 without a body when the caller has this very answer."""
    tag = tag_of(data, version=version)
    known = {_plain(part) for part in request.headers.get("If-None-Match", "").split(",")}
    if request.method in {"GET", "HEAD"} and ({tag, "*"} & known):
        return Response(status=304, headers={"ETag": tag})
    return Response(data, status=status, headers={"ETag": tag})


def seen_version(request: Request) -> int | None:
    """The version the caller edits, from If-Match; None for `*`, which saves whatever is there.

    Raises: SayWhatYouSaw without the header; ChangedSince for a tag that was never this portal's.
    """
    told = request.headers.get("If-Match", "").strip()
    if not told:
        raise SayWhatYouSaw(
            "Send the ETag of what you saw in If-Match, so that nobody's work is lost; If-Match: * saves regardless."
        )
    if told == "*":
        return None
    version = _plain(told).strip('"').partition(".")[0]
    if not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise ChangedSince("If-Match names no version of this. Read it again and send its ETag.")
    return int(version)


def _plain(tag: str) -> str:
    """A tag as we wrote it: proxies that compress mark it as weak."""
    return tag.strip().removeprefix("W/")
