"""What production is told agrees with the code: commands exist, variables are read, health and secrets are seen to.

Where there is a Docker client with compose, it also has to accept the file.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from tools import healthy
from tools.environment import ROOT, read_environment

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if "build" in service}
IMAGE_VARIABLES = {
    "postgres": {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "TZ"},
    "redis": {"REDISCLI_AUTH"},
}
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
READS = re.compile(r"""(?:env(?:\.\w+)?|environ\.get)\(\s*["']([A-Z0-9_]+)["'](\s*\))?""")


def variables_of_the_code() -> dict[str, bool]:
    """Every variable that config/ reads, and whether it has to be set."""
    found: dict[str, bool] = {}
    for file in (ROOT / "config").glob("*.py"):
        for match in READS.finditer(file.read_text()):
            found[match[1]] = match[2] is not None
    found.pop("DJANGO_SETTINGS_MODULE", None)
    return found


def test_the_services_are_the_ones_that_the_portal_needs() -> None:
    assert set(SERVICES) == {"migrate", "web", "worker", "vendors", "beat", "postgres", "redis"}
    assert {"migrate", "web", "worker", "vendors", "beat"} == OURS


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_is_read_and_every_needed_one_is_given(name: str) -> None:
    given = set(SERVICES[name]["environment"])
    known = variables_of_the_code()

    assert given <= set(known)
    assert {variable for variable, is_needed in known.items() if is_needed} <= given


@pytest.mark.parametrize("name", sorted(OURS))
def test_whatever_an_operator_is_told_of_can_be_said_in_env(name: str) -> None:
    told = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))

    assert told
    assert told <= set(SERVICES[name]["environment"])


@pytest.mark.parametrize("name", sorted(IMAGE_VARIABLES))
def test_an_image_gets_only_variables_that_it_knows(name: str) -> None:
    assert set(SERVICES[name]["environment"]) <= IMAGE_VARIABLES[name]


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_command_exists_with_its_options(name: str) -> None:
    program, *arguments = SERVICES[name]["command"]
    if program == "python":
        assert arguments[0] == "manage.py"
        assert arguments[1] in get_commands()
        return
    done = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_that_stays_is_checked_and_restarted(name: str) -> None:
    service = SERVICES[name]
    if name == "migrate":
        assert service["restart"] == "no"
        return
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert service["healthcheck"]["retries"] > 0


def test_nothing_starts_before_what_it_needs() -> None:
    for name in ("web", "worker", "vendors", "beat"):
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "postgres": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
        }
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_secrets_are_asked_for_and_none_is_written_down() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    example = read_environment(ROOT / ".env.example")
    asked = set(re.findall(r"\$\{([A-Z0-9_]+):\?", text))

    assert asked >= SECRETS
    assert asked <= set(example)
    assert {name for name in SECRETS if example[name]} == set()
    assert not re.findall(r"(?:PASSWORD|SECRET\w*|KEY): (?!\$\{)\S", text)


def test_every_variable_of_the_example_is_used() -> None:
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "docker-compose.yml").read_text()))

    assert set(read_environment(ROOT / ".env.example")) <= used


def test_the_image_runs_as_nobody_special_and_knows_how_it_is() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    check = next(line for line in lines if line.startswith("HEALTHCHECK"))

    assert "USER portal" in lines
    assert "tools.healthy" in check
    assert SERVICES["web"]["healthcheck"]["test"] == ["CMD", "python", "-m", "tools.healthy"]
    assert not [line for line in lines if re.match(r"(ENV|ARG) .*(SECRET|PASSWORD|KEY)", line)]


def test_the_image_is_given_every_app_and_no_data() -> None:
    taken = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}

    assert apps | {"config", "templates", "static", "tools", "requirements", "manage.py"} <= taken
    assert not {".portal", ".env", "tests", ".git"} & taken


def test_a_web_server_that_is_away_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9")

    assert healthy.main() == 1


def test_every_variable_is_explained() -> None:
    explained = set(re.findall(r"^\| `([A-Z0-9_]+)`", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE))

    assert set(variables_of_the_code()) - explained == set(), "docs/operations.md has a table for them"


def test_docker_accepts_the_file() -> None:
    docker = shutil.which("docker")
    has_compose = docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
    if not has_compose or has_compose.returncode != 0:
        pytest.skip("no Docker client with compose here")
    filled = {name: value or "x" for name, value in read_environment(ROOT / ".env.example").items()}
    done = subprocess.run(
        [str(docker), "compose", "-f", "docker-compose.yml", "config", "--quiet"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **filled},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    explained = re.findall(r"^\| `([^`]+)`", (ROOT / "docs" / "dependencies.md").read_text(), re.MULTILINE)

    assert sorted(explained) == sorted(re.split(r"[<>=~! ]", line)[0] for line in wanted)
