"""Nothing that was stored is lost, and nothing is done twice (D1, D2)."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from activity.models import Event
from config.celery import app
from integrations.inbox import lock_subject
from integrations.models import InboundEvent, Provider
from integrations.querysets import LEASE
from integrations.salesforce import work as salesforce_work
from integrations.tasks import work_waiting_inbound
from integrations.work import GIVE_UP_AFTER, work_next
from milestones.models import MilestoneChange
from tests.conftest import World
from tests.integrations.conftest import OPPORTUNITY, Salesforce, Tie
from workstreams.choices import Milestone

State = InboundEvent.State


@contextmanager
def broker_away() -> Iterator[None]:
    """Celery finds nobody at its broker's address."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        known = use_broker(f"redis://127.0.0.1:{nobody.getsockname()[1]}/0")
        try:
            yield
        finally:
            use_broker(known)


def use_broker(url: str) -> str:
    """Let Celery find its broker at another address; returns the one before."""
    known: str = app.conf.broker_url
    app.conf.update(broker_url=url)
    for holder, name in ((app, "_pool"), (app.amqp, "_producer_pool")):
        setattr(holder, name, None)  # Celery keeps its connections for as long as it lives
    return known


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Following fails in a way nobody foresaw, until `broken.undo()`."""

    def fail(**_: Any) -> None:
        raise RuntimeError("Something nobody foresaw.")

    monkeypatch.setattr(salesforce_work, "follow_salesforce", fail)
    return monkeypatch


def test_a_worker_killed_between_claim_and_finish_only_delays(salesforce: Salesforce, world: World, tied: Tie) -> None:
    labels = tied(world.labels)
    salesforce.push("Proposal")
    InboundEvent.objects.claim(now=timezone.now())  # and here the worker dies

    work_waiting_inbound()
    assert not MilestoneChange.objects.exists()
    with time_machine.travel(timezone.now() + LEASE + timedelta(seconds=1), tick=True):
        work_waiting_inbound()
        work_waiting_inbound()

    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
    assert MilestoneChange.objects.count() == 1
    assert InboundEvent.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_outlives_its_claim_does_nothing_twice(salesforce: Salesforce, world: World, tied: Tie) -> None:
    tied(world.labels)
    salesforce.push("Proposal")
    now = timezone.now()

    def work(moment: datetime) -> None:
        work_next(now=moment)
        connection.close()

    threads = [Thread(target=work, args=[moment]) for moment in (now, now + 2 * LEASE)]
    with transaction.atomic():
        lock_subject(Provider.SALESFORCE, OPPORTUNITY)  # both have claimed it and wait here
        for number, thread in enumerate(threads, start=1):
            thread.start()
            while InboundEvent.objects.get().attempts < number:
                pass
    for thread in threads:
        thread.join()

    assert InboundEvent.objects.get().state == State.APPLIED
    assert Event.objects.filter(verb="salesforce.stage_heard").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_share_the_work(salesforce: Salesforce, world: World, tied: Tie) -> None:
    labels = tied(world.labels)
    for minute, stage in enumerate(["Validation", "Proposal", "Validation", "Contracting", "Proposal"]):
        salesforce.push(stage, minute=minute)
    start = Barrier(2)

    def work() -> None:
        start.wait()
        work_waiting_inbound()
        connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
    assert list(InboundEvent.objects.values_list("attempts", flat=True)) == [1] * 5
    assert Event.objects.filter(verb="salesforce.stage_heard").count() == 5


def test_what_fails_is_tried_again_later(
    salesforce: Salesforce, world: World, tied: Tie, broken: pytest.MonkeyPatch
) -> None:
    labels = tied(world.labels)
    event = salesforce.tell("Proposal")
    assert (event.state, event.attempts) == (State.RECEIVED, 1)
    assert event.reason == "RuntimeError: Something nobody foresaw."
    assert event.due_at > timezone.now() + timedelta(seconds=10)
    assert not Event.objects.exists()

    broken.undo()
    work_next(now=event.due_at)
    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL


def test_what_fails_again_and_again_is_given_up_and_shown(
    salesforce: Salesforce, world: World, tied: Tie, broken: pytest.MonkeyPatch
) -> None:
    tied(world.labels)
    event = salesforce.tell("Proposal")
    while event.state == State.RECEIVED:
        assert work_next(now=event.due_at)
        event.refresh_from_db()

    assert (event.state, event.attempts, event.workstream) == (State.FAILED, GIVE_UP_AFTER, world.labels)
    assert Event.objects.get().data["outcome"] == "failed"
    assert not work_next(now=timezone.now() + timedelta(days=2))


def test_work_that_kills_its_worker_each_time_is_given_up(salesforce: Salesforce, world: World) -> None:
    salesforce.push("Proposal")
    now = timezone.now()
    for _ in range(GIVE_UP_AFTER):
        now += 2 * LEASE
        InboundEvent.objects.claim(now=now)
    work_next(now=now + 2 * LEASE)

    assert InboundEvent.objects.get().state == State.FAILED


def test_a_poisoned_event_does_not_stop_the_others(
    salesforce: Salesforce, world: World, tied: Tie, broken: pytest.MonkeyPatch
) -> None:
    tied(world.labels)
    salesforce.push("Proposal", minute=1)
    lost = salesforce.tell("Closed Lost", minute=2, isClosed=True)

    assert lost.state == State.IGNORED


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_away_the_push_is_stored_and_the_sweep_finds_it(
    salesforce: Salesforce, world: World, tied: Tie, caplog: pytest.LogCaptureFixture
) -> None:
    labels = tied(world.labels)
    with broker_away():
        assert salesforce.push("Proposal").status_code == 200
    assert "The broker is away" in caplog.text

    work_waiting_inbound()
    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
