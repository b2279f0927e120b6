"""Where Salesforce's Flow tells that an opportunity's stage changed (D1)."""

import hashlib
import hmac
import json
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, MethodNotAllowed, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from integrations import inbox
from integrations.models import Provider
from integrations.salesforce.doors import is_one_of, is_our_organization
from integrations.salesforce.ids import NotAnOpportunity, complete

logger = logging.getLogger(__name__)

LONGEST_BODY = 64 * 1024
SIGNATURE_TOLERANCE = 5 * 60  # seconds
# A stamp further ahead than any two clocks differ would make every later change look old.
FURTHEST_AHEAD = timedelta(days=1)
PUSHES_A_MINUTE = 6000


class TooBig(APIException):
    """More than any stage push needs."""

    status_code = 413
    default_detail = "The body may have 64 KB."


class NotNow(APIException):
    """The database is away, so nothing can be stored."""

    status_code = 503
    default_detail = "The portal cannot store this now. Send it again."


class FromOurFlow(BaseAuthentication):
    """Whether the sender knows our secret: the secret itself in a header, or a signature made with it.

    Nothing of the request is believed, parsed or stored before. Every secret is compared, in constant time.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, str]:
        """Let a request with a valid secret pass, as Salesforce and no person. Raises: AuthenticationFailed."""
        if "X-WS-Signature" in request.headers:
            known = _signature_is_ours(request)
        else:
            known = is_one_of(request.headers.get("X-Portal-Token", ""), settings.SALESFORCE_FLOW_SECRETS)
        if not known:
            logger.warning("Refused a stage push from %s: no valid secret.", request.META.get("REMOTE_ADDR"))
            raise AuthenticationFailed("A valid X-Portal-Token or signature is missing.")
        return AnonymousUser(), "salesforce"

    def authenticate_header(self, request: Request) -> str:
        """What an answer with status 401 asks for."""
        return "X-Portal-Token"


class BoundedRate(BaseThrottle):
    """No more pushes a minute than the portal can take; without Redis nobody counts."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count this request in its minute."""
        key = f"salesforce-pushes:{int(time.time() // 60)}"
        cache.add(key, 0, timeout=120)
        try:
            return (cache.incr(key) or 0) <= PUSHES_A_MINUTE
        except ValueError:
            return True

    def wait(self) -> float:
        """Seconds until the next minute."""
        return 60 - time.time() % 60


class StrictJSON(BaseParser):
    """JSON whatever the Content-Type says: the callout's header is not ours to choose."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """Read UTF-8 JSON. Raises: ParseError, also for what only looks like JSON or is nested without end."""
        try:
            return json.loads(stream.read(LONGEST_BODY + 1).decode(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is no JSON.") from error


# ruff: noqa: N815  the names are those of the payload the Flow sends
class StageSerializer(serializers.Serializer[dict[str, Any]]):
    """The payload we ask the Flow to send; anything else in it is dropped."""

    eventId = serializers.CharField(max_length=200, required=False, allow_blank=True)
    organizationId = serializers.CharField(max_length=18)
    opportunityId = serializers.CharField(max_length=18)
    stageName = serializers.CharField(max_length=255)
    isClosed = serializers.BooleanField(default=False)
    isWon = serializers.BooleanField(default=False)
    systemModstamp = serializers.DateTimeField(default_timezone=UTC)

    def validate_opportunityId(self, value: str) -> str:  # noqa: N802  named after its field
        """Bring it to the one stored form."""
        try:
            return complete(value)
        except NotAnOpportunity as refusal:
            raise serializers.ValidationError(refusal.message) from refusal

    def validate_systemModstamp(self, value: datetime) -> datetime:  # noqa: N802  named after its field
        """Refuse a time that nothing could be newer than."""
        if value > timezone.now() + FURTHEST_AHEAD:
            raise serializers.ValidationError("This time lies in the future.")
        return value.astimezone(UTC)


class StageView(APIView):
    """`POST /webhooks/salesforce/stage/`: verify, store once, answer; a worker does the rest.

    The answer is always a JSON object, because the Flow reads it by a schema. 200 also for repeats and unknown
    opportunities; 400, 401, 405, 413, 429 and 503 say that nothing was stored.
    """

    authentication_classes = [FromOurFlow]
    throttle_classes = [BoundedRate]
    parser_classes = [StrictJSON]
    http_method_names = ["post"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse another method or too much before anything is read; then the secret, then the rate."""
        if request.method != "POST":
            raise MethodNotAllowed(str(request.method))
        if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
            raise TooBig
        super().initial(request, *args, **kwargs)

    def post(self, request: Request) -> Response:
        """Store one stage."""
        serializer = StageSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        told = serializer.validated_data
        if not is_our_organization(told["organizationId"]):
            logger.warning("Refused a stage push of another organisation (%s).", told["organizationId"])
            raise AuthenticationFailed("This portal follows another organisation.")
        stamp = told["systemModstamp"].isoformat()
        try:
            is_new = inbox.remember(
                provider=Provider.SALESFORCE,
                dedupe_key=f"{told['opportunityId']} {stamp} {told['stageName']}",
                payload={**told, "systemModstamp": stamp},
                subject_id=told["opportunityId"],
                happened_at=told["systemModstamp"],
            )
        except DatabaseError as failure:
            logger.exception("A stage push could not be stored.")
            raise NotNow from failure
        return Response({"stored": is_new})


def _signature_is_ours(request: Request) -> bool:
    stamp = request.headers.get("X-WS-Timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    if abs(time.time() - int(stamp)) > SIGNATURE_TOLERANCE:
        return False
    signed = stamp.encode() + b"." + request.body
    ours = [
        "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        for secret in settings.SALESFORCE_FLOW_HMAC_SECRETS
        if secret
    ]
    return is_one_of(request.headers["X-WS-Signature"], ours)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON.")
