"""Where mails come in over HTTP: from our own mail server's script, or from a provider in its own format."""

import hmac
import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from mailroom import door
from mailroom.models import IncomingMail

logger = logging.getLogger(__name__)


@csrf_exempt
@login_not_required
@require_POST
def take_in(request: HttpRequest) -> HttpResponse:
    """`POST /hooks/mail/`: one mail as it is (message/rfc822), `X-Envelope-To` and `X-Envelope-From` beside it.

    Verify, store once, answer. 202 is stored, or was before; 401, 404, 413 and 503 say that nothing was.
    """
    if not _is_ours(request.headers.get("Authorization", "")):
        logger.warning("Refused a mail over HTTP from %s: no valid secret.", request.META.get("REMOTE_ADDR"))
        return HttpResponse("A valid secret is missing.", status=401, content_type="text/plain")
    try:
        recipient = request.headers.get("X-Envelope-To", "")
        if not door.is_known(recipient):
            return HttpResponse("Nobody has this address.", status=404, content_type="text/plain")
        raw = request.read(door.LARGEST + 1)
        if len(raw) > door.LARGEST:
            return HttpResponse("This mail is too large.", status=413, content_type="text/plain")
        sender = request.headers.get("X-Envelope-From", "")
        door.take_in(raw=raw, recipient=recipient, sender=sender, via=IncomingMail.Via.HOOK)
    except DatabaseError:
        return HttpResponse("It cannot be stored now. Send it again.", status=503, content_type="text/plain")
    return HttpResponse(status=202)


@csrf_exempt
@login_not_required
@require_http_methods(["HEAD", "POST"])
def from_provider(request: HttpRequest, provider: str, kind: str) -> HttpResponseBase:
    """`/hooks/mail/postmark/inbound/` and the like: anymail verifies and reads it, `mailroom.providers` takes it in.

    Without a secret of ours (ANYMAIL: WEBHOOK_SECRET) there is no such address.
    """
    if not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404("No provider hands mails in here.")
    try:
        view = resolve(f"/{provider}/{kind}/", urlconf="mailroom.provider_urls").func
    except Resolver404 as error:
        raise Http404("No such provider.") from error
    answer: HttpResponseBase = view(request)
    return answer


def _is_ours(authorization: str) -> bool:
    """Compare with every secret, in constant time."""
    scheme, _, given = authorization.partition(" ")
    known = [hmac.compare_digest(given.strip().encode(), secret.encode()) for secret in settings.MAIL_HOOK_SECRETS]
    return scheme.lower() == "bearer" and any(known)
