"""`make run` and `make reset`: one portal per folder, everything ends together, data goes only when asked."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.test_guard import ends_within
from tools import pytest_services
from tools.environment import ROOT, kept_secret, read_environment, write_environment
from tools.run import IS_RUNNING, take_lock
from tools.services import free_port

PORTAL_VARIABLES = {
    *pytest_services.ENVIRONMENT,
    "DATABASE_URL",
    "REDIS_URL",
    "LIVE_PREFIX",
    "MAKELEVEL",
    "PORT",
    "BENCH_STATE",
}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder that nobody used yet."""
    return tmp_path / "state"


def shell(state: Path, **variables: str) -> dict[str, str]:
    """The environment of a person's shell, without what pytest set for the portal."""
    rest = {name: value for name, value in os.environ.items() if name not in PORTAL_VARIABLES}
    return {**rest, "PORTAL_STATE": str(state), **variables}


def run_tool(module: str, state: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env=shell(state, **variables),
        capture_output=True,
        text=True,
        check=False,
    )


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def answers_within(seconds: float, url: str) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            continue  # 503 too
        return True
    return False


@pytest.fixture
def portal(state: Path) -> "Iterator[subprocess.Popen[str]]":
    """What `make run` starts, on a free port."""
    with subprocess.Popen(
        [sys.executable, "-m", "tools.run"],
        cwd=ROOT,
        env=shell(state, PORT=str(free_port()), DEMO="0"),
        stdout=subprocess.PIPE,
        text=True,
    ) as found:
        yield found
        found.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_portal_runs_once_mends_itself_and_leaves_nothing_when_killed(
    state: Path, portal: "subprocess.Popen[str]"
) -> None:
    assert portal.stdout is not None
    said = ""
    while "Ctrl-C" not in said:
        line = portal.stdout.readline()
        assert line, said
        said += line
    url = re.findall(r"The portal is running: (http://localhost:\d+)/", said)[0]
    guard = children_of(portal.pid)[0]
    servers = children_of(guard)
    assert len(servers) == 7
    assert answers_within(5, f"{url}/healthz")

    second = run_tool("tools.run", state)
    assert second.returncode == IS_RUNNING
    assert f"already running on this folder: {url} (process {portal.pid})" in second.stdout
    assert "The portal is running" in run_tool("tools.reset", state).stdout

    database = next(pid for pid in servers if b"bin/postgres" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(database, signal.SIGKILL)
    while "PostgreSQL ended (signal 9); starting it again" not in line:
        line = portal.stdout.readline()
        assert line
    assert answers_within(30, f"{url}/healthz")

    servers = children_of(guard)
    portal.kill()
    portal.wait()
    assert all(ends_within(pid) for pid in [guard, *servers])
    assert run_tool("tools.reset", state).returncode == 0
    assert not state.exists()


def test_a_port_in_use_is_said_with_another_one(state: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run_tool("tools.run", state, PORT=str(port))

    assert done.returncode == 1
    assert f"Port {port} is used by another program. Choose another: make run PORT=" in done.stdout


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(state: Path, port: str) -> None:
    done = run_tool("tools.run", state, PORT=port)

    assert done.returncode == 1
    assert "it must be a number from 1 to 65535" in done.stdout


def test_reset_refuses_while_the_folder_is_locked(state: Path) -> None:
    lock = take_lock(state)
    assert lock is not None
    done = run_tool("tools.reset", state)
    os.close(lock)

    assert done.returncode == 1
    assert state.exists()


def test_reset_takes_the_data_of_the_bench_too_and_neither_while_one_runs(state: Path, tmp_path: Path) -> None:
    bench = tmp_path / "bench"
    state.mkdir()
    lock = take_lock(bench)
    assert lock is not None
    refused = run_tool("tools.reset", state, BENCH_STATE=str(bench))
    assert (refused.returncode, state.exists(), bench.exists()) == (1, True, True)
    os.close(lock)

    assert run_tool("tools.reset", state, BENCH_STATE=str(bench)).returncode == 0
    assert (state.exists(), bench.exists()) == (False, False)


def test_reset_without_data_is_harmless(state: Path) -> None:
    assert run_tool("tools.reset", state).returncode == 0


def test_the_environment_survives_being_written(state: Path) -> None:
    state.mkdir()
    variables = {"SECRET_KEY": 'it\'s "quoted" $HOME #1', "DEFAULT_FROM_EMAIL": "Portal <p@localhost>", "EMPTY": ""}
    write_environment(state / "env", variables)

    assert read_environment(state / "env") == variables
    assert (state / "env").stat().st_mode & 0o077 == 0


def test_a_kept_secret_stays_the_same_and_differs_by_name(state: Path) -> None:
    state.mkdir()

    assert kept_secret(state, "one") == kept_secret(state, "one") != kept_secret(state, "two")
