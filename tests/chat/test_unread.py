"""Going through what is unread, keeping something for later, and opening the place of a message."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from chat import actions
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams.models import WorkStream


def say(workstream: WorkStream, author: User, count: int = 1) -> None:
    for number in range(count):
        actions.post_message(workstream=workstream, author=author, body=f"line {number + 1}.", client_key=uuid4())


@pytest.fixture
def three(world: World) -> list[WorkStream]:
    """Three of the owner's, each with something unread, in the order of their activity."""
    found = [world.labels, *(WorkStreamFactory.create(owner=world.owner) for _ in range(2))]
    for age, workstream in enumerate(found):
        say(workstream, world.isr)
        WorkStream.objects.filter(pk=workstream.pk).update(last_activity_at=timezone.now() - timedelta(hours=age))
    return found


def leads_to(client: Client, here: WorkStream, more: str = "") -> str:
    return client.get(f"/unread/?from={here.public_id}{more}")["Location"].partition("#")[0]


def test_keys_go_from_one_unread_workstream_to_the_next(three: list[WorkStream], world: World, client: Client) -> None:
    client.force_login(world.owner)
    first, second, third = (each.get_absolute_url() for each in three)

    assert leads_to(client, three[0]) == second
    assert leads_to(client, three[1]) == third
    assert leads_to(client, three[2]) == first
    assert leads_to(client, three[1], "&back=1") == first
    actions.mark_read(workstream=three[1], reader=world.owner, message=1)
    assert leads_to(client, three[0]) == third


def test_where_nothing_else_is_unread_one_stays(world: World, client: Client) -> None:
    client.force_login(world.owner)

    assert leads_to(client, world.labels) == world.labels.get_absolute_url()
    assert client.get("/unread/?from=x")["Location"] == "/"


@pytest.mark.parametrize("who", ["stranger", "agile_worker"])
def test_nobody_is_led_to_what_they_may_not_read(
    three: list[WorkStream], world: World, client: Client, who: str
) -> None:
    client.force_login(getattr(world, who))

    assert not leads_to(client, three[1]).startswith(three[0].get_absolute_url())


def test_a_chat_can_be_kept_for_later(world: World, client: Client) -> None:
    say(world.labels, world.isr, 2)
    actions.mark_read(workstream=world.labels, reader=world.owner, message=2)
    client.force_login(world.owner)
    client.post(f"/workstreams/{world.labels.public_id}/chat/unread/")

    page = client.get("/my-workstreams/").content.decode()
    assert "(1 unread)" in page


def test_a_link_opens_the_conversation_around_a_message(world: World, client: Client) -> None:
    say(world.labels, world.owner, 160)
    client.force_login(world.owner)
    page = client.get(f"{world.labels.get_absolute_url()}?at=80").content.decode()

    shown = [number for number in range(1, 161) if f'id="message-{number}"' in page]
    assert shown == list(range(55, 105))
    assert "Show older" in page
    assert "Show newer" in page
    last = client.get(f"{world.labels.get_absolute_url()}?at=150").content.decode()
    assert "Show newer" not in last


@pytest.mark.parametrize("at", ["999", "0", "x", "9" * 30])
def test_a_link_to_nothing_opens_the_end(world: World, client: Client, at: str) -> None:
    say(world.labels, world.owner, 60)
    client.force_login(world.owner)
    page = client.get(f"{world.labels.get_absolute_url()}?at={at}").content.decode()

    assert 'id="message-60"' in page
    assert 'id="message-1"' not in page


def test_the_place_of_a_message_costs_what_the_end_costs(world: World, client: Client) -> None:
    say(world.labels, world.owner, 60)
    client.force_login(world.owner)

    def cost(query: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(world.labels.get_absolute_url() + query)
        return len(asked)

    cost("")
    assert cost("?at=20") == cost("")
