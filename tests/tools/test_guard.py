"""Whatever is killed, nothing that the guard started is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.environment import ROOT
from tools.guard import LOWER, Exit, Guard, GuardError, Server

SLEEPER = [sys.executable, "-c", "import signal; signal.pause()"]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that waits for its parent to take note has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ends_within(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        os.sched_yield()
    return not is_alive(pid)


def test_closing_the_guard_ends_what_it_started(tmp_path: Path) -> None:
    with Guard() as guard:
        pid = guard.start(Server(name="sleeper", command=SLEEPER, log=tmp_path / "log"))
        assert is_alive(pid)

    assert not is_alive(pid)
    assert not is_alive(guard.pid)


def test_killing_the_command_ends_everything_and_removes_the_folder(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    script = (
        "import sys; from pathlib import Path; from tools.guard import Guard, Server\n"
        f"guard = Guard(remove=Path({str(scratch)!r}))\n"
        f"server = Server(name='sleeper', command={SLEEPER!r}, log=Path({str(tmp_path / 'log')!r}))\n"
        "print(guard.pid, guard.start(server), flush=True); sys.stdin.read()"
    )
    command = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert command.stdout is not None
    guard_pid, server_pid = map(int, command.stdout.readline().split())

    command.kill()
    command.communicate()

    assert ends_within(server_pid)
    assert ends_within(guard_pid)
    assert not scratch.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the children of a killed process")
def test_killing_the_guard_ends_its_servers(tmp_path: Path) -> None:
    guard = Guard()
    pid = guard.start(Server(name="sleeper", command=SLEEPER, log=tmp_path / "log"))

    os.kill(guard.pid, signal.SIGKILL)

    assert ends_within(pid)
    with pytest.raises(GuardError, match="nothing it started is left"):
        guard.exits(wait=10)
    guard.close()


def test_a_server_that_ends_by_itself_is_reported_once(tmp_path: Path) -> None:
    with Guard() as guard:
        guard.start(Server(name="short", command=[sys.executable, "-c", "exit(3)"], log=tmp_path / "log"))
        ended = guard.exits(wait=10)

        assert ended == [Exit("short", 3)]
        assert guard.exits() == []


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with Guard() as guard, pytest.raises(GuardError, match="nosuch could not be started"):
        guard.start(Server(name="nosuch", command=["/nosuch/program"], log=tmp_path / "log"))


def test_the_upper_floor_is_stopped_before_the_lower_one(tmp_path: Path) -> None:
    log = tmp_path / "order"
    script = (
        "import signal, sys\n"
        # Blocked and waited for: a handler could run between "up" and the wait, and the wait would never end.
        "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}); print('up', flush=True)\n"
        "signal.sigwait({signal.SIGTERM}); print(sys.argv[1], flush=True)"
    )
    with Guard() as guard:
        for name, floor in (("database", LOWER), ("web", 1)):
            guard.start(Server(name=name, command=[sys.executable, "-c", script, name], log=log, floor=floor))
        while log.read_text().count("up") < 2:
            os.sched_yield()

    assert log.read_text().split()[2:] == ["web", "database"]


def test_a_server_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    with Guard() as guard:
        pid = guard.start(Server(name="deaf", command=[sys.executable, "-c", deaf], log=log, patience=0.1))
        while not log.read_text():
            os.sched_yield()
        guard.stop("deaf")
        assert not is_alive(pid)
