"""When somebody was last here."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.conftest import World

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("before", [None, NOON - timedelta(minutes=5), NOON - timedelta(days=40)])
def test_opening_a_page_is_remembered(client: Client, world: World, before: datetime | None) -> None:
    User.objects.filter(pk=world.owner.pk).update(last_seen_at=before)
    with time_machine.travel(NOON, tick=False):
        client.force_login(world.owner)
        client.get("/my-workstreams/")

    world.owner.refresh_from_db()
    assert world.owner.last_seen_at == NOON


def test_pages_in_quick_succession_write_nothing(client: Client, world: World) -> None:
    User.objects.filter(pk=world.owner.pk).update(last_seen_at=NOON)
    with time_machine.travel(NOON + timedelta(minutes=4, seconds=59), tick=False):
        client.force_login(world.owner)
        client.get("/my-workstreams/")

    world.owner.refresh_from_db()
    assert world.owner.last_seen_at == NOON


def test_a_slow_request_does_not_turn_the_time_back(world: World) -> None:
    later = timezone.now() + timedelta(minutes=1)
    User.objects.filter(pk=world.owner.pk).update(last_seen_at=later)
    User.objects.seen(world.owner, now=later - timedelta(minutes=2), at_most_every=timedelta(minutes=5))

    world.owner.refresh_from_db()
    assert world.owner.last_seen_at == later


def test_visitors_leave_no_trace(client: Client, world: World) -> None:
    User.objects.update(last_seen_at=None)
    client.get("/sign-in/")

    assert not User.objects.exclude(last_seen_at=None).exists()
