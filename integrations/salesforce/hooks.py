"""Where Salesforce's Outbound Messages come in."""

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import inbox
from integrations.models import InboundEvent
from integrations.salesforce import outbound
from integrations.salesforce.doors import is_one_of, is_our_organization, is_same_id

logger = logging.getLogger(__name__)

KINDS = {"text/xml", "application/soap+xml"}


@csrf_exempt
@login_not_required
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Verify, store everything that one request told, acknowledge it; a worker reads each opportunity back.

    Whoever does not know the token learns nothing, not even that there is something here. Anything but the
    acknowledgement has Salesforce send the same again for a day.
    """
    if not is_one_of(token, settings.SALESFORCE_OUTBOUND_TOKENS):
        return _refuse(404, "There is nothing here.")
    if request.content_type not in KINDS:
        return _refuse(415, "This takes SOAP 1.1 as text/xml.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > outbound.LONGEST_BODY:
        return _refuse(413, "A message may have 1 MB.")
    try:
        message = outbound.parse(request.body)
    except outbound.NotAMessage as problem:
        logger.warning("Refused an Outbound Message: %s", problem)
        return _refuse(400, str(problem))
    return _store(message)


def _store(message: outbound.Message) -> HttpResponse:
    if not is_our_organization(message.organization) or not _is_one_of_our_actions(message.action):
        logger.warning("Refused an Outbound Message of another organisation or action.")
        return _refuse(403, "This portal follows another organisation or another action.")
    try:
        inbox.remember_all(message.events)
    except DatabaseError:
        logger.exception("An Outbound Message could not be stored.")
        return _refuse(503, "The portal cannot store this now.")
    if bad := sum(event.state == InboundEvent.State.FAILED for event in message.events):
        logger.error("%s of %s notifications of an Outbound Message could not be read.", bad, len(message.events))
    return HttpResponse(outbound.ACKNOWLEDGED, content_type="text/xml; charset=utf-8")


def _is_one_of_our_actions(action: str) -> bool:
    ours = [known for known in settings.SALESFORCE_OUTBOUND_ACTIONS if known]
    return not ours or any(is_same_id(action, known) for known in ours)


def _refuse(status: int, why: str) -> HttpResponse:
    return HttpResponse(f"{why}\n", status=status, content_type="text/plain; charset=utf-8")
