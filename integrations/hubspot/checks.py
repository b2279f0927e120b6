"""Settings that would fail only when the first contact goes out are found before."""

import re
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004  Django's own name


@register(Tags.compatibility)
def hubspot_settings(**_: Any) -> list[CheckMessage]:
    """Say what cannot be meant."""
    found: list[CheckMessage] = []
    if bool(settings.HUBSPOT_PORTAL_ID) != bool(settings.HUBSPOT_FORM_ID):
        found.append(
            Warning(
                "HUBSPOT_PORTAL_ID and HUBSPOT_FORM_ID belong together; with one of them no pages are joined.",
                id="hubspot.W001",
            )
        )
    if settings.HUBSPOT_PORTAL_ID and not re.fullmatch(r"\d+", settings.HUBSPOT_PORTAL_ID):
        found.append(Warning("HUBSPOT_PORTAL_ID is a number.", id="hubspot.W002"))
    if settings.HUBSPOT_FORM_ID and not re.fullmatch(r"[0-9A-Za-z-]+", settings.HUBSPOT_FORM_ID):
        found.append(Warning("HUBSPOT_FORM_ID is letters, digits and hyphens only.", id="hubspot.W003"))
    return found
