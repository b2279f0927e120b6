"""Sending what waits for Intercom, and reading there what came of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from chat.actions import post_message
from chat.models import Message
from integrations.drain import send_all
from integrations.intercom import contacts
from integrations.intercom.client import ContactSeen, ConversationSeen, PartSeen, client
from integrations.intercom.models import Contact, Conversation
from integrations.models import Delivery, Provider
from tests.conftest import World
from tests.vendors import Vendors
from workstreams.models import WorkStream


@dataclass
class Inbox:
    """Intercom as a colleague there sees it."""

    vendors: Vendors

    def send(self, **later: float) -> None:
        """Send what is due, now or so much later: it is that time for everybody meanwhile."""
        with time_machine.travel(timezone.now() + timedelta(**later)):
            send_all(Provider.INTERCOM)

    def contact_of(self, person: User) -> ContactSeen:
        """Their contact."""
        return client().contact(Contact.objects.get(person=person).contact_id)

    def conversation_of(self, workstream: WorkStream) -> ConversationSeen:
        """The conversation that carries it."""
        kept = Conversation.objects.of(workstream).get().conversation_id
        assert kept
        return client().conversation(kept)

    def said_in(self, workstream: WorkStream) -> list[str]:
        """What was said to the customer and by them, as far as it is words."""
        return [part.body for part in self.parts_of(workstream) if part.kind != "note"]

    def notes_in(self, workstream: WorkStream) -> list[str]:
        """What only the team reads."""
        return [part.body for part in self.parts_of(workstream) if part.kind == "note"]

    def parts_of(self, workstream: WorkStream) -> list[PartSeen]:
        """The parts that hold words which nobody took away."""
        return [part for part in self.conversation_of(workstream).parts if part.body and not part.is_redacted]

    def seat(self, person: User) -> str:
        """Give a colleague a seat in the Team Inbox; their id there."""
        return str(self.vendors.intercom.add_teammate(name=person.name, email=person.email.upper()))

    def asked(self, method: str, path: str) -> int:
        """How many requests of this kind came."""
        return len(self.vendors.log.of("intercom", method, path))


@pytest.fixture
def inbox(vendors: Vendors, settings: Settings, world: World) -> Inbox:
    """Intercom alone is on, knows the owners of both WorkStreams, and nothing was said yet."""
    settings.HUBSPOT_TOKEN = settings.SALESFORCE_CONSUMER_KEY = ""
    played = Inbox(vendors)
    for owner in (world.owner, world.stranger):
        contacts.want(owner)
    played.send()
    return played


def say(workstream: WorkStream, author: User, text: str, **more: Any) -> Message:
    """Post a message."""
    return post_message(workstream=workstream, author=author, body=text, client_key=uuid4(), **more)


def waiting() -> list[tuple[str, str]]:
    """What still waits for Intercom, and why."""
    found = Delivery.objects.unsettled().filter(mailbox__provider=Provider.INTERCOM).order_by("pk")
    return [(delivery.operation, delivery.last_error) for delivery in found]


def outcome_of(operation: str) -> dict[str, Any]:
    """What came of the latest delivery of this kind."""
    found: dict[str, Any] = Delivery.objects.filter(operation=operation).latest("pk").outcome
    return found
