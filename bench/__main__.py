"""`python -m bench`: fill a database, or take the one that was kept, and print every goal beside its limit.

    python -m bench [--size 1000000] [--goals 1,2,10] [--effort 1] [--clock wall]
    python -m bench --serve [--size 1000000]      leave the servers and the data up until Ctrl-C

The status is 0 also when a goal is missed: a noisy neighbour is no defect, and the report says "NOT met" in words. It
is 1 when something could not be measured at all.
"""

import argparse
import os
import secrets
import signal
import sys
import time
import traceback
import warnings
from dataclasses import dataclass

import psycopg2

from bench import server
from bench.generate import generate
from tools.environment import bench_folder
from tools.guard import GuardError
from tools.services import ServiceError

SMALL_SIZE = 10_000


@dataclass(frozen=True)
class Wish:
    """What the command line asks for. No `goals` means all."""

    size: int
    goals: tuple[int, ...]
    effort: float
    clock: str
    serve: bool

    @property
    def small_size(self) -> int:
        """The size that the big set is compared with: growth is what it costs to be larger."""
        return SMALL_SIZE if self.size > SMALL_SIZE else max(200, self.size // 10)


def main(arguments: list[str]) -> int:
    """Measure, or serve; returns the status for the shell."""
    wish = _read(arguments)
    try:
        with server.services() as (database, valkey):
            return _serve(wish, database, valkey) if wish.serve else _measure(wish, database, valkey)
    except (ServiceError, GuardError) as failure:
        print(failure)
        return 1
    except KeyboardInterrupt:
        return 130


def _read(arguments: list[str]) -> Wish:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the portal at volume.")
    parser.add_argument("--size", type=int, default=server.FULL_SIZE, help="how many WorkStreams")
    parser.add_argument("--goals", default="", help="numbers of goals, with commas; all when left out")
    parser.add_argument("--effort", type=float, default=1.0, help="below 1 for fewer repeats")
    parser.add_argument("--clock", choices=["wall", "work"], default="wall", help="work: on a busy machine, goals 1-9")
    parser.add_argument("--serve", action="store_true", help="leave servers and data up until Ctrl-C")
    found = parser.parse_args(arguments)
    numbers = tuple(int(number) for number in found.goals.replace(",", " ").split())
    return Wish(max(1000, found.size), numbers, found.effort, found.clock, found.serve)


def _serve(wish: Wish, database: str, valkey: str) -> int:
    set_up_django(database, valkey)
    print(have_set(database, wish.size), flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    return 0


def _measure(wish: Wish, database: str, valkey: str) -> int:
    url = server.with_database(database, server.database_name(wish.size))
    set_up_django(url, valkey)
    have_set(database, wish.size)
    small_url = have_set(database, wish.small_size)

    from django.utils import timezone  # noqa: PLC0415  Django has to be set up first

    from bench import cast  # noqa: PLC0415
    from bench.frame import CLOCKS, SETS, Bench, Clock, find_goals  # noqa: PLC0415
    from bench.report import Report  # noqa: PLC0415
    from workstreams.facets import recount  # noqa: PLC0415

    goals = find_goals()
    unknown = [number for number in wish.goals if number not in goals]
    if unknown:
        print(f"There is no goal {', '.join(map(str, unknown))}; there are {', '.join(map(str, goals))}.")
        return 1
    bench = Bench(url, small_url, valkey, wish.size, wish.small_size, wish.effort)
    for which in SETS:
        with bench.on(which):
            recount(now=timezone.now())  # what a worker does each minute
    Clock.now = staticmethod(CLOCKS[wish.clock])
    report = Report()
    report.head(size=wish.size, small_size=wish.small_size, postgres=server.version(database), clock=wish.clock)
    began, has_failed = time.monotonic(), False
    for number in wish.goals or goals:
        try:
            report.goal(goals[number], goals[number].run(bench))
        except Exception:  # noqa: BLE001  the others are still worth measuring
            has_failed = True
            report.say(f"    could not be measured:\n{traceback.format_exc()}")
    report.foot(time.monotonic() - began)
    for which in SETS:
        with bench.on(which):
            cast.sign_out_all()
    bench.close()
    print(f"Kept in {report.keep(bench_folder() / 'reports')}")
    return 1 if has_failed else 0


def set_up_django(url: str, valkey: str) -> None:
    """Make Django ready in this process, and in those it starts, as in production but on this database."""
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "PORTAL_ENV": "test",  # static files by their plain names; nothing else differs from production
            "DEMO": "0",
            "BASE_URL": "http://testserver",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DATABASE_URL": url,
            "REDIS_URL": valkey,
            "LIVE_PREFIX": f"bench-{os.getpid()}",
            "DEFAULT_FROM_EMAIL": "bench@localhost",
            "LOG_LEVEL": "WARNING",
            "SLOW_QUERY_MS": "60000",  # what is slow is the report's to say
        }
    )
    # Static files were not collected; a missing page is an answer that is expected of some goals.
    warnings.filterwarnings("ignore", message="No directory at:", category=UserWarning)
    import django  # noqa: PLC0415  not needed to read the command line

    django.setup()


def have_set(database: str, size: int) -> str:
    """The address of a set of this size: the kept one, or made now."""
    url = server.with_database(database, server.database_name(size))
    state = server.state_of(database, size)
    if state == server.State.FRESH:
        return url
    began = time.monotonic()
    if state == server.State.BEHIND:
        print(f"Migrating {size:,} WorkStreams ...", flush=True)
        server.migrate(url)
        server.vacuum(url)
    else:
        print(f"Making {size:,} WorkStreams ...", flush=True)
        server.empty(database, size)
        server.migrate(url)
        link = psycopg2.connect(url)
        generate(link, size, now=server.newest_moment())
        link.close()
    server.mark_fresh(database, size)
    print(f"  done in {time.monotonic() - began:.0f} s", flush=True)
    return url


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
