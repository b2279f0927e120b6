"""How long statements may take, which are logged, what is kept open, and what people read when it was too much."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from accounts.models import User
from config import asgi
from config.database import name_work
from config.pages import Pages
from tests.conftest import World
from tools.check import PRODUCTION
from workstreams.middleware import RefusalMiddleware

ASK = """
import json, sys
if sys.argv[1] == "pages":
    import config.wsgi
else:
    import django
    django.setup()
from django.db import connection
known = connection.settings_dict
print(json.dumps([known["CONN_MAX_AGE"], known["OPTIONS"]["options"], known["OPTIONS"]["application_name"]]))
"""


def settings_of(process: str) -> list[Any]:
    """What a process of this kind would connect with."""
    variables = {**PRODUCTION, "PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run([sys.executable, "-c", ASK, process], env=variables, capture_output=True, check=True)
    found: list[Any] = json.loads(done.stdout)
    return found


def test_pages_keep_their_connections_and_end_long_statements() -> None:
    age, options, name = settings_of("pages")

    assert age == 60
    assert "statement_timeout=5000" in options
    assert name == "portal pages"


def test_workers_and_commands_keep_no_connection_and_may_take_longer() -> None:
    age, options, name = settings_of("worker")

    assert age == 0
    assert "statement_timeout=60000" in options
    assert name == "portal"


@pytest.mark.django_db(transaction=True)
def test_a_migration_takes_its_time_but_waits_for_no_table_for_long() -> None:
    connection.close()
    call_command("migrate", verbosity=0)

    with connection.cursor() as cursor:
        limits = []
        for name in ("statement_timeout", "lock_timeout"):
            cursor.execute(f"SHOW {name}")
            limits.append(cursor.fetchone()[0])
    connection.close()
    assert limits == ["0", "10s"]


# --- Too slow ----------------------------------------------------------------------------------------------------


def too_slow() -> OperationalError:
    """What a statement that takes too long raises, from the server itself."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 20")
            cursor.execute("SELECT pg_sleep(5)")
    except OperationalError as error:
        return error
    raise AssertionError("It was let run.")


def answer_to(request: HttpRequest) -> HttpResponse:
    """What the middleware makes of it."""
    answer = RefusalMiddleware(lambda _: HttpResponse()).process_exception(request, too_slow())
    assert answer is not None
    return answer


def test_a_statement_that_takes_too_long_is_answered_in_words(world: World) -> None:
    request = RequestFactory().get("/workstreams/", headers={"Referer": "http://testserver/workstreams/?q=a"})
    request.user = world.isr
    answer = answer_to(request)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "nothing was changed" in answer.content.decode()
    assert 'href="/workstreams/?q=a"' in answer.content.decode()


def test_a_script_is_told_in_json(world: World) -> None:
    answer = answer_to(RequestFactory().post("/", headers={"Accept": "application/json"}))

    assert answer.status_code == 503
    assert json.loads(answer.content)["code"] == "too_slow"


def test_another_failure_of_the_database_stays_one(world: World) -> None:
    answer = RefusalMiddleware(lambda _: HttpResponse()).process_exception(
        RequestFactory().get("/"), OperationalError("the server is gone")
    )
    assert answer is None


@pytest.fixture
def locked(transactional_db: None) -> Iterator[Callable[[type[Model]], None]]:
    """Call to hold the table of a model, so that whoever reads it waits, and is ended soon."""
    known = connection.get_connection_params()
    holder = psycopg2.connect(**{name: known[name] for name in ("dbname", "user", "password", "host", "port")})

    def hold(model: type[Model]) -> None:
        with holder.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {model._meta.db_table} IN ACCESS EXCLUSIVE MODE")
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 50")

    yield hold
    holder.close()
    connection.close()


@pytest.mark.parametrize("table", [Session, User])
@pytest.mark.parametrize(
    ("address", "headers", "told"),
    [
        ("/my-workstreams/", {}, "<h1>That was not possible</h1>"),
        ("/my-workstreams/", {"HX-Request": "true"}, '<div class="notice'),
        ("/my-workstreams/", {"Accept": "application/json"}, '"code": "too_slow"'),
        ("/api/v1/workstreams/", {}, '"code": "too_slow"'),
    ],
)
def test_it_is_told_so_too_where_it_is_looked_up_who_asks(
    *,
    table: type[Model],
    address: str,
    headers: dict[str, str],
    told: str,
    world: World,
    locked: Callable[[type[Model]], None],
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.owner)
    locked(table)
    answer = client.get(address, headers=headers)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "nothing was changed" in answer.content.decode()
    assert told in answer.content.decode()
    assert answer.has_header("HX-Retarget") == ("HX-Request" in headers)


# --- The log of slow statements ----------------------------------------------------------------------------------


@pytest.fixture
def slow(settings: Settings, caplog: pytest.LogCaptureFixture, db: None) -> Iterator[Callable[[], list[str]]]:
    """Everything counts as slow; call for the lines so far."""
    settings.SLOW_QUERY_MS = 0
    with caplog.at_level(logging.WARNING, logger="portal.slow"):
        yield lambda: [record.getMessage() for record in caplog.records if record.name == "portal.slow"]


def test_a_slow_statement_is_logged_without_its_values(world: World, slow: Callable[[], list[str]]) -> None:
    type(world.owner).objects.filter(email="owner@acme.example").exists()

    [line] = [line for line in slow() if "accounts_user" in line]
    assert "%s" in line
    assert "acme" not in line
    assert line.split(" ms in ")[0].isdecimal()


def test_the_log_says_what_it_was_for_and_names_no_address(
    world: World, client: Client, slow: Callable[[], list[str]]
) -> None:
    client.force_login(world.owner)
    client.get(world.labels.get_absolute_url())

    [line] = [line for line in slow() if 'FROM "chat_counter"' in line]
    assert "in GET /workstreams/<uuid:public_id>/: SELECT" in line
    assert str(world.labels.public_id) not in "".join(slow())


def test_a_task_is_named_too(slow: Callable[[], list[str]]) -> None:
    name_work("notifications.tasks.send_waiting_mails")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    name_work("")

    assert slow()[-1].endswith(" ms in notifications.tasks.send_waiting_mails: SELECT 1")


def test_what_is_quick_is_not_logged(slow: Callable[[], list[str]], settings: Settings) -> None:
    settings.SLOW_QUERY_MS = 60_000
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")

    assert slow() == []


# --- When all threads are at work --------------------------------------------------------------------------------


def ask(pages: Pages, accept: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """One request to pages of which all threads are taken."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": "/",
        "query_string": b"",
        "headers": [(b"accept", accept.encode())],
    }

    async def both() -> None:
        first = asyncio.create_task(pages(scope, receive, send_nowhere))
        await asyncio.sleep(0)  # it takes the only thread
        await pages(scope, receive, send)
        free.set()
        await first

    async def send_nowhere(_: dict[str, Any]) -> None:
        pass

    free.clear()
    asyncio.run(both())
    start, body = sent
    return start["status"], dict(start["headers"]), body["body"]


free = threading.Event()


def until_freed(_: Any, start_response: Any) -> list[bytes]:
    """A page that takes as long as the test wants."""
    free.wait(10)
    start_response("200 OK", [])
    return [b"done"]


@pytest.mark.parametrize(
    ("accept", "kind"), [("text/html", b"text/html; charset=utf-8"), ("application/json", b"application/json")]
)
def test_whoever_waits_too_long_for_a_thread_is_told_to_come_back(accept: str, kind: bytes) -> None:
    status, headers, body = ask(Pages(until_freed, threads=1, patience=0.05), accept)

    assert status == 503
    assert headers[b"retry-after"] == b"5"
    assert headers[b"content-type"] == kind
    assert b"try again in a moment" in body


@pytest.mark.django_db
def test_whether_the_process_is_well_is_answered_while_all_threads_are_at_work(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(asgi, "pages", Pages(until_freed, threads=1, patience=0.05))
    settings.ALLOWED_HOSTS = ["testserver"]

    assert asyncio.run(both_at_once("/", "/healthz")) == [200, 200]
    assert asyncio.run(both_at_once("/", "/healthz/")) == [200, 503]


async def both_at_once(first: str, second: str) -> list[int]:
    """The statuses of two requests: the first takes as long as the second."""
    free.clear()
    statuses: dict[str, int] = {}

    async def visit(path: str) -> None:
        async def send(message: dict[str, Any]) -> None:
            statuses.setdefault(path, message.get("status", 0))

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "headers": [(b"host", b"testserver")],
            "server": ("testserver", 80),
            "scheme": "http",
        }
        await asgi.application(scope, receive, send)

    waiting = asyncio.create_task(visit(first))
    await asyncio.sleep(0)
    await visit(second)
    free.set()
    await waiting
    return [statuses[first], statuses[second]]
