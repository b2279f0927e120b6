"""`make check`: everything that can be said about the code without running it, one named step after the other.

`python -m tools.check` runs all, `python -m tools.check types format` the named ones; the first failure stops it and
shows its output. `python -m tools.check --environment-only manage.py ...` runs a command of Django's that needs
settings but no services.
"""

import os
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.environment import ROOT

BIN = Path(sys.executable).parent
PYTHON = sys.executable
MYPY_CACHE = ROOT / ".mypy_cache"

# No service is asked: these only let the settings be read.
DEVELOPMENT = {
    "PORTAL_ENV": "test",
    "DEMO": "1",
    "BASE_URL": "http://localhost:8000",
    "SECRET_KEY": "only-for-checks-" + "0123456789abcdef" * 3,
    "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "DEFAULT_FROM_EMAIL": "portal@localhost",
    "PYTHONWARNINGS": "ignore:Got an error checking a consistent migration history:RuntimeWarning",
}
PRODUCTION = {
    **DEVELOPMENT,
    "PORTAL_ENV": "production",
    "DEMO": "0",
    "BASE_URL": "https://portal.example.com",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "DATABASE_URL": "postgres://portal:secret@postgres.example.com/portal",
    "REDIS_URL": "redis://redis.example.com/0",
    "DEFAULT_FROM_EMAIL": "portal@portal.example.com",
    "EMAIL_HOST": "mail.example.com",
}

Step = tuple[str, list[str | Path], dict[str, str]]

STEPS: dict[str, Step] = {
    "lint": ("ruff check", [BIN / "ruff", "check", "."], {}),
    "format": ("ruff format --check", [BIN / "ruff", "format", "--check", "."], {}),
    "types": ("mypy, strict", [BIN / "mypy", "."], DEVELOPMENT),
    "floors": ("imports go down only", [BIN / "lint-imports", "--no-cache"], DEVELOPMENT),
    "migrations": (
        "every model change has its migration",
        [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
        DEVELOPMENT,
    ),
    "deploy": (
        "Django's deployment check with production settings",
        [PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        PRODUCTION,
    ),
    "templates": ("djlint", [BIN / "djlint", "--lint", "--quiet", "templates"], {}),
}


def main(arguments: list[str]) -> int:
    """Run the steps; returns the status for the shell."""
    if arguments[:1] == ["--environment-only"]:
        return subprocess.run([PYTHON, *arguments[1:]], cwd=ROOT, env=_environment(DEVELOPMENT), check=False).returncode
    unknown = [name for name in arguments if name not in STEPS]
    if unknown:
        print(f"There is no step {', '.join(unknown)}; there are {', '.join(STEPS)}.")
        return 2
    for name in arguments or STEPS:
        title, command, variables = STEPS[name]
        began = time.monotonic()
        print(f"{name:<11} {title} ... ", end="", flush=True)
        done = _run(command, variables)
        if done.returncode != 0 and name == "types" and MYPY_CACHE.exists():
            # The Django plugin now and then loses a manager between two runs; only a run without the past counts.
            shutil.rmtree(MYPY_CACHE)
            done = _run(command, variables)
        print(f"{'ok' if done.returncode == 0 else 'FAILED'} ({time.monotonic() - began:.1f} s)", flush=True)
        if done.returncode != 0:
            print(done.stdout.rstrip())
            return 1
    return 0


def _run(command: list[str | Path], variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        cwd=ROOT,
        env=_environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def _environment(variables: dict[str, str]) -> dict[str, str]:
    """The person's environment with ours on top; none of the portal's own variables shine through."""
    ours = PRODUCTION.keys() | {"ALLOWED_HOSTS", "ALLOW_PLAIN_HTTP", "BEHIND_PROXY", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in ours} | variables


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
