"""HubSpot with the portal's properties, and a worker that sends it what waits."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from integrations.drain import send_all
from integrations.hubspot.simulator.vendor import HubSpot
from integrations.models import Delivery, Provider
from tests.vendors import Vendors

Send = Callable[..., Delivery]


@pytest.fixture
def hubspot(vendors: Vendors, db: None) -> HubSpot:
    """An account that `manage.py hubspot_setup` was run for."""
    call_command("hubspot_setup", verbosity=0, stdout=open_nowhere())
    vendors.log.clear()
    return vendors.hubspot


@pytest.fixture
def bare(vendors: Vendors, db: None) -> HubSpot:
    """An account that nobody has prepared."""
    return vendors.hubspot


@pytest.fixture
def send() -> Send:
    """Let a worker send what is due, by default what comes due within minutes, too; the newest delivery then."""

    def work(*, minutes: float = 0) -> Delivery:
        send_all(Provider.HUBSPOT, now=timezone.now() + timedelta(minutes=minutes))
        return Delivery.objects.filter(mailbox__provider=Provider.HUBSPOT).latest("pk")

    return work


def open_nowhere() -> Any:
    """Somewhere to print to."""
    from io import StringIO

    return StringIO()
