"""`manage.py salesforce_push 006A000000abcDE Proposal`: play Salesforce by hand, over the portal's own address."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations.salesforce.actions import understand
from integrations.salesforce.ids import NotAnOpportunity

PATIENCE = 10  # seconds


class Command(BaseCommand):
    """Send a stage push as the Flow would, with the secret of this installation."""

    help = "Tell the running portal that an opportunity changed its stage, as Salesforce's Flow does."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to tell."""
        parser.add_argument("opportunity", help="its ID (15 or 18 characters) or the link to it")
        parser.add_argument("stage", help='for example "Contracting" or "Closed Lost"')
        parser.add_argument("--at", help="when the record changed, like 2026-03-01T10:15:31Z (now)")
        parser.add_argument("--repeat", type=int, default=1, metavar="N", help="send the same N times (1)")
        parser.add_argument("--closed", action="store_true", help="the stage closes the opportunity")
        parser.add_argument("--won", action="store_true", help="the opportunity is won, and so closed")
        parser.add_argument("--url", default=settings.BASE_URL, help="where the portal runs (%(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send it and print each answer."""
        try:
            parsed = understand(options["opportunity"])
        except NotAnOpportunity as refusal:
            raise CommandError(refusal.message) from refusal
        payload = {
            "eventId": f"by-hand-{time.time_ns()}",
            "organizationId": settings.SALESFORCE_ORGANIZATION_ID or "00D000000000000EAA",
            "opportunityId": parsed.opportunity_id,
            "stageName": options["stage"],
            "isClosed": options["closed"] or options["won"],
            "isWon": options["won"],
            "systemModstamp": _moment(options["at"]),
        }
        for warning in parsed.warnings:
            self.stderr.write(warning)
        for _ in range(options["repeat"]):
            self.stdout.write(_send(options["url"], json.dumps(payload).encode()))


def _moment(given: str | None) -> str:
    try:
        moment = parse_datetime(given) if given else timezone.now()
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise CommandError(f"“{given}” is no time with a zone. Write it like 2026-03-01T10:15:31Z.")
    return moment.isoformat()


def _send(url: str, body: bytes) -> str:
    address = url.rstrip("/") + reverse("integrations:salesforce_stage")
    if not address.startswith(("http://", "https://")):
        raise CommandError(f"{address} is no web address.")
    request = urllib.request.Request(  # noqa: S310  checked above
        address, body, headers={"Content-Type": "application/json", **_proof(body)}
    )
    # Never through a proxy: the secret is for the portal alone.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=PATIENCE) as answer:
            return f"{answer.status} {answer.read().decode(errors='replace')}"
    except urllib.error.HTTPError as refusal:
        text = refusal.read().decode(errors="replace")
        raise CommandError(f"The portal answered {refusal.code}: {text[:500]}") from refusal
    except OSError as failure:
        raise CommandError(f"Nobody answers at {address}: {failure}. Is the portal running?") from failure


def _proof(body: bytes) -> dict[str, str]:
    for secret in filter(None, settings.SALESFORCE_FLOW_SECRETS):
        return {"X-Portal-Token": secret}
    for secret in filter(None, settings.SALESFORCE_FLOW_HMAC_SECRETS):
        stamp = str(int(time.time()))
        digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {"X-WS-Timestamp": stamp, "X-WS-Signature": f"sha256={digest}"}
    raise CommandError("Neither SALESFORCE_FLOW_SECRETS nor SALESFORCE_FLOW_HMAC_SECRETS is set, so nobody may push.")
