"""The guard: one small process that owns every server a command starts, and ends them whatever happens.

The command (`make run`, pytest) holds the write end of the guard's standard input and asks for servers there, one JSON
line each. When that pipe closes - a normal end, Ctrl-C, a crash, SIGKILL - the guard stops what it started, the upper
floor (web, worker, beat) before the lower one (PostgreSQL, Valkey). Should the guard itself be killed, Linux signals
its children (PR_SET_PDEATHSIG). Other systems lack that; there the next start ends what is left (`tools.services`).

It runs in a session of its own, so that Ctrl-C in a terminal reaches the command only and the order is kept.
"""

import contextlib
import ctypes
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.environment import ROOT

LOWER, UPPER = 0, 1
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class GuardError(Exception):
    """A server could not be started, or the guard is gone. The message can be shown to a person."""


@dataclass(frozen=True)
class Exit:
    """A server that ended without being asked to; `code` is negative for a signal."""

    name: str
    code: int


@dataclass(frozen=True, kw_only=True)
class Server:
    """What to start, and how it likes to be stopped. `patience` is in seconds; then it is killed."""

    name: str
    command: Sequence[str | Path]
    log: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path = ROOT
    account: tuple[int, int] | None = None  # user and group id; None: ours
    floor: int = UPPER
    stop_with: signal.Signals = signal.SIGTERM
    orphaned_with: signal.Signals = signal.SIGKILL
    patience: float = 5

    def as_request(self) -> dict[str, Any]:
        """The line that asks the guard for this server."""
        return {
            "do": "start",
            "name": self.name,
            "command": [str(part) for part in self.command],
            "log": str(self.log),
            "environment": dict(self.environment),
            "folder": str(self.folder),
            "account": self.account,
            "floor": self.floor,
            "stop_with": int(self.stop_with),
            "orphaned_with": int(self.orphaned_with),
            "patience": self.patience,
        }


# --- The command's side ------------------------------------------------------------------------------------------


class Guard:
    """A running guard process. Use as a context manager, or call `close()`."""

    def __init__(self, *, hold: Sequence[int] = (), remove: Path | None = None) -> None:
        """Start it. `hold`: descriptors (a lock) kept open while anything runs; `remove`: a folder to delete last."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.guard", *([str(remove)] if remove else [])],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            pass_fds=tuple(hold),
        )
        self._unread = b""
        self._exits: list[Exit] = []
        self._servers: dict[str, Server] = {}

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def start(self, server: Server) -> int:
        """Start a server and return its process id. Raises GuardError when it cannot be executed."""
        self._servers[server.name] = server
        self._ask(server.as_request())
        answer = self._answer(server.name)
        if answer["event"] == "failed":
            raise GuardError(f"{server.name} could not be started: {answer['error']}")
        return int(answer["pid"])

    def start_again(self, name: str) -> int:
        """Start a server that ended once more, as it was. Raises GuardError."""
        return self.start(self._servers[name])

    def stop(self, name: str) -> None:
        """Stop one server and wait for its end; harmless when it has ended already."""
        self._ask({"do": "stop", "name": name})
        self._answer(name)

    def exits(self, *, wait: float = 0) -> list[Exit]:
        """The servers that ended by themselves since the last call, waiting up to `wait` seconds for the first."""
        if not self._exits:
            self._read(wait)
        found, self._exits = self._exits, []
        return found

    def close(self) -> None:
        """Stop everything, the upper floor first, and return when it is gone."""
        assert self._process.stdin is not None  # noqa: S101  a pipe, as asked for above
        assert self._process.stdout is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> "Guard":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError) as broken:
            raise GuardError("The guard process has ended; nothing it started is left.") from broken

    def _answer(self, name: str) -> dict[str, Any]:
        while True:
            for event in self._read(60):
                if event["name"] == name:
                    return event

    def _read(self, wait: float) -> list[dict[str, Any]]:
        """Answers to requests that arrive within `wait` seconds; exits are put aside."""
        assert self._process.stdout is not None  # noqa: S101
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(wait):
                return []
        data = os.read(self._process.stdout.fileno(), 65536)
        if not data:
            raise GuardError("The guard process has ended; nothing it started is left.")
        *lines, self._unread = (self._unread + data).split(b"\n")
        events: list[dict[str, Any]] = [json.loads(line) for line in lines]
        self._exits += [Exit(event["name"], event["code"]) for event in events if event["event"] == "exited"]
        return [event for event in events if event["event"] != "exited"]


# --- The guard's side --------------------------------------------------------------------------------------------


@dataclass
class _Running:
    process: subprocess.Popen[bytes]
    request: dict[str, Any]


class _Leave(Exception):
    pass


class _Keeper:
    def __init__(self) -> None:
        self.running: dict[str, _Running] = {}

    def obey(self, request: dict[str, Any]) -> None:
        name = request["name"]
        if request["do"] == "stop":
            self.stop([name])
            _say({"event": "stopped", "name": name})
            return
        try:
            process = self.start(request)
        except (OSError, subprocess.SubprocessError) as failure:
            _say({"event": "failed", "name": name, "error": str(failure)})
            return
        self.running[name] = _Running(process, request)
        _say({"event": "started", "name": name, "pid": process.pid})

    def start(self, request: dict[str, Any]) -> subprocess.Popen[bytes]:
        guard, orphaned_with = os.getpid(), request["orphaned_with"]

        def die_with_the_guard() -> None:  # runs in the child, after the change of account
            if _libc is not None:
                _libc.prctl(PR_SET_PDEATHSIG, orphaned_with)
            if os.getppid() != guard:
                os._exit(1)

        user, group = request["account"] or (None, None)
        with Path(request["log"]).open("ab") as log:
            return subprocess.Popen(
                request["command"],
                cwd=request["folder"],
                env=request["environment"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=user,
                group=group,
                extra_groups=[] if user is not None else None,
                start_new_session=True,
                preexec_fn=die_with_the_guard,  # noqa: PLW1509  one thread only here
            )

    def reap(self) -> None:
        for name, child in list(self.running.items()):
            if (code := child.process.poll()) is not None:
                del self.running[name]
                _say({"event": "exited", "name": name, "code": code})

    def stop(self, names: list[str]) -> None:
        children = [child for name in names if (child := self.running.pop(name, None))]
        for child in children:
            child.process.send_signal(child.request["stop_with"])
        began = time.monotonic()
        for child in children:
            try:
                child.process.wait(max(0.01, began + child.request["patience"] - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()

    def stop_all(self) -> None:
        for floor in (UPPER, LOWER):
            self.stop([name for name, child in self.running.items() if child.request["floor"] == floor])


def _say(event: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError):  # the command is gone; the closed pipe will tell
        os.write(1, json.dumps(event).encode() + b"\n")


def _leave(*_: object) -> None:
    raise _Leave


def _keep(keeper: _Keeper) -> None:
    wake, woken = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    unread = b""
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if wake in ready:
                os.read(wake, 4096)
                keeper.reap()
            if 0 in ready:
                data = os.read(0, 65536)
                if not data:
                    return
                *lines, unread = (unread + data).split(b"\n")
                for line in lines:
                    keeper.obey(json.loads(line))


def main() -> None:
    """Be the guard: until the pipe closes or a signal asks to leave."""
    keeper = _Keeper()
    try:
        with contextlib.suppress(_Leave):
            _keep(keeper)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        keeper.stop_all()
        for folder in sys.argv[1:]:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
