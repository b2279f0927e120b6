"""HubSpot with the portal's properties, and a worker that sends it what waits."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from integrations.drain import send_all
from integrations.hubspot.simulator.vendor import HubSpot
from integrations.models import Delivery, Provider
from tests.vendors import Vendors

Send = Callable[..., Delivery]


@pytest.fixture
def bare(vendors: Vendors, settings: Settings, db: None) -> HubSpot:
    """An account that nobody has prepared; the other vendors are off."""
    settings.INTERCOM_TOKEN = settings.SALESFORCE_CONSUMER_KEY = ""
    return vendors.hubspot


@pytest.fixture
def hubspot(vendors: Vendors, bare: HubSpot) -> HubSpot:
    """An account that `manage.py hubspot_setup` was run for."""
    call_command("hubspot_setup", verbosity=0, stdout=StringIO())
    vendors.log.clear()
    return bare


@pytest.fixture
def send() -> Send:
    """Let a worker send what is due, and what comes due within some minutes; the newest delivery then."""

    def work(*, minutes: float = 0) -> Delivery:
        send_all(Provider.HUBSPOT, now=timezone.now() + timedelta(minutes=minutes))
        return Delivery.objects.filter(mailbox__provider=Provider.HUBSPOT).latest("pk")

    return work


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Somebody who answers one request with these bytes; the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer_once() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        thread = threading.Thread(target=answer_once, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)
