"""The parent of every view of the API."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework.exceptions import AuthenticationFailed, ParseError, Throttled
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.capabilities import Can
from accounts.models import User
from api import idempotency, refusals, throttling
from api.authentication import BearerToken, PortalSession
from api.errors import NoSuchAddress, ScopeMissing
from api.models import ApiToken, Scope
from api.schema import PortalSchema
from api.throttling import Allowance

READING = {"GET", "HEAD"}
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")


class ApiRequest(Request):
    """A request of a known person."""

    user: User


class StrictJSON(JSONParser):
    """UTF-8 JSON, and nothing in it that no database and no other program could keep."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Read the body. Raises: ParseError, also for NaN, halves of characters and nesting without end."""
        try:
            text = stream.read().decode()
            data = json.loads(text, parse_constant=_refuse_constant)
            if "\\u" in text and _HALF_A_CHARACTER.search(json.dumps(data, ensure_ascii=False)):
                raise ParseError("The body has half a character (a lone surrogate).")
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is no JSON.") from error
        return data


class AlwaysJSON(BaseContentNegotiation):
    """JSON, whatever the caller would rather have: there is nothing else, and an answer beats a refusal."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The one parser, if the body says that it is JSON."""
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return parsers[0] if kind == StrictJSON.media_type else None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The one renderer."""
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """What every view of the API gets:

    * `request.user` is an active person, by token or session; a token must have the scope for the method.
    * Requests are counted per token, person or address, and told so in `RateLimit-*`.
    * Times without a zone are the person's own; answers are in UTC.
    * Whatever is raised becomes the one error shape; what nobody foresaw is a 500 without details, and is logged.
    * A POST with an Idempotency-Key happens once.

    Methods are annotated with `ApiRequest`.
    """

    authentication_classes = [BearerToken, PortalSession]
    parser_classes = [StrictJSON]
    renderer_classes = [JSONRenderer]
    permission_classes = [IsAuthenticated]
    content_negotiation_class = AlwaysJSON
    http_method_names = ["get", "head", "post", "patch", "put", "delete"]
    schema = PortalSchema()
    # Whoever lacks this capability is answered as if the address did not exist, and is not told of it in the schema.
    known_with: Can | None = None
    # Whether a parameter or the body names something that may not be there, so that 404 is an answer.
    looks_something_up = False
    allowance: Allowance | None = None
    # Whether a POST with an Idempotency-Key is one transaction with its answer remembered.
    answers_once = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; a POST that names a key is answered once."""
        handler = getattr(self, "post", None)
        if self.answers_once and handler and request.method == "POST" and idempotency.HEADER in request.headers:
            # The parent looks the handler up on the view, which is made anew for every request.
            self.post = idempotency.once(handler)
        zone = timezone.get_current_timezone()
        try:
            return super().dispatch(request, *args, **kwargs)
        finally:
            timezone.activate(zone)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who asks, how much, and may this token.

        Raises: AuthenticationFailed, NotAuthenticated, NoSuchAddress, Throttled, ScopeMissing.
        """
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        try:
            person, token = request.user, request.auth
        except AuthenticationFailed:
            # Somebody who tries tokens is counted like somebody who has none.
            self._count(request, None)
            raise
        if self.known_with and isinstance(person, User) and not person.may(self.known_with):
            raise NoSuchAddress
        self._count(request, token or person)
        self.check_permissions(request)
        if isinstance(token, ApiToken):
            needed = Scope.READ if request.method in READING else Scope.WRITE
            # A method that no address answers (OPTIONS) is refused as such (405), whatever the token may.
            if needed not in token.scopes and (request.method or "").lower() in self.http_method_names:
                raise ScopeMissing(f"The token “{token.name}” may not {needed.label}: it lacks the scope “{needed}”.")
        assert isinstance(person, User)  # noqa: S101  nobody else comes this far
        timezone.activate(ZoneInfo(person.time_zone))

    def get_exception_handler(self) -> Any:
        """The one error shape."""
        return refusals.answer

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Say how much is left, and that no cache on the way may keep what is somebody's own."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.allowance:
            for name, value in self.allowance.headers().items():
                response[name] = value
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Authorization", "Cookie"])
        return response

    def _count(self, request: Request, caller: Any) -> None:
        if isinstance(caller, ApiToken):
            who, limit = f"token-{caller.pk}", settings.API_CALLS_PER_MINUTE
        elif isinstance(caller, User):
            who, limit = f"person-{caller.pk}", settings.API_CALLS_PER_MINUTE
        else:
            address = throttling.address_of(request._request)  # noqa: SLF001  Django's own request
            who, limit = f"address-{address}", settings.API_ANONYMOUS_CALLS_PER_MINUTE
        self.allowance = throttling.count(who, limit=limit)
        if self.allowance and self.allowance.is_exceeded:
            raise Throttled(wait=self.allowance.resets_in)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON.")
