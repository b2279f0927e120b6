"""`make run`: the whole portal on this machine - services, demo data, web, worker and beat - until Ctrl-C.

Everything hangs off one guard (`tools.guard`), so nothing stays behind, whatever is killed. The data stays in
`.portal/` until `make reset`. A lock on that folder, which the guard holds too, keeps a second start out. A worker,
beat or service that ends is started again with a message; when the web server ends, the portal says so and stops.
"""

import ctypes
import fcntl
import json
import os
import re
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

from integrations.simulator import addresses
from tools.environment import ROOT, kept_secret, state_folder, write_environment
from tools.guard import PR_SET_PDEATHSIG, Guard, GuardError, Server
from tools.services import ServiceError, find_place, free_port, last_lines, start_postgres, start_valkey

PATIENCE = 120.0  # seconds for the web server to answer
RESTARTS, WITHIN = 5, 60.0  # more often than this in so many seconds is not a mishap
TITLES = {
    "postgres": "PostgreSQL",
    "valkey": "Valkey",
    "vendors": "The worker for vendors",
    "simulator": "The vendors’ simulator",
}
TROUBLE = re.compile(r"\b(ERROR|CRITICAL)\b")
IS_RUNNING = 3  # the status of a second start


class RunError(Exception):
    """The portal cannot run; the message says why and what can be done."""


class _Stop(Exception):
    pass


def main() -> int:
    """Run the portal until it is asked to stop; returns the status for the shell."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    _stop_with_make()
    state = state_folder()
    try:
        lock = take_lock(state)
        if lock is None:
            _say(f"The portal is already running on this folder: {_whereabouts(state)}")
            _say("Open that address, or stop it with Ctrl-C where it was started.")
            return IS_RUNNING
        return _run(state, lock)
    except _Stop:
        return 0
    except PermissionError as refused:
        _say(
            f"{refused.filename or state} belongs to another account. Run as that account, "
            "or let it delete the data with `make reset`."
        )
        return 1
    except (RunError, ServiceError, GuardError) as failure:
        _say(str(failure))
        return 1


def take_lock(state: Path) -> int | None:
    """Lock the state folder for as long as this process or its guard lives; None when somebody has it."""
    state.mkdir(parents=True, exist_ok=True)
    lock = os.open(state / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _run(state: Path, lock: int) -> int:
    port = _wanted_port()
    began = time.monotonic()
    _note_whereabouts(state, "it is just starting")
    _say("Starting the portal ...")
    logs = _fresh_logs(state)
    guard = Guard(hold=[lock])
    try:
        portal = Portal(state, logs, guard, port)
        portal.start()
        portal.announce(time.monotonic() - began)
        portal.watch()
    except _Stop:
        _say("\nStopping ...")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        guard.close()
    _say("Stopped. The data stays until `make reset`.")
    return 0


class Portal:
    """The running portal: its servers, its environment and its logs."""

    def __init__(self, state: Path, logs: Path, guard: Guard, port: int) -> None:
        """Nothing runs yet."""
        self.state = state
        self.logs = logs
        self.guard = guard
        self.port = port
        self.host = os.environ.get("HOST") or "127.0.0.1"
        self.simulator_port = _simulator_port(port)
        self.environment: dict[str, str] = {}
        self._read_up_to: dict[Path, int] = {}
        self._mishaps: deque[float] = deque(maxlen=RESTARTS)

    @property
    def url(self) -> str:
        """Where people reach it."""
        return self.environment["BASE_URL"]

    def start(self) -> None:
        """Start everything and wait until the pages answer. Raises RunError, ServiceError, GuardError."""
        self.environment = self._make_environment(*self._start_services())
        write_environment(self.state / "env", self.environment)
        self._prepare()
        python = sys.executable
        celery = [python, "-m", "celery", "-A", "config"]
        # First what people wait for: three Djangos that start at once would take turns.
        self._start_server("web", [python, *self._web_arguments()])
        self._await_pages()
        quiet = ["--without-gossip", "--without-mingle", "-l", "INFO"]
        self._start_server("worker", [*celery, "worker", "-P", "threads", "-c", "4", *quiet])
        senders, queue = self._setting("VENDOR_SENDERS", "8"), f"{self._setting('LIVE_PREFIX', 'portal')}.vendors"
        self._start_server(
            "vendors", [*celery, "worker", "-n", "vendors@%h", "-P", "threads", "-c", senders, "-Q", queue, *quiet]
        )
        self._start_server(
            "beat", [*celery, "beat", "-s", str(self.state / "beat-schedule"), "--pidfile=", "-l", "INFO"]
        )

    def announce(self, seconds: float) -> None:
        """Print the address, the demo people and how to stop."""
        _note_whereabouts(self.state, self.url)
        _say(f"\nThe portal is running: {self.url}/   ({seconds:.1f} s)\n")
        people = self.state / "people"
        if people.exists() and (text := people.read_text().rstrip()):
            _say(f"{text}\n")
        if self.simulator_port:
            _say(f"The vendors’ side of it, simulated: {self._simulator_url}/   (off: make run SIMULATOR=0)\n")
        _say(f"Logs: {_short(self.logs)}/    Stop: Ctrl-C    Begin anew: make reset")

    def watch(self) -> None:
        """Look after the servers until asked to stop. Raises RunError when the web server ends."""
        while True:
            for ended in self.guard.exits(wait=0.5):
                self._mend(ended.name, ended.code)
            self._show_trouble()

    def _start_services(self) -> tuple[str, str]:
        database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        if database_url and redis_url:
            return database_url, redis_url
        place = find_place(self.state / "services")
        return (
            database_url or start_postgres(self.guard, place, logs=self.logs),
            redis_url or start_valkey(self.guard, place, logs=self.logs),
        )

    def _make_environment(self, database_url: str, redis_url: str) -> dict[str, str]:
        """The portal's variables; whatever the person's environment names itself is kept."""
        ours = {
            "PORTAL_ENV": "development",
            "DEMO": "1",
            "BASE_URL": f"http://localhost:{self.port}",
            "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
            "SECRET_KEY": kept_secret(self.state, "secret-key"),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "DEFAULT_FROM_EMAIL": "WorkStream Portal <portal@localhost>",
            "MAIL_TRANSPORT": "django.core.mail.backends.dummy.EmailBackend",  # mails stay on the demo mailbox page
            "FILES_DIR": str(self.state / "files"),
            "REPLY_DOMAIN": "reply.localhost",  # answers are written on that page, too
            "SALESFORCE_FLOW_SECRETS": kept_secret(self.state, "salesforce-flow"),
        }
        return {name: os.environ.get(name) or value for name, value in ours.items()} | self._simulated()

    def _simulated(self) -> dict[str, str]:
        """The variables that lead to the simulator, of each vendor of which the person's environment names nothing."""
        vendors = addresses.settings_by_vendor(self._simulator_url).values() if self.simulator_port else ()
        return {
            name: value
            for variables in vendors
            if not any(os.environ.get(known) for known in variables)
            for name, value in variables.items()
        }

    @property
    def _simulator_url(self) -> str:
        return f"http://127.0.0.1:{self.simulator_port}"

    def _simulator_arguments(self, kept: Path) -> list[str]:
        return [
            *("-m", "integrations.simulator", "--port", str(self.simulator_port)),
            *("--state", str(kept), "--portal", f"http://localhost:{self.port}"),
        ]

    def _prepare(self) -> None:
        """Migrate, and seed the demo data where there is none."""
        arguments = ["-m", "tools.prepare", str(self.state / "people")]
        if self.simulator_port:
            kept = self.state / "simulator.json"
            arguments += [] if kept.exists() else [self._simulator_url]
            self._start_server("simulator", [sys.executable, *self._simulator_arguments(kept)])
        self._start_server("prepare", [sys.executable, *arguments])
        while True:
            for ended in self.guard.exits(wait=1):
                if ended.name != "prepare":
                    self._mend(ended.name, ended.code)
                elif ended.code == 0:
                    return
                else:
                    raise RunError(f"The database could not be prepared. {self._end_of('prepare')}")

    def _setting(self, name: str, default: str) -> str:
        return self.environment.get(name) or os.environ.get(name) or default

    def _web_arguments(self) -> list[str]:
        return [
            *("-m", "uvicorn", "config.asgi:application", "--host", self.host, "--port", str(self.port)),
            *("--timeout-graceful-shutdown", "2", "--no-server-header"),
        ]

    def _start_server(self, name: str, command: list[str]) -> None:
        variables = {**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"}
        self.guard.start(Server(name=name, command=command, environment=variables, log=self.logs / f"{name}.log"))

    def _await_pages(self) -> None:
        address = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104  only compared
        request = urllib.request.Request(
            f"http://{address}:{self.port}/healthz", headers={"Host": urlsplit(self.url).netloc}
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + PATIENCE
        answer = "no answer"
        while time.monotonic() < deadline:
            try:
                with direct.open(request, timeout=5):
                    return
            except urllib.error.HTTPError as refusal:
                answer = f"status {refusal.code}"
            except OSError:
                pass  # not listening yet
            for ended in self.guard.exits(wait=0.1):
                self._mend(ended.name, ended.code)
        raise RunError(f"The web server does not answer /healthz ({answer}). {self._end_of('web')}")

    def _mend(self, name: str, code: int) -> None:
        how = f"signal {-code}" if code < 0 else f"status {code}"
        if name == "web":
            raise RunError(f"The web server ended ({how}), so the portal stops. {self._end_of('web')}")
        title = TITLES.get(name, f"The {name}")
        now = time.monotonic()
        if len(self._mishaps) == RESTARTS and now - self._mishaps[0] < WITHIN:
            raise RunError(f"{title} ends again and again ({how}), so the portal stops. {self._end_of(name)}")
        self._mishaps.append(now)
        _say(f"{title} ended ({how}); starting it again. See {_short(self.logs / name)}.log")
        time.sleep(min(len(self._mishaps), 3))  # what it left behind (shared memory, connections) goes first
        self.guard.start_again(name)

    def _show_trouble(self) -> None:
        """Print new lines of the logs that report an error, so that nobody has to look for them."""
        for name in ("web", "worker", "vendors", "beat", "simulator"):
            file = self.logs / f"{name}.log"
            if not file.exists() or file.stat().st_size == self._read_up_to.get(file, 0):
                continue
            with file.open("rb") as handle:
                handle.seek(self._read_up_to.get(file, 0))
                *lines, _unfinished = handle.read().split(b"\n")
            self._read_up_to[file] = self._read_up_to.get(file, 0) + sum(len(line) + 1 for line in lines)
            for line in (raw.decode(errors="replace") for raw in lines):
                if TROUBLE.search(line):
                    _say(f"{name} | {line}")

    def _end_of(self, name: str) -> str:
        file = self.logs / f"{name}.log"
        return f"The end of {_short(file)}:\n{last_lines(file)}"


def _wanted_port() -> int:
    wanted = os.environ.get("PORT") or "8000"
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        raise RunError(f"PORT is {wanted!r}; it must be a number from 1 to 65535.")
    port = int(wanted)
    with socket.socket() as probe, socket.socket() as visitor:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        visitor.settimeout(1)
        try:
            probe.bind((os.environ.get("HOST") or "127.0.0.1", port))
            taken = visitor.connect_ex(("127.0.0.1", port)) == 0
        except PermissionError as refused:
            raise RunError(f"This account may not use port {port}. Choose another: make run PORT=8000") from refused
        except OSError:
            taken = True
    if taken:
        raise RunError(f"Port {port} is used by another program. Choose another: make run PORT={free_port()}")
    return port


def _simulator_port(beside: int) -> int:
    """Where the vendors' simulator listens: the portal's port and 701, or a free one; 0 for none."""
    if os.environ.get("SIMULATOR", "1") == "0":
        return 0
    wanted = beside + 701
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except (OSError, OverflowError):
            return free_port()
    return wanted


def _fresh_logs(state: Path) -> Path:
    """The folder for logs; those of the last run stay beside the new ones as *.log.1."""
    logs = state / "logs"
    logs.mkdir(exist_ok=True)
    for old in logs.glob("*.log"):
        old.replace(old.with_name(f"{old.name}.1"))
    return logs


def _note_whereabouts(state: Path, text: str) -> None:
    (state / "running.json").write_text(json.dumps({"where": text, "pid": os.getpid()}))


def _whereabouts(state: Path) -> str:
    try:
        found = json.loads((state / "running.json").read_text())
        return f"{found['where']} (process {found['pid']})"
    except (OSError, ValueError, KeyError):
        return "it is just starting"


def _stop_with_make() -> None:
    """Under make on Linux: be asked to stop when make is killed, so that it leaves nothing behind either."""
    if sys.platform == "linux" and "MAKELEVEL" in os.environ:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(*_: object) -> None:
    raise _Stop


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
