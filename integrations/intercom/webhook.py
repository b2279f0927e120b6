"""Where Intercom tells what happened in its conversations and among its contacts.

What it tells is a hint and not the truth: it comes twice, late, in any order or never, with a body that depends on a
setting of theirs. So only ids are kept, nobody's words, and a worker asks Intercom what stands there.
"""

import hashlib
import hmac
import json
import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from integrations import inbox
from integrations.intercom.client import moment
from integrations.intercom.hints import TOPICS, Hint
from integrations.models import Provider

logger = logging.getLogger(__name__)

# A conversation with a long mail in it; files never travel here.
LARGEST_BODY = 4 * 1024 * 1024


@csrf_exempt
@login_not_required
@require_http_methods(["HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """`POST /webhooks/intercom/`: verify, store once, answer 200; a worker does the rest (D1).

    Intercom repeats an answer that is no 200 once, a minute later. It takes 410 for the end of the subscription and
    throttles us for 429, so neither is ever answered. HEAD is how it looks whether the address is there.
    """
    if request.method == "HEAD":
        return HttpResponse()
    body = request.read(LARGEST_BODY + 1)
    if not _is_signed(body, request.headers.get("X-Hub-Signature", "")):
        logger.warning("Refused a webhook of Intercom from %s: no valid signature.", request.META.get("REMOTE_ADDR"))
        return _plain("A valid signature is missing.", 401)
    if len(body) > LARGEST_BODY:
        return _plain("This is too large.", 413)
    told = _read(body)
    if told is None:
        return _plain("This is no JSON object.", 400)
    try:
        if told.get("topic") != "ping":
            _store(told)
    except DatabaseError:
        logger.exception("A webhook of Intercom could not be stored.")
        return _plain("It cannot be stored now. Send it again.", 503)
    return HttpResponse()


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _store(told: dict[str, Any]) -> None:
    hint = Hint.of(told)
    inbox.remember(
        provider=Provider.INTERCOM,
        dedupe_key=_key(told, hint),
        payload=hint.as_payload(),
        subject_id=hint.subject_id,
        happened_at=moment(told.get("created_at")),
        ignored_because=_why_not(told, hint),
    )


def _why_not(told: dict[str, Any], hint: Hint) -> str:
    """Why nothing follows from it; empty when something may."""
    if settings.INTERCOM_APP_ID and str(told.get("app_id")) != settings.INTERCOM_APP_ID:
        return "It is of another workspace."
    if hint.topic not in TOPICS:
        return f"Nothing follows from “{hint.topic}”."
    return "" if hint.subject_id else "It names nothing that could be looked for."


def _key(told: dict[str, Any], hint: Hint) -> str:
    """What makes a repeat a repeat. Intercom's id may be missing; then what it is about, and when."""
    if isinstance(told.get("id"), str) and told["id"]:
        return f"id {told['id']}"[:320]
    about = json.dumps([hint.as_payload(), told.get("created_at")], sort_keys=True)
    return f"about {hashlib.sha256(about.encode()).hexdigest()}"


def _is_signed(body: bytes, given: str) -> bool:
    """Whether one of our secrets made this signature; every one is compared, in constant time."""
    known = [
        hmac.compare_digest(
            b"sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest().encode(), given.lower().encode()
        )
        for secret in settings.INTERCOM_CLIENT_SECRETS
        if secret
    ]
    return any(known)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
