"""Colleagues see of each message whether it is in Intercom; clients do not know that there is such a thing."""

from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import Settings

from chat.actions import post_message
from integrations.intercom.models import Conversation, Part
from integrations.models import Delivery, Mailbox, Provider
from tests.conftest import World

pytestmark = pytest.mark.django_db


def test_each_message_says_where_it_is_on_its_way(client: Client, world: World, settings: Settings) -> None:
    said = [
        post_message(workstream=world.labels, author=world.owner, body=f"{n}", client_key=uuid4()) for n in range(4)
    ]
    settings.INTERCOM_TOKEN = "on"
    conversation = Conversation.objects.create(workstream=world.labels, conversation_id="499", state="open")
    Part.objects.create(conversation=conversation, part_id="1", direction="out", message=said[0])
    mailbox = Mailbox.objects.create(provider=Provider.INTERCOM, key="workstream:1", workstream=world.labels)
    for message, state in ((said[1], "parked"), (said[2], "waiting")):
        Delivery.objects.create(
            mailbox=mailbox, operation="message.relay", data={"number": message.number}, state=state
        )
    asked: dict[str, str] = {"kind": "message", "first": "1", "last": "99"}
    address = f"/workstreams/{world.labels.public_id}/intercom/standing/"

    client.force_login(world.isr)
    assert client.get(address, asked).json() == {"standing": {"1": "there", "2": "refused", "3": "waiting"}}
    assert client.get(address, asked | {"kind": "note"}).json() == {"standing": {}}
    assert client.get(address, asked | {"last": "x"}).status_code == 422
    assert 'id="intercom-standing"' in client.get(world.labels.get_absolute_url()).content.decode()

    client.force_login(world.owner)
    assert client.get(address, asked).status_code == 404
    assert 'id="intercom-standing"' not in client.get(world.labels.get_absolute_url()).content.decode()

    settings.INTERCOM_TOKEN = ""
    client.force_login(world.isr)
    assert 'id="intercom-standing"' not in client.get(world.labels.get_absolute_url()).content.decode()
