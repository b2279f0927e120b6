"""Holding a request against our description of a vendor's operations."""

from pathlib import Path
from typing import Any

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug import Request
from werkzeug.datastructures import Headers, ImmutableMultiDict

HOST = "http://vendor"


class Asked:
    """A request in the shape in which the checker wants it, with its path below the mount."""

    def __init__(self, request: Request, path: str) -> None:
        """Take what is checked."""
        self.host_url = HOST
        self.path = path
        self.method = request.method.lower()
        self.body = request.get_data() or None
        self.content_type = request.content_type or "application/octet-stream"
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.args), header=Headers(request.headers), cookie=request.cookies
        )


class Description:
    """An OpenAPI document of operations that we use. Only requests are held against it."""

    def __init__(self, file: Path) -> None:
        """Read the document; what it says of servers does not matter."""
        document: dict[str, Any] = yaml.safe_load(file.read_text())
        document["servers"] = [{"url": HOST}]
        self.document = document
        self._openapi = OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))

    def complaints(self, request: Request, path: str) -> list[str]:
        """What is wrong with the request, one sentence each; nothing when it is as described."""
        return [_sentence(error) for error in self._openapi.iter_request_errors(Asked(request, path))]


def _sentence(error: BaseException) -> str:
    """The error with everything that caused it, as one line."""
    parts = [str(error)]
    cause = error.__cause__
    while cause is not None:
        parts += [str(part.message) for part in getattr(cause, "schema_errors", [])] or [str(cause)]
        cause = cause.__cause__
    return "; ".join(dict.fromkeys(parts))
