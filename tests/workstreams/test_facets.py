"""The counts beside the grid's boxes: what is counted, when it is not, and who may know."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from config.celery import app
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams import facets
from workstreams.choices import Milestone, Status, SubscriptionType
from workstreams.models import GridCount, GridCounted, WorkStream
from workstreams.tasks import recount_for_grid

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def counted() -> dict[tuple[int | None, str, str, str | None], int]:
    """The roll-up as it is stored."""
    rows = GridCount.objects.values_list("lead_id", "status", "subscription_type", "milestone", "n")
    return {(lead, status, kind, milestone): n for lead, status, kind, milestone, n in rows}


# --- Counting


def test_each_combination_is_counted_once(world: World) -> None:
    WorkStreamFactory.create_batch(2, lead=world.isr, milestone=Milestone.PROCESSING_DATA)
    assert facets.recount(now=NOON)

    assert counted() == {
        (None, Status.OPEN, SubscriptionType.AGILE, None): 1,
        (None, Status.OPEN, SubscriptionType.BATCH, None): 1,
        (world.isr.pk, Status.OPEN, SubscriptionType.AGILE, Milestone.PROCESSING_DATA): 2,
    }
    assert GridCounted.objects.get().at == NOON


def test_counting_again_follows_what_changed_and_leaves_the_rest_alone(world: World) -> None:
    facets.recount(now=NOON)
    kept = GridCount.objects.get(subscription_type=SubscriptionType.AGILE).pk
    WorkStream.objects.filter(pk=world.scans.pk).update(lead=world.isr)
    recount_for_grid()

    assert counted() == {
        (None, Status.OPEN, SubscriptionType.AGILE, None): 1,
        (world.isr.pk, Status.OPEN, SubscriptionType.BATCH, None): 1,
    }
    assert GridCount.objects.filter(pk=kept).exists()
    assert GridCounted.objects.get().at > NOON


def test_only_one_counts_at_a_time(world: World) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [facets.TURN])
        assert not facets.recount(now=NOON)
    finally:
        other.close()

    assert not GridCounted.objects.exists()


def test_it_is_counted_each_minute() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["recount-for-grid"]
    app.loader.import_default_modules()

    assert entry["task"] in app.tasks
    assert entry["schedule"] == timedelta(minutes=1)
