"""The vendors' side for tests: one simulator for the whole run, with which every test begins anew."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings as current
from django.test import Client
from pytest_django import Settings

from integrations.hubspot.simulator.vendor import HubSpot
from integrations.intercom.simulator.vendor import Intercom
from integrations.salesforce.simulator.vendor import Salesforce
from integrations.simulator.addresses import settings_for
from integrations.simulator.clock import Clock
from integrations.simulator.courier import Courier, Parcel
from integrations.simulator.faults import Faults
from integrations.simulator.log import Log
from integrations.simulator.server import Server
from integrations.simulator.world import World


@dataclass
class Vendors:
    """What a test may look at and play with. Webhooks leave when it says `courier.deliver()`."""

    world: World
    url: str

    @property
    def intercom(self) -> Intercom:
        """Intercom's side."""
        found = self.world.vendors["intercom"]
        assert isinstance(found, Intercom)
        return found

    @property
    def hubspot(self) -> HubSpot:
        """HubSpot's side."""
        found = self.world.vendors["hubspot"]
        assert isinstance(found, HubSpot)
        return found

    @property
    def salesforce(self) -> Salesforce:
        """Salesforce's side."""
        found = self.world.vendors["salesforce"]
        assert isinstance(found, Salesforce)
        return found

    @property
    def clock(self) -> Clock:
        """The vendors' time; the portal's is another."""
        return self.world.clock

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self.world.faults

    @property
    def log(self) -> Log:
        """Which requests came."""
        return self.world.log

    @property
    def courier(self) -> Courier:
        """What carries webhooks, to the Django test client."""
        return self.world.courier

    def expect_violations(self) -> list[str]:
        """What we sent against the description; the test has meant it, and does not fail for it."""
        return self.log.forgive()


def begin(server: Server, settings: Settings) -> Vendors:
    """A fresh world, and the portal's settings pointed at it."""
    server.world.reset()
    server.world.courier.transport = carry_to_portal
    for name, text in settings_for(server.url).items():
        now = getattr(current, name)
        value: Any = text.split(",") if isinstance(now, list) else int(text) if isinstance(now, int) else text
        setattr(settings, name, value)
    return Vendors(server.world, server.url)


def carry_to_portal(parcel: Parcel) -> int:
    """Hand a webhook to the portal as it is: the raw bytes and the headers."""
    headers = {name: value for name, value in parcel.headers.items() if name.lower() != "content-type"}
    kind = parcel.headers.get("Content-Type", "application/octet-stream")
    response = Client(raise_request_exception=False).generic(
        parcel.method, parcel.path, parcel.body, content_type=kind, headers=headers
    )
    parcel.answer = response.content
    return int(response.status_code)
