"""Settings that would fail only when the first message goes out are found before."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004  Django's own name

_ON_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


@register(Tags.compatibility)
def intercom_settings(**_: Any) -> list[CheckMessage]:
    """Refuse values that cannot be meant."""
    if not settings.INTERCOM_TOKEN:
        return []
    found: list[CheckMessage] = []
    base = urlsplit(settings.INTERCOM_BASE_URL)
    if base.scheme != "https" and base.hostname not in _ON_THIS_MACHINE:
        found.append(Error("INTERCOM_BASE_URL must be like https://api.intercom.io.", id="intercom.E001"))
    if not settings.INTERCOM_ADMIN_ID:
        found.append(
            Warning(
                "INTERCOM_ADMIN_ID is empty: notes and automatic messages wait until it names a teammate.",
                id="intercom.W001",
            )
        )
    elif not re.fullmatch(r"[0-9]{1,20}", settings.INTERCOM_ADMIN_ID):
        found.append(Error("INTERCOM_ADMIN_ID must be a number, the teammate's id.", id="intercom.E002"))
    return found
