"""How a process uses the database: what it keeps open, how long a statement may take, and which were slow."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import pre_migrate
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("portal.slow")

LONGEST_LINE = 2000
# What this thread is doing, in words that name nobody: the pattern of an address, or a task.
_work: ContextVar[str] = ContextVar("work", default="")


def serve_pages() -> None:
    """Keep connections between requests and let no statement take long, for people wait. Before the first request."""
    connections.settings[DEFAULT_DB_ALIAS].update(settings.DATABASE_OF_PAGES)


def name_work(name: str) -> None:
    """Say what this thread does from here on, for the log of slow statements; an empty name for nothing special."""
    _work.set(name)


class WorkMiddleware:
    """Names the work of a request by its method and the pattern of its address, never by what stands in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Name it as soon as it is known, and forget it after the answer."""
        try:
            return self.get_response(request)
        finally:
            name_work("")

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """The view is found."""
        if match := request.resolver_match:
            name_work(f"{request.method} /{match.route}")


def report_slow_statements() -> None:
    """Log every statement that takes longer than SLOW_QUERY_MS, without its values. Once per process."""
    connection_created.connect(_listen, dispatch_uid="slow statements")
    pre_migrate.connect(_let_migrations_take_their_time, dispatch_uid="migrations take their time")


def _listen(connection: BaseDatabaseWrapper, **_: object) -> None:
    if _time not in connection.execute_wrappers:
        connection.execute_wrappers.append(_time)


def _time(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """One of Django's execute wrappers. A statement that fails was slow all the same."""
    began = time.monotonic()
    try:
        return execute(sql, params, many, context)
    finally:
        milliseconds = (time.monotonic() - began) * 1000
        if milliseconds >= settings.SLOW_QUERY_MS:
            # Composed statements may hold values; Django's and ours hold placeholders.
            text = " ".join(sql.split()) if isinstance(sql, str) else f"a {type(sql).__name__}"
            logger.warning("%.0f ms in %s: %s", milliseconds, _work.get() or _process(), text[:LONGEST_LINE])


def _process() -> str:
    """What to call work that has no name: the command, or the thread that belongs to somebody."""
    thread = threading.current_thread()
    if thread is not threading.main_thread():
        return thread.name
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])


def _let_migrations_take_their_time(using: str, **_: object) -> None:
    """A migration may work for long, but must not queue for a table for long: everybody else would wait behind it."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '10s'"
        )
