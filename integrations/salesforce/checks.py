"""Settings that would fail only when the first push comes are found before."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  Django's own name

from integrations.salesforce.ids import NotAnOpportunity, complete
from integrations.salesforce.stages import HIGHEST_STEP

SHORTEST_SECRET = 16


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
    return found
