"""Goal 15: a backlog goes out as fast as vendor and senders allow, in order, however much of it is of one chat."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from bench.frame import Bench, Line, Sample, goal, stopwatch
from bench.peer import LATENCY, OPERATION, PROVIDER, TOKEN, peer
from bench.portal import at
from integrations import leases
from integrations.drain import send_next
from integrations.models import Delivery, Mailbox
from integrations.outgoing import write
from tools.environment import ROOT
from tools.guard import Guard, Server
from tools.services import last_lines
from workstreams.models import WorkStream

BACKLOG, BOXES = 100_000, 5_000
PATIENCE = 60.0

_FILL = """
INSERT INTO integrations_mailbox (provider, key, workstream_id, due_at, version, attempts)
SELECT %(provider)s, 'workstream:' || id, id, statement_timestamp(), 1, 0
  FROM (SELECT id FROM workstreams_workstream ORDER BY id LIMIT %(boxes)s) AS part;
INSERT INTO integrations_delivery (mailbox_id, operation, data)
SELECT box.id, %(operation)s, '{}'
  FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS boxes
          FROM integrations_mailbox) AS box
  JOIN generate_series(0, %(backlog)s - 1) AS n
    ON box.place = CASE WHEN %(half)s AND n %% 2 = 0 THEN 0 ELSE (n / 2) %% box.boxes END;
ANALYZE integrations_mailbox, integrations_delivery;
"""


@goal(15, "Deliveries: a peer of 50 ms, a backlog, and half of it in one mailbox")
def deliveries(bench: Bench) -> Iterator[Line]:
    """For each number of senders, with the backlog spread and with half of it in one mailbox."""
    backlog, seconds = bench.rounds(BACKLOG), max(0.5, 20 * bench.effort)
    off = dict.fromkeys(("intercom", "hubspot"), "")
    with bench.scratch() as url, override_settings(INTERCOM_TOKEN=TOKEN, VENDOR_RATES=off):
        for senders in (8, 32):
            for half in (False, True):
                with at(url):
                    _fill(backlog, half=half)
                sent, wrong = _drain(url, senders, seconds)
                ideal = senders / LATENCY * seconds
                where = "half of it in one mailbox" if half else "spread"
                note = f"{sent / seconds:.0f}/s of {senders / LATENCY:.0f}/s; {backlog:,} waiting"
                share = sent / min(ideal, backlog)
                yield Line(f"{senders} senders, {where}: of the ideal", share, 0.9, at_least=True, note=note)
                yield Line("the same: out of order or twice", wrong, 0, unit="")
        with at(url):
            _fill(backlog, half=True)
            times = Sample([_claim() for _ in range(bench.rounds(500))])
            yield Line(
                "a claim beside the backlog: p95", times.p95, 3, unit=" ms", note=f"median {times.median:.2f} ms"
            )
            _empty()
            delays = _from_commit_to_call(url, bench.valkey_url, bench.rounds(60))
            note = f"p95 {delays.p95:.0f} ms"
            yield Line("commit to first call, idle: median", delays.median, 50, unit=" ms", note=note)


def _empty() -> None:
    Delivery.objects.all().delete()
    Mailbox.objects.all().delete()


def _fill(backlog: int, *, half: bool) -> None:
    _empty()
    peer.calls.clear()
    values: dict[str, Any] = {
        "provider": PROVIDER.value,
        "operation": OPERATION,
        "boxes": BOXES,
        "backlog": backlog,
        "half": half,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FILL, values)


def _drain(url: str, senders: int, seconds: float) -> tuple[int, int]:
    """How much so many senders sent in this time, and how much of it in the wrong order."""
    ready = threading.Barrier(senders)

    def send() -> None:
        with at(url):
            send_next(PROVIDER, mailbox=0)  # a connection of its own, before the time begins
            ready.wait()
            until = time.monotonic() + seconds
            while time.monotonic() < until and send_next(PROVIDER):
                pass

    threads = [threading.Thread(target=send) for _ in range(senders)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    return round(len(peer.calls) * min(1, seconds / took)), peer.out_of_order()


def _claim() -> float:
    taken: list[leases.Lease] = []

    def claim() -> None:
        lease = leases.claim(PROVIDER, now=timezone.now())
        assert lease is not None  # noqa: S101  the backlog is there
        taken.append(lease)

    time_taken = stopwatch(claim)
    taken[0].give_back(now=timezone.now(), is_empty=False)
    return time_taken


def _from_commit_to_call(url: str, valkey: str, times: int) -> Sample:
    """Milliseconds from the commit of a delivery until a worker that had nothing to do calls the vendor."""
    workstream = WorkStream.objects.order_by("pk").first()
    assert workstream is not None  # noqa: S101  there are thousands
    delays = []
    with _worker(url, valkey) as prefix:
        from integrations.tasks import send_waiting  # noqa: PLC0415  after the settings of the bench

        for _ in range(times):
            with transaction.atomic():
                write(PROVIDER, OPERATION, about=workstream)
            committed = time.time()
            box = Mailbox.objects.get()
            send_waiting.apply_async((PROVIDER.value, box.pk), queue=f"{prefix}.vendors")
            delays.append((_called(box) - committed) * 1000)
    return Sample(delays)


def _called(box: Mailbox) -> float:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        newest = Delivery.objects.filter(mailbox=box).order_by("-pk").values_list("outcome", flat=True)[0]
        if newest:
            return float(newest["at"])
        time.sleep(0.01)
    raise RuntimeError("The worker sent nothing.")


@contextmanager
def _worker(url: str, valkey: str) -> Iterator[str]:
    """The vendors' worker as it runs in production; the prefix of its queue."""
    prefix = f"bench-{os.getpid()}"
    with TemporaryDirectory() as folder, Guard() as guard:
        log = Path(folder) / "vendors.log"
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-P", "threads", "-c", "8"]
        command += ["-Q", f"{prefix}.vendors", "--include", "bench.peer", "--without-gossip", "--without-mingle"]
        variables = {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": valkey,
            "LIVE_PREFIX": prefix,
            "INTERCOM_TOKEN": TOKEN,
            "INTERCOM_RATE": "",
            "LOG_LEVEL": "INFO",
        }
        guard.start(
            Server(name="vendors", command=[*command, "-l", "INFO"], environment=variables, folder=ROOT, log=log)
        )
        deadline = time.monotonic() + PATIENCE
        while not (log.exists() and " ready." in log.read_text(errors="replace")):
            if time.monotonic() > deadline or guard.exits():
                raise RuntimeError(f"The worker does not become ready:\n{last_lines(log)}")
            time.sleep(0.05)
        yield prefix
