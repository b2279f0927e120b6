"""A small bench on the tests' own PostgreSQL: two generated sets, made once for the file that asks for them."""

import os
from collections.abc import Iterator

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import override_settings
from django.utils import timezone
from psycopg2 import sql
from pytest_django import DjangoDbBlocker

from bench.frame import SETS, Bench, Line, find_goals, wrapper_for
from bench.generate import generate
from bench.report import Report
from bench.server import newest_moment, with_database
from workstreams.facets import recount

SIZE, SMALL_SIZE = 12_000, 1_500
GOALS_OF_THE_GRID = range(1, 10)


@pytest.fixture(scope="module")
def bench(django_db_blocker: DjangoDbBlocker, worker_id: str) -> Iterator[Bench]:
    """Django's default connection leads to the large set meanwhile, and the yardstick has its address."""
    server = os.environ["DATABASE_URL"]
    names = {size: f"bench_{worker_id}_{size}" for size in (SIZE, SMALL_SIZE)}
    urls = {size: with_database(server, name) for size, name in names.items()}
    before = connections[DEFAULT_DB_ALIAS]
    with django_db_blocker.unblock(), override_settings(ROOT_URLCONF="bench.yardstick.urls"):
        _run(server, "CREATE DATABASE {}", names[SMALL_SIZE])
        small = wrapper_for(urls[SMALL_SIZE])
        connections[DEFAULT_DB_ALIAS] = small
        call_command("migrate", verbosity=0)
        small.close()
        _run(server, "CREATE DATABASE {} TEMPLATE {}", names[SIZE], names[SMALL_SIZE])
        for size, url in urls.items():
            # As on any disk without moving parts; the plans are what is looked at.
            _run(server, "ALTER DATABASE {} SET random_page_cost = 1.1", names[size])
            link = psycopg2.connect(url)
            generate(link, size, now=newest_moment())
            link.close()
        big = wrapper_for(urls[SIZE])
        connections[DEFAULT_DB_ALIAS] = big
        found = Bench(urls[SIZE], urls[SMALL_SIZE], settings.REDIS_URL, SIZE, SMALL_SIZE, effort=0.02)
        for which in SETS:
            with found.on(which):
                recount(now=timezone.now())
        try:
            yield found
        finally:
            found.close()
            big.close()
            connections[DEFAULT_DB_ALIAS] = before
            for name in names.values():
                _run(server, "DROP DATABASE {} WITH (FORCE)", name)


def measured(bench: Bench, number: int) -> list[Line]:
    """What a goal reports. Times at this size mean nothing; only that it can be printed is sure."""
    goal = find_goals()[number]
    lines = list(goal.run(bench))
    Report(lambda _: None).goal(goal, lines)
    return lines


def _run(server: str, statement: str, *names: str) -> None:
    link = psycopg2.connect(server)
    link.autocommit = True
    link.cursor().execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
    link.close()
