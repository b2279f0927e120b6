"""A pytest plugin: real PostgreSQL and Valkey for the tests, started before Django's settings are read.

Named by `addopts = -p tools.pytest_services`, because pytest-django reads the settings before any conftest.py. The
controller starts the servers in a temporary folder; xdist's workers inherit their addresses through the environment,
get a database each from pytest-django, and a Redis database number and a LIVE_PREFIX of their own from here. With
DATABASE_URL or REDIS_URL set, those are used instead. A guard ends the servers and removes the folder, whatever becomes
of pytest.
"""

import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tools.guard import Guard
from tools.services import ServiceError, find_place, start_postgres, start_valkey

ENVIRONMENT = {
    "PORTAL_ENV": "test",
    "DEMO": "1",
    "BASE_URL": "http://testserver",
    "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 3,
    "DEFAULT_FROM_EMAIL": "portal@testserver.example",
    "MAIL_TRANSPORT": "django.core.mail.backends.locmem.EmailBackend",
    "LOG_LEVEL": "WARNING",
}
# Whatever the person's shell says, these keep their defaults: every run is the same run.
UNSET = (
    "ALLOWED_HOSTS",
    "INTERCOM_TOKEN",
    "INTERCOM_BASE_URL",
    "INTERCOM_CLIENT_SECRETS",
    "INTERCOM_APP_ID",
    "INTERCOM_IDENTITY_SECRET",
    "INTERCOM_ADMIN_ID",
    "INTERCOM_FILE_HOSTS",
    "HUBSPOT_TOKEN",
    "HUBSPOT_BASE_URL",
    "HUBSPOT_FORMS_URL",
    "HUBSPOT_PORTAL_ID",
    "HUBSPOT_FORM_ID",
    "SALESFORCE_CONSUMER_KEY",
    "SALESFORCE_CONSUMER_SECRET",
    "SALESFORCE_DOMAIN",
    "SALESFORCE_API_VERSION",
    "SALESFORCE_SIMULATOR_PORT",
    "SALESFORCE_OUTBOUND_TOKENS",
    "SALESFORCE_OUTBOUND_ACTIONS",
    "SALESFORCE_FLOW_SECRETS",
    "SALESFORCE_FLOW_HMAC_SECRETS",
    "SALESFORCE_ORGANIZATION_ID",
    "SALESFORCE_BASE_URL",
    "SALESFORCE_STAGE_STEPS",
    "REPLY_DOMAIN",
    "MAIL_HOOK_SECRETS",
    "MAIL_TRUSTED_SERVER",
    "ANYMAIL",
    "BEHIND_PROXY",
    "FILES_MAX_MB",
    "FILES_UNFINISHED_MB",
    "FILES_S3_BUCKET",
    "CLAMD_URL",
    "ALLOW_PLAIN_HTTP",
)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Have the environment ready before pytest-django imports the settings."""
    for name in UNSET:
        os.environ.pop(name, None)
    os.environ.update(ENVIRONMENT)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        _take_own_share(worker)
    elif _runs_tests(early_config):
        _start(early_config)
    else:
        os.environ.setdefault("DATABASE_URL", "postgres://nobody@127.0.0.1:9/none")
        os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:9/0")
    os.environ.setdefault("LIVE_PREFIX", "test")
    return (yield)


def _runs_tests(config: pytest.Config) -> bool:
    options = config.known_args_namespace
    return not any(getattr(options, name, False) for name in ("help", "version", "collectonly"))


def _start(config: pytest.Config) -> None:
    """Start what is not given, and leave the addresses in the environment for Django and for xdist's workers."""
    os.environ["LIVE_PREFIX"] = f"test-{os.getpid()}"
    files = tempfile.TemporaryDirectory(prefix="portal-tests-files-")
    config.add_cleanup(files.cleanup)
    os.environ["FILES_DIR"] = files.name
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    folder = Path(tempfile.mkdtemp(prefix="portal-tests-"))
    folder.chmod(0o755)  # what is private in it is private by itself
    place = find_place(folder)
    guard = Guard(remove=place.folder)
    config.add_cleanup(guard.close)
    if place.folder != folder:
        folder.rmdir()
    try:
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = start_postgres(guard, place, logs=place.folder, durable=False)
        if not os.environ.get("REDIS_URL"):
            os.environ["REDIS_URL"] = start_valkey(guard, place, logs=place.folder)
    except ServiceError as failure:
        guard.close()
        raise pytest.UsageError(str(failure)) from failure


def _take_own_share(worker: str) -> None:
    """Give an xdist worker ("gw0", "gw1" ...) its own Redis database number and word for live channels."""
    number = int(worker.removeprefix("gw")) + 1
    parts = urlsplit(os.environ["REDIS_URL"])
    first = int(parts.path.strip("/") or 0)
    os.environ["REDIS_URL"] = urlunsplit(parts._replace(path=f"/{first + number}"))
    os.environ["LIVE_PREFIX"] += f"-{worker}"
    os.environ["FILES_DIR"] += f"/{worker}"
