"""Playing Salesforce: pushes over the public address, and the workers that follow them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from integrations.models import InboundEvent
from integrations.outgoing import write
from integrations.simulator.server import Server
from integrations.simulator.world import World
from integrations.tasks import work_waiting_inbound
from tests.integrations.small_vendor import OPERATION, PROVIDER, SmallVendor, forget, introduce
from tests.vendors import Vendors, begin
from workstreams.models import WorkStream

SECRET = "a-secret-of-the-flow-0123456789"
PUSH_URL = "/webhooks/salesforce/stage/"
OPPORTUNITY = "006A000000abcDEIAY"
OTHER_OPPORTUNITY = "0065g00000XyZaBAAV"
# As the Flow of a developer organisation sends it: text, booleans and a stamp cut to the second.
CAPTURED = {
    "eventId": "7a1c9b52f3d04e6e8d5b0c2a4f6e8d10",
    "organizationId": "00D5g000000KqXyEAK",
    "opportunityId": "006A000000abcDEIAY",
    "stageName": "Proposal",
    "isClosed": False,
    "isWon": False,
    "systemModstamp": "2026-03-01 10:15:31Z",
}


class Response(Protocol):
    """What the test client answers with."""

    status_code: int

    def json(self) -> Any: ...


@dataclass
class Salesforce:
    """Somebody's Salesforce, which pushes stages."""

    client: Client
    headers: dict[str, str] = field(default_factory=lambda: {"X-Portal-Token": SECRET})

    def push(self, stage: str = "Proposal", *, minute: int = 15, **fields: Any) -> Response:
        """Push a stage that the opportunity got in this minute after ten o'clock."""
        return self.send({**CAPTURED, "stageName": stage, "systemModstamp": f"2026-03-01T10:{minute:02}:31Z", **fields})

    def send(self, payload: Any, **options: Any) -> Response:
        """Push anything: text and bytes as they are, everything else as JSON."""
        body = payload if isinstance(payload, str | bytes) else json.dumps(payload)
        return self.client.post(
            PUSH_URL, body, content_type="application/json", headers={**self.headers, **options.pop("headers", {})}
        )

    def tell(self, stage: str, *, minute: int = 15, **fields: Any) -> InboundEvent:
        """Push a stage and let the workers do their part; returns what became of it."""
        assert self.push(stage, minute=minute, **fields).status_code == 200
        work_waiting_inbound()
        return InboundEvent.objects.latest("id")


@pytest.fixture
def salesforce(client: Client, settings: Any, db: None) -> Salesforce:
    """A Salesforce that knows our secret."""
    settings.SALESFORCE_FLOW_SECRETS = [SECRET]
    return Salesforce(client)


Tie = Callable[..., WorkStream]


@pytest.fixture
def tied(world: Any) -> Tie:
    """Tie a WorkStream, and set other fields, without any action."""

    def tie(workstream: WorkStream, opportunity_id: str | None = OPPORTUNITY, **fields: Any) -> WorkStream:
        WorkStream.objects.filter(pk=workstream.pk).update(opportunity_id=opportunity_id, **fields)
        workstream.refresh_from_db()
        return workstream

    return tie


@pytest.fixture(scope="session")
def simulator() -> Iterator[Server]:
    """The vendors' simulator on a port of this machine, for the whole run."""
    server = Server(World())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def vendors(simulator: Server, settings: Settings) -> Iterator[Vendors]:
    """All vendors are on and know nothing yet. What we send against their descriptions fails the test."""
    played = begin(simulator, settings)
    yield played
    assert played.log.violations == []


@pytest.fixture
def small_vendor(settings: Any) -> Iterator[SmallVendor]:
    """A vendor that is on and answers; `introduce` has made the queue know its one operation."""
    settings.INTERCOM_TOKEN = "a-token"
    vendor = SmallVendor()
    introduce(vendor.url)
    yield vendor
    forget()
    vendor.close()


Say = Callable[..., None]


@pytest.fixture
def say(db: None) -> Say:
    """Write numbers for a vendor about a WorkStream or a person, each in a transaction of its own."""

    def write_numbers(about: WorkStream | User, *numbers: int) -> None:
        for number in numbers:
            with transaction.atomic():
                write(PROVIDER, OPERATION, about=about, data={"number": number})

    return write_numbers
