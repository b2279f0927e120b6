"""Where the two commands keep things on this machine, and the environment `make run` shares with `manage.py`."""

import json
import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def state_folder() -> Path:
    """The folder that holds the data of `make run`; PORTAL_STATE moves it (the tests do)."""
    return Path(os.environ.get("PORTAL_STATE") or ROOT / ".portal").absolute()


def bench_folder() -> Path:
    """The folder that holds the data and the reports of `make bench`; BENCH_STATE moves it."""
    return Path(os.environ.get("BENCH_STATE") or ROOT / ".bench").absolute()


def load_local_environment() -> None:
    """Take the variables of the portal that `make run` set up, unless the caller names its own environment."""
    if "PORTAL_ENV" in os.environ:
        return
    for name, value in read_environment(state_folder() / "env").items():
        os.environ.setdefault(name, value)


def read_environment(file: Path) -> dict[str, str]:
    """The NAME=value lines of a file, quoted as a shell would; nothing when there is no such file."""
    try:
        lines = file.read_text().splitlines()
    except FileNotFoundError:
        return {}
    except PermissionError:
        return {}  # another account's portal: settings will say what is missing
    words = (word for line in lines for word in shlex.split(line, comments=True))
    return dict(word.split("=", 1) for word in words if "=" in word)


def write_environment(file: Path, variables: Mapping[str, str]) -> None:
    """Write variables for `read_environment` or a shell (`set -a; . file`) to take; nobody else can read them."""
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in variables.items()]
    write_private(file, "# Written by `make run` at every start; manage.py reads it.\n" + "".join(lines))


def write_private(file: Path, text: str) -> None:
    """Write a file that only this account can read, all at once."""
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
    draft.replace(file)


def kept_secret(folder: Path, name: str) -> str:
    """A random word made at the first call and the same ever after, for as long as the folder lives."""
    file = folder / "secrets.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if name not in known:
        known[name] = secrets.token_urlsafe(48)
        write_private(file, json.dumps(known))
    return known[name]
