"""Production says at once what is missing, and takes what it is given."""

import json
import os
import subprocess
import sys

import pytest

from tools.check import PRODUCTION

READ = """
import json
from config import settings
database = settings.DATABASES["default"]["OPTIONS"]
print(json.dumps([database, settings.DEMO, settings.SESSION_COOKIE_SECURE, settings.SECURE_SSL_REDIRECT]))
"""


def read(**changes: str | None) -> "subprocess.CompletedProcess[str]":
    """Read the settings in a process of their own, with production's variables and these changes."""
    variables = {"PATH": os.environ["PATH"], **PRODUCTION, **changes}
    given = {name: value for name, value in variables.items() if value is not None}
    return subprocess.run([sys.executable, "-c", READ], env=given, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "name", ["BASE_URL", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "DEFAULT_FROM_EMAIL", "EMAIL_HOST"]
)
def test_production_names_the_variable_that_is_missing(name: str) -> None:
    done = read(**{name: None})

    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr
    assert name in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", ["BASE_URL", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "DEFAULT_FROM_EMAIL"])
def test_an_empty_variable_is_as_good_as_none(name: str) -> None:
    done = read(**{name: " "})

    assert done.returncode != 0
    assert f"{name} is empty" in done.stderr.splitlines()[-1]


def test_production_insists_on_https() -> None:
    done = read(BASE_URL="http://portal.example.com")

    assert done.returncode != 0
    assert "https://" in done.stderr.splitlines()[-1]


def test_a_complete_environment_is_production_without_demo() -> None:
    done = read(DATABASE_URL="postgres://portal:secret@db.example.com/portal?sslmode=verify-full", DEMO=None)

    database, demo, secure_cookie, redirects = json.loads(done.stdout)
    assert database["sslmode"] == "verify-full"
    assert "statement_timeout" in database["options"]
    assert (demo, secure_cookie, redirects) == (False, True, True)


def test_hosts_of_intercom_are_let_in_only_with_its_messenger() -> None:
    code = "import json; from config import settings; print(json.dumps(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']))"
    found = []
    for given in ({}, {"INTERCOM_APP_ID": "abc12345"}, {"INTERCOM_APP_ID": "a", "INTERCOM_IDENTITY_SECRET": "b"}):
        environment = {"PATH": os.environ["PATH"], **PRODUCTION, **given}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout))

    assert all("intercom" not in json.dumps(directives) for directives in found[:2])
    assert "https://widget.intercom.io" in found[2]["script-src"]
    assert "'unsafe-inline'" not in found[2]["script-src"]
