"""Real workers, killed in the middle of a call, and a Redis that goes away: nothing lost, nothing twice (D1, D2)."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event as Signal

import pytest
from django.conf import settings
from django.db import connection
from kombu.exceptions import OperationalError

from integrations.models import Delivery
from integrations.tasks import send_what_waits
from tests.conftest import World
from tests.factories import WorkStreamFactory
from tests.integrations.conftest import Say
from tests.integrations.small_vendor import SmallVendor
from tests.integrations.test_working_the_inbox import use_broker
from tools.guard import Guard, Server
from tools.services import find_place, last_lines, start_valkey

PATIENCE = 60.0
LEASE_SECONDS = 2

Start = Callable[[str], int]


@pytest.fixture
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Guard]]:
    """A Redis of the test's own, which it may stop."""
    folder = tmp_path_factory.mktemp("redis")
    folder.chmod(0o755)
    with Guard() as guard:
        url = start_valkey(guard, find_place(folder), logs=folder)
        known = use_broker(url)
        yield url, guard
        use_broker(known)


@pytest.fixture
def start(small_vendor: SmallVendor, redis_url: tuple[str, Guard], tmp_path: Path) -> Iterator[Start]:
    """Start a worker as it runs in production, and return its process id when it takes work."""
    found = connection.settings_dict
    variables = {
        **os.environ,
        "DATABASE_URL": f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}",
        "REDIS_URL": redis_url[0],
        "INTERCOM_TOKEN": "a-token",
        "SMALL_VENDOR_URL": small_vendor.url,
        "DELIVERY_LEASE_SECONDS": str(LEASE_SECONDS),
    }
    celery = [sys.executable, "-m", "celery", "-A", "config", "worker", "-P", "threads", "-c", "4"]
    celery += ["-Q", f"{settings.LIVE_PREFIX}.vendors", "--include", "tests.integrations.introduced"]
    celery += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"]
    with Guard() as guard:

        def start_worker(name: str) -> int:
            log = tmp_path / f"{name}.log"
            command = [*celery, "-n", f"{name}@%h"]
            pid = guard.start(Server(name=name, command=command, environment=variables, log=log))
            wait_until(
                lambda: log.exists() and " ready." in log.read_text(errors="replace"), lambda: last_lines(log, 30)
            )
            return pid

        yield start_worker


def wait_until(holds: Callable[[], bool], tell: Callable[[], str] = str) -> None:
    """Return when it holds; look often."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, tell()
        Signal().wait(0.05)


def sweep_until(holds: Callable[[], bool]) -> None:
    """What beat does, until it holds."""

    def swept() -> bool:
        if holds():
            return True
        with suppress(OperationalError):  # Redis is not back yet; beat would go on as well
            send_what_waits()
        Signal().wait(0.5)
        return False

    wait_until(swept, lambda: str(list(Delivery.objects.exclude(state="sent").values()[:3])))


def all_sent() -> bool:
    """Whether nothing is left."""
    return not Delivery.objects.exclude(state=Delivery.State.SENT).exists()


@pytest.mark.django_db(transaction=True)
def test_workers_are_killed_in_mid_call_and_redis_forgets_everything(
    small_vendor: SmallVendor, redis_url: tuple[str, Guard], start: Start, world: World, say: Say
) -> None:
    subjects = [world.labels, world.scans, *WorkStreamFactory.create_batch(4)]
    first = start("first")
    start("second")
    inside, held = Signal(), Signal()

    def hold(_: str) -> None:
        inside.set()
        held.wait(PATIENCE)

    small_vendor.before_answering = hold  # done, and nobody has heard of it
    for number in range(30):
        say(subjects[number % 6], number)
    wait_until(inside.is_set)
    wait_until(lambda: len(small_vendor.done) == 6)  # more than one worker has threads
    os.kill(first, signal.SIGKILL)
    assert Delivery.objects.filter(begun_at__isnull=False).count() >= len(small_vendor.done)
    small_vendor.before_answering = lambda _: None
    held.set()

    _, redis = redis_url
    redis.stop("valkey")
    began = time.monotonic()
    for number in range(30, 60):
        say(subjects[number % 6], number)  # the nudge finds no broker, and soon
    assert time.monotonic() - began < 10
    redis.start_again("valkey")
    sweep_until(all_sent)  # by the second, which finds its broker again

    assert small_vendor.looked >= 1
    for place, about in enumerate(subjects):
        assert small_vendor.numbers(f"workstream:{about.pk}") == list(range(place, 60, 6))
    assert len(small_vendor.done) == 60
    say(world.labels, 100)  # and an idle worker is nudged at once
    began = time.monotonic()
    wait_until(lambda: (small_vendor.done[-1][1], all_sent()) == (100, True))
    assert time.monotonic() - began < 5
