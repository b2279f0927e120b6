"""Intercom's Messenger stands on the pages of clients where an operator switched it on, and proves who is there."""

import hashlib
import hmac
import json
import re

import pytest
from django.test import Client
from pytest_django import Settings

from tests.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def switched_on(settings: Settings) -> None:
    settings.INTERCOM_APP_ID, settings.INTERCOM_IDENTITY_SECRET = "abc12345", "identity-secret"
    settings.INTERCOM_MESSENGER = True


def test_it_is_off_unless_switched_on(client: Client, world: World) -> None:
    client.force_login(world.owner)
    assert "messenger" not in client.get("/my-workstreams/").content.decode()


@pytest.mark.usefixtures("switched_on")
def test_it_proves_who_the_client_is(client: Client, world: World) -> None:
    client.force_login(world.owner)
    page = client.get("/my-workstreams/").content.decode()
    found = re.search(r'<script id="messenger" type="application/json">(.*?)</script>', page)
    assert found
    boot = json.loads(found[1])

    assert boot["app_id"] == "abc12345"
    assert boot["user_id"] == str(world.owner.public_id)
    proof = hmac.new(b"identity-secret", boot["user_id"].encode(), hashlib.sha256).hexdigest()
    assert boot["user_hash"] == proof
    assert "identity-secret" not in page


@pytest.mark.usefixtures("switched_on")
def test_colleagues_and_strangers_have_none(client: Client, world: World) -> None:
    assert 'id="messenger"' not in client.get("/help/").content.decode()
    client.force_login(world.isr)
    assert 'id="messenger"' not in client.get("/workstreams/").content.decode()
