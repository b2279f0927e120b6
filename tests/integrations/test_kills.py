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
# Deliveries of the test that kills again and again; more by KILLS_DELIVERIES=5000, which takes minutes.
MANY = int(os.environ.get("KILLS_DELIVERIES", "120"))


class Workers:
    """Workers as they run in production, where whoever ends is started again."""

    def __init__(self, guard: Guard, server_of: Callable[[str], Server]) -> None:
        self._guard = guard
        self._server_of = server_of
        self.pids: dict[str, int] = {}

    def start(self, name: str) -> None:
        """Start one, and return when it takes work."""
        server = self._server_of(name)
        self.pids[name] = self._guard.start(server)
        wait_until(
            lambda: server.log.exists() and " ready." in server.log.read_text(errors="replace"),
            lambda: last_lines(server.log, 30),
        )

    def kill(self, name: str) -> None:
        """As the machine would."""
        os.kill(self.pids[name], signal.SIGKILL)

    def mend(self) -> None:
        """Start again who ended. Celery's Redis transport ends a worker that acknowledges while the line breaks."""
        for ended in self._guard.exits():
            self.pids[ended.name] = self._guard.start_again(ended.name)


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
def workers(small_vendor: SmallVendor, redis_url: tuple[str, Guard], tmp_path: Path) -> Iterator[Workers]:
    """Workers of the vendors' queue, none yet."""
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

    def server_of(name: str) -> Server:
        command = [*celery, "-n", f"{name}@%h"]
        return Server(name=name, command=command, environment=variables, log=tmp_path / f"{name}.log")

    with Guard() as guard:
        yield Workers(guard, server_of)


def wait_until(holds: Callable[[], bool], tell: Callable[[], str] = str) -> None:
    """Return when it holds; look often."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, tell()
        Signal().wait(0.05)


def sweep_until(holds: Callable[[], bool], workers: Workers) -> None:
    """What beat does, and whoever looks after the workers, until it holds."""

    def swept() -> bool:
        if holds():
            return True
        workers.mend()
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
    small_vendor: SmallVendor, redis_url: tuple[str, Guard], workers: Workers, world: World, say: Say
) -> None:
    subjects = [world.labels, world.scans, *WorkStreamFactory.create_batch(4)]
    workers.start("first")
    workers.start("second")
    inside, held = Signal(), Signal()

    def hold(_: str) -> None:
        inside.set()
        held.wait(PATIENCE)

    small_vendor.before_answering = hold  # done, and nobody has heard of it
    for number in range(30):
        say(subjects[number % 6], number)
    wait_until(inside.is_set)
    wait_until(lambda: len(small_vendor.done) == 6)  # more than one worker has threads
    workers.kill("first")
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
    sweep_until(all_sent, workers)

    assert small_vendor.looked >= 1
    for place, about in enumerate(subjects):
        assert small_vendor.numbers(f"workstream:{about.pk}") == list(range(place, 60, 6))
    assert len(small_vendor.done) == 60
    say(world.labels, 100)  # and an idle worker is nudged at once
    began = time.monotonic()
    wait_until(lambda: (small_vendor.done[-1][1], all_sent()) == (100, True))
    assert time.monotonic() - began < 5


@pytest.mark.django_db(transaction=True)
def test_however_often_workers_and_redis_are_killed_everything_is_done_once(
    small_vendor: SmallVendor, redis_url: tuple[str, Guard], workers: Workers, world: World, say: Say
) -> None:
    subjects = [world.labels, world.scans, *WorkStreamFactory.create_batch(18)]
    for number in range(MANY):
        say(subjects[number % 20], number)
    _, redis = redis_url
    names = ["one", "two"]
    for name in names:
        workers.start(name)
    for turn, limit in enumerate(range(MANY // 6, MANY, max(MANY // 3, 400))):
        _go_on_until(lambda limit=limit: len(small_vendor.done) >= limit, workers)  # type: ignore[misc]
        workers.kill(names[turn % 2])
        if turn % 3 == 1:
            redis.stop("valkey")
            redis.start_again("valkey")
    _go_on_until(all_sent, workers)

    for place, about in enumerate(subjects):
        assert small_vendor.numbers(f"workstream:{about.pk}") == list(range(place, MANY, 20))


def _go_on_until(holds: Callable[[], bool], workers: Workers) -> None:
    """Sweep and mend until it holds; many deliveries may take their time."""
    deadline = time.monotonic() + PATIENCE + MANY / 10
    while not holds():
        assert time.monotonic() < deadline, str(list(Delivery.objects.exclude(state="sent").values()[:3]))
        workers.mend()
        with suppress(OperationalError):
            send_what_waits()
        Signal().wait(0.1)
