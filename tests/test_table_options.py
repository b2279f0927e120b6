"""What PostgreSQL is told about the tables that are written most, and the indexes each of their rows pays for."""

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL

pytestmark = pytest.mark.django_db

# Rows that are written again leave room on their page; whoever is vacuumed by share of a million rows is vacuumed late.
EXPECTED = {
    "workstreams_workstream": {"fillfactor": "85", "autovacuum_vacuum_scale_factor": "0.01"},
    "workstreams_membership": {"autovacuum_vacuum_insert_scale_factor": "0.02"},
    "chat_counter": {"fillfactor": "80", "autovacuum_vacuum_scale_factor": "0.01"},
    "chat_readmark": {"fillfactor": "80", "autovacuum_vacuum_scale_factor": "0.01"},
    "chat_message": {"autovacuum_vacuum_insert_scale_factor": "0.02"},
    "chat_note": {"autovacuum_vacuum_insert_scale_factor": "0.02"},
    "activity_event": {"autovacuum_vacuum_insert_scale_factor": "0.02"},
    "accounts_user": {"fillfactor": "85", "autovacuum_vacuum_scale_factor": "0.02"},
    "notifications_mail": {"fillfactor": "85", "autovacuum_vacuum_scale_factor": "0.02"},
    "integrations_inboundevent": {"fillfactor": "85", "autovacuum_vacuum_scale_factor": "0.02"},
    "integrations_mailbox": {"fillfactor": "80", "autovacuum_vacuum_scale_factor": "0.01"},
    "integrations_delivery": {"fillfactor": "85", "autovacuum_vacuum_scale_factor": "0.02"},
}
WRITTEN_BY_EVERY_MESSAGE = ["activity_event", "chat_counter", "chat_message", "chat_note", "chat_readmark"]


@pytest.mark.parametrize("table", EXPECTED)
def test_a_table_that_is_written_much_is_stored_for_it(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(reloptions) FROM pg_class WHERE oid = %s::regclass", [table])
        options = dict(row[0].split("=") for row in cursor.fetchall())

    assert EXPECTED[table].items() <= options.items()


@pytest.mark.parametrize("table", WRITTEN_BY_EVERY_MESSAGE)
def test_no_index_of_the_chat_is_the_beginning_of_another(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, indkey::text, indisunique FROM pg_index "
            "WHERE indrelid = %s::regclass AND indpred IS NULL",
            [table],
        )
        indexes = cursor.fetchall()

    begun_by = {
        name
        for name, columns, is_unique in indexes
        for other, longer, _ in indexes
        if other != name and not is_unique and f"{longer} ".startswith(f"{columns} ")
    }
    assert not begun_by


def test_an_index_that_is_made_beside_the_work_may_be_begun_again() -> None:
    made = 0
    for name, migration in MigrationLoader(None).disk_migrations.items():
        before: list[object] = []
        for step in migration.operations:
            if isinstance(step, RunSQL):
                before += step.sql if isinstance(step.sql, list) else [step.sql]
            if isinstance(step, AddIndexConcurrently):
                made += 1
                assert "SET lock_timeout = 0" in before, name
                assert f"DROP INDEX CONCURRENTLY IF EXISTS {step.index.name}" in before, name
    assert made
