"""A program that calls the API."""

from typing import Any, Protocol

from django.test import Client

from accounts.models import User
from api.actions import make_token
from api.models import Scope

EVERYTHING = (Scope.READ, Scope.WRITE)


class Response(Protocol):
    """What the test client answers with."""

    status_code: int
    content: bytes

    def json(self) -> Any: ...
    def __getitem__(self, header: str) -> str: ...
    def has_header(self, header: str) -> bool: ...


def token_of(person: User, *scopes: Scope, days: int = 30) -> str:
    """The secret of a new token."""
    _, secret = make_token(person=person, actor=person, name="A test", scopes=scopes or EVERYTHING, days=days)
    return secret


class Caller:
    """Asks as one person by token; addresses begin behind /api/v1."""

    def __init__(self, person: User, *scopes: Scope) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token_of(person, *scopes)}"}

    def get(self, address: str, **headers: str) -> Response:
        """Read."""
        return self.client.get(f"/api/v1{address}", headers={**self.headers, **_named(headers)})

    def post(self, address: str, body: Any = None, **headers: str) -> Response:
        """Do."""
        return self._send("post", address, body, headers)

    def patch(self, address: str, body: Any = None, **headers: str) -> Response:
        """Edit."""
        return self._send("patch", address, body, headers)

    def delete(self, address: str, **headers: str) -> Response:
        """Remove."""
        return self.client.delete(f"/api/v1{address}", headers={**self.headers, **_named(headers)})

    def _send(self, method: str, address: str, body: Any, headers: dict[str, str]) -> Response:
        response: Response = getattr(self.client, method)(
            f"/api/v1{address}",
            data={} if body is None else body,
            content_type="application/json",
            headers={**self.headers, **_named(headers)},
        )
        return response


def _named(headers: dict[str, str]) -> dict[str, str]:
    """`If_Match="x"` is the header If-Match."""
    return {name.replace("_", "-"): value for name, value in headers.items()}
