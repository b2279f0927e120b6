"""Settings that would fail only when the first push comes are found before."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  Django's own name

from integrations.salesforce.ids import NotAnOpportunity, complete
from integrations.salesforce.stages import HIGHEST_STEP

SHORTEST_SECRET = 16
SHORTEST_TOKEN = 32
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_TOKEN = re.compile(r"[A-Za-z0-9_-]+")


@register(Tags.compatibility)
def salesforce_settings(**_: Any) -> list[CheckMessage]:
    """Refuse values that cannot be meant."""
    found: list[CheckMessage] = []
    if settings.SALESFORCE_ORGANIZATION_ID:
        try:
            complete(settings.SALESFORCE_ORGANIZATION_ID)
        except NotAnOpportunity as refusal:
            found.append(Error(f"SALESFORCE_ORGANIZATION_ID: {refusal.message}", id="salesforce.E001"))
    base = urlsplit(settings.SALESFORCE_BASE_URL)
    if settings.SALESFORCE_BASE_URL and (base.scheme != "https" or not base.netloc or base.path):
        found.append(Error("SALESFORCE_BASE_URL must be like https://acme.lightning.force.com.", id="salesforce.E002"))
    wrong = [stage for stage, step in settings.SALESFORCE_STAGE_STEPS.items() if not 1 <= step <= HIGHEST_STEP]
    if wrong:
        found.append(
            Error(
                f"SALESFORCE_STAGE_STEPS: {', '.join(wrong)} must lead to step 1 to {HIGHEST_STEP}; "
                "step 5 is set by hand (R104).",
                id="salesforce.E003",
            )
        )
    secrets = [*settings.SALESFORCE_FLOW_SECRETS, *settings.SALESFORCE_FLOW_HMAC_SECRETS]
    if any(len(secret) < SHORTEST_SECRET for secret in secrets):
        found.append(
            Warning(
                f"A secret of the Salesforce Flow is shorter than {SHORTEST_SECRET} characters.", id="salesforce.W001"
            )
        )
    return [*found, *_of_the_connection()]


def _of_the_connection() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.SALESFORCE_CONSUMER_KEY:
        if not settings.SALESFORCE_CONSUMER_SECRET:
            found.append(Error("SALESFORCE_CONSUMER_KEY needs SALESFORCE_CONSUMER_SECRET.", id="salesforce.E004"))
        if not _DOMAIN.fullmatch(settings.SALESFORCE_DOMAIN) or settings.SALESFORCE_DOMAIN in {"login", "test"}:
            # The client-credentials flow is answered by the organisation's own address alone.
            found.append(
                Error(
                    "SALESFORCE_DOMAIN must be My Domain without .salesforce.com, like acme.my.",
                    id="salesforce.E005",
                )
            )
    tokens = [token for token in settings.SALESFORCE_OUTBOUND_TOKENS if token]
    if tokens and not settings.SALESFORCE_CONSUMER_KEY:
        found.append(
            Error(
                "SALESFORCE_OUTBOUND_TOKENS needs SALESFORCE_CONSUMER_KEY: what an Outbound Message says is read back.",
                id="salesforce.E006",
            )
        )
    if any(len(token) < SHORTEST_TOKEN or not _TOKEN.fullmatch(token) for token in tokens):
        found.append(
            Error(
                f"A token of SALESFORCE_OUTBOUND_TOKENS stands in an address and is all that protects it: at least "
                f"{SHORTEST_TOKEN} letters, digits, hyphens and underscores.",
                id="salesforce.E007",
            )
        )
    return found
