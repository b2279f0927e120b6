"""The one shape of what is refused under /api/v1/: `{"code", "message"}`, and `fields` where some are named."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as ShapeError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.errors import TooSlow, refusal_in
from api.errors import NoSuchAddress

Body = dict[str, Any]

# What is said where only a status is known. Codes are words that stay; sentences may be reworded.
BY_STATUS: dict[int, tuple[str, str]] = {
    400: ("bad_request", "This could not be understood."),
    401: ("not_authenticated", "Sign in, or send a token: Authorization: Bearer wsp_..."),
    403: ("not_allowed", "You may not do this."),
    404: ("not_found", "There is nothing here, or nothing that you may see."),
    405: ("method_not_allowed", "This address does not answer to that method."),
    409: ("refused", "This cannot be done as things stand."),
    413: ("too_large", "This is more than is taken at once."),
    415: ("unsupported_media_type", "Send JSON, with Content-Type: application/json."),
    429: ("too_many_requests", "Too many requests. Wait a little."),
    500: ("server_error", "Something went wrong here. It was written down; try again later."),
    503: ("unavailable", "This cannot be answered now. Try again later."),
}


def body_of(status: int) -> Body:
    """The body for a status of which nothing else is known."""
    known = status if status in BY_STATUS else (400 if status < 500 else 500)
    code, message = BY_STATUS[known]
    return {"code": code, "message": message}


def answer(exception: Exception, _context: dict[str, Any]) -> Response | None:
    """What a view's exception is answered with; None for what Django answers: an address that is not there for this
    person, and what nobody foresaw, which becomes a 500.
    """
    if refusal := refusal_in(exception):
        headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooSlow) else {}
        said = {"code": refusal.code, "message": refusal.message}
        return Response(said, status=refusal.status_code, headers=headers)
    if isinstance(exception, Http404 | ObjectDoesNotExist):
        return None if isinstance(exception, NoSuchAddress) else Response(body_of(404), status=404)
    if isinstance(exception, PermissionDenied):
        return Response(body_of(403), status=403)
    if isinstance(exception, SuspiciousOperation):
        return Response(body_of(400), status=400)
    if isinstance(exception, ShapeError):
        exception = exceptions.ValidationError({"entries": exception.messages})
    if isinstance(exception, exceptions.APIException):
        return _answer_of_the_framework(exception)
    return None


def _answer_of_the_framework(exception: exceptions.APIException) -> Response:
    body = body_of(exception.status_code)
    headers = {}
    match exception:
        case exceptions.ValidationError():
            fields: dict[str, list[str]] = {}
            for name, sentence in _sentences(exception.detail):
                fields.setdefault(name or "entries", []).append(sentence)
            body = {"code": "invalid", "message": "Some entries cannot be used.", "fields": fields}
        case exceptions.AuthenticationFailed():
            body = {"code": "token_refused", "message": str(exception.detail)}
        case exceptions.ParseError():
            body = {"code": "not_json", "message": str(exception.detail)}
        case exceptions.Throttled():
            headers["Retry-After"] = str(max(1, round(getattr(exception, "wait", None) or 1)))
    if challenge := getattr(exception, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return Response(body, status=exception.status_code, headers=headers)


def _sentences(detail: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every sentence with the field it is about; one inside another is written `outer.inner`, in a list `outer.0`."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            here = "" if key == "non_field_errors" else str(key)
            yield from _sentences(inner, ".".join(part for part in (name, here) if part))
    elif isinstance(detail, list | tuple):
        for number, inner in enumerate(detail):
            yield from _sentences(inner, f"{name}.{number}" if isinstance(inner, dict) and inner else name)
    else:
        yield name, str(detail)
