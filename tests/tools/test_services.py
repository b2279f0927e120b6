"""The embedded servers: private, in UTC, quick to come back, and gone with their owner."""

import contextlib
import os
import shutil
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from tests.tools.test_guard import ends_within
from tools.environment import ROOT
from tools.guard import Guard
from tools.services import Place, ServiceError, find_place, outside_folder, start_postgres, start_valkey


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    found = find_place(tmp_path_factory.mktemp("services"))
    yield found
    if outside_folder() in found.folder.parents:
        shutil.rmtree(found.folder)
        with contextlib.suppress(OSError):  # others may be in there
            outside_folder().rmdir()


@pytest.fixture
def guard() -> Iterator[Guard]:
    with Guard() as found:
        yield found


def test_postgresql_keeps_its_data_over_a_restart_and_a_kill(place: Place, tmp_path: Path) -> None:
    with Guard() as first:
        link = psycopg2.connect(start_postgres(first, place, logs=tmp_path))
        link.autocommit = True
        link.cursor().execute("CREATE EXTENSION pg_trgm; CREATE TABLE kept AS SELECT 'yes' AS word")
        os.kill(first.pid, signal.SIGKILL)
    with Guard() as second:
        link = psycopg2.connect(start_postgres(second, place, logs=tmp_path))
        cursor = link.cursor()
        cursor.execute("SELECT word, current_setting('TimeZone'), pg_encoding_to_char(6) FROM kept")
        assert cursor.fetchone() == ("yes", "UTC", "UTF8")
        link.close()


def test_postgresql_wants_the_password(guard: Guard, place: Place, tmp_path: Path) -> None:
    url = start_postgres(guard, place, logs=tmp_path, durable=False)
    password = url.split(":")[2].split("@")[0]

    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(url.replace(password, "guess"))
    assert stat.S_IMODE((place.folder / "secrets.json").stat().st_mode) == 0o600


def test_valkey_wants_the_password_and_has_a_database_for_every_worker(
    guard: Guard, place: Place, tmp_path: Path
) -> None:
    url = start_valkey(guard, place, logs=tmp_path)
    password = url.split(":")[2].split("@")[0]

    with pytest.raises(redis.AuthenticationError):
        redis.from_url(url.replace(password, "guess")).ping()
    assert redis.from_url(url.removesuffix("/0") + "/63").ping()
    assert stat.S_IMODE((place.folder / "valkey" / "valkey.conf").stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals the children of a killed process")
def test_killing_the_guard_leaves_no_server(place: Place, tmp_path: Path) -> None:
    guard = Guard()
    start_postgres(guard, place, logs=tmp_path, durable=False)
    start_valkey(guard, place, logs=tmp_path)
    children = Path(f"/proc/{guard.pid}/task/{guard.pid}/children").read_text().split()
    assert len(children) == 2

    os.kill(guard.pid, signal.SIGKILL)

    assert all(ends_within(int(pid)) for pid in children)
    guard.close()


def test_data_of_another_postgresql_is_refused_with_a_way_out(guard: Guard, place: Place, tmp_path: Path) -> None:
    data = place.folder / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")

    with pytest.raises(ServiceError, match=r"made by PostgreSQL 9.*make reset"):
        start_postgres(guard, place, logs=tmp_path)


def test_a_wrong_folder_of_programs_is_named(
    guard: Guard, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN_DIR", str(tmp_path))

    with pytest.raises(ServiceError, match="no initdb in it"):
        start_postgres(guard, place, logs=tmp_path)


def test_a_server_that_dies_says_where_to_look(
    guard: Guard, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "valkey"
    program.write_text("#!/bin/sh\necho out of memory\nexit 1\n")
    program.chmod(0o755)

    monkeypatch.setenv("VALKEY_BIN", str(program))

    with pytest.raises(ServiceError, match=r"(?s)valkey.log.*out of memory"):
        start_valkey(guard, Place(place.folder, None), logs=tmp_path)


@pytest.mark.skipif(os.getuid() != 0, reason="only root has to step aside")
def test_root_goes_outside_a_folder_that_nobody_can_reach(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    place = find_place(closed / "portal")

    try:
        assert place.folder.parent == outside_folder(ROOT)
        assert place.account is not None
        assert place.account[0] != 0
    finally:
        place.folder.rmdir()
