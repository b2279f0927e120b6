"""The grid as a file: who may, what is in it, what spreadsheets make of it, and how it ends."""

import csv
import io
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import NotAllowed
from accounts.models import User
from activity.models import Event
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams import export as engine
from workstreams.choices import CloseReason, Status
from workstreams.errors import TooManyExports
from workstreams.export import Incomplete, begin, cancel, lines, safe
from workstreams.filters import WorkStreamFilter, read
from workstreams.grid import GridQuery, Sort
from workstreams.models import WorkStream
from workstreams.runs import SILENT_FOR, Export

EXPORT = reverse("workstreams:export")
NOT_COMPLETE = "THIS FILE IS NOT COMPLETE"


def table(content: bytes) -> list[list[str]]:
    """The file as a spreadsheet reads it."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def download(client: Client, question: str = "?lead=any", *columns: str) -> list[list[str]]:
    response: Any = client.post(EXPORT, {"question": question, "column": columns})
    assert response.status_code == 200
    return table(response.getvalue())


def until_it_breaks(parts: Iterator[bytes]) -> bytes:
    """What still comes before the connection is broken."""
    got = b""
    with suppress(Incomplete):
        while True:
            got += next(parts)
    return got


def asked(user: User, question: str) -> GridQuery:
    return read(WorkStreamFilter(QueryDict(question), user=user, now=timezone.now())).query


def many(world: World, count: int) -> None:
    """WorkStreams that nobody leads, all made at once."""
    now = timezone.now()
    WorkStream.objects.bulk_create(
        WorkStream(
            name=f"Many {number:05}",
            owner=world.owner,
            organization=world.acme,
            created_by=world.owner,
            last_activity_at=now - timedelta(seconds=number),
        )
        for number in range(count)
    )


# --- What is in it


def test_the_file_answers_the_same_question_in_the_same_order(client: Client, world: World) -> None:
    for number in range(3):
        WorkStreamFactory.create(name=f"Street {number}", owner=world.owner, lead=world.isr)
    client.force_login(world.isr)
    rows = download(client, "?lead=me&q=street&sort=-name", "name", "client", "lead")

    assert rows == [
        ["Name", "Client", "WorkStream Lead"],
        *[[f"Street {number}", "Acme", "ISR / Sales Colleague"] for number in (2, 1, 0)],
    ]


def test_every_column_says_what_the_portal_says(client: Client, world: World) -> None:
    at = datetime(2026, 3, 1, 10, 15, 31, tzinfo=UTC)
    world.scans.intended_start, world.scans.created_at, world.scans.last_activity_at = date(2026, 4, 5), at, at
    world.scans.status, world.scans.close_reason, world.scans.closed_at = Status.CLOSED, CloseReason.LOST, at
    world.scans.milestone, world.scans.opportunity_id = "preparing_proposal", "006A000000abcDEIAY"
    world.scans.save()
    client.force_login(world.isr)
    (head, row) = download(client, "?lead=any&type=batch")

    assert dict(zip(head, row, strict=True)) == {
        "Name": "Invoice scans",
        "Client": "Globex",
        "Type": "BATCH",
        "Status": "Closed",
        "Milestone": "Preparing a Proposal",
        "WorkStream Lead": "",
        "WorkStream Lead's e-mail": "",
        "WorkStream Owner": "Stella Stranger",
        "WorkStream Owner's e-mail": "stranger@globex.example",
        "Updated (UTC)": "2026-03-01 10:15:31",
        "Intended start": "2026-04-05",
        "WorkStream Starting": "",
        "Created (UTC)": "2026-03-01 10:15:31",
        "Closed (UTC)": "2026-03-01 10:15:31",
        "Reason for closing": "Lost",
        "Came by": "Directly in the app",
        "Salesforce opportunity": "006A000000abcDEIAY",
        "ID": str(world.scans.public_id),
        "Link": world.scans.full_url,
    }


def test_the_columns_come_in_the_order_asked_for(client: Client, world: World) -> None:
    client.force_login(world.isr)
    assert download(client, "?lead=any", "status", "nonsense", "name", "status")[0] == ["Status", "Name"]


@pytest.mark.parametrize(
    "name", ["a, b", 'say "hello"', "two\r\nlines", "شارع الملك, ١٢", "Zürich – Genève", "'quoted'", "x\ny"]
)
def test_names_come_out_as_they_went_in(name: str, client: Client, world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(name=name)
    client.force_login(world.isr)

    assert download(client, "?lead=any&type=agile", "name")[1:] == [[name]]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+44 20", "'+44 20"),
        ("-5 %", "'-5 %"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\u200b\ufeff=1", "'\u200b\ufeff=1"),
        ("\u202e=1", "'\u202e=1"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20a", "'\uff20a"),
        ("\ufe63a", "'\ufe63a"),
        ("\u22121", "'\u22121"),
        ("\ta", "'\ta"),
        ("\ra", "'\ra"),
        ("\na", "'\na"),
        ("\t=1", "'\t'=1"),
        ("a;=1", "a;'=1"),
        ("a; @b", "a;' @b"),
        ("a\n=1", "a\n'=1"),
        ("a\t|=1", "a\t|'=1"),
        ("a-b=c", "a-b=c"),
        ("Smith, -Jones", "Smith, -Jones"),
        ("2026-01-01", "2026-01-01"),
        ("1.5", "1.5"),
        ("", ""),
    ],
)
def test_nothing_typed_becomes_a_formula(name: str, written: str) -> None:
    assert safe(name) == written


@pytest.mark.parametrize("column", ["name", "client", "owner", "lead"])
def test_every_text_of_people_is_made_safe(column: str, client: Client, world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(name="=a", lead=world.isr)
    User.objects.filter(pk__in=[world.owner.pk, world.isr.pk]).update(name="=a")
    type(world.acme).objects.filter(pk=world.acme.pk).update(name="=a")
    client.force_login(world.isr)

    assert download(client, "?lead=any&type=agile", column)[1] == ["'=a"]


# --- Any number of rows


def test_it_is_as_good_as_endless(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 1000)
    many(world, 5000)
    export = begin(actor=world.isr, question="?lead=any", keys=["name"])
    query = asked(world.isr, "q=many&sort=name")
    with CaptureQueriesContext(connection) as statements:
        content = b"".join(lines(export, query))

    rows = table(content)
    assert [row[0] for row in rows[1:]] == [f"Many {number:05}" for number in range(5000)]
    batches = 6  # 200, then four of 1,000, then the rest
    # Each: a page of ids (in a bounded number of statements), its rows, the sign of life. At the end a few to settle.
    assert len(statements) <= 5 * batches + 6


def test_it_begins_before_the_rows_are_read(world: World) -> None:
    many(world, 500)
    export = begin(actor=world.isr, question="", keys=["name"])
    file = lines(export, GridQuery())
    with CaptureQueriesContext(connection) as statements:
        assert next(file) == b"\xef\xbb\xbfName\r\n"
    assert not statements.captured_queries

    assert next(file).count(b"\r\n") == engine.FIRST_BATCH
    file.close()


@pytest.mark.django_db(transaction=True)
def test_between_two_batches_nothing_is_held(world: World) -> None:
    many(world, 500)
    file = lines(begin(actor=world.isr, question="", keys=["name"]), GridQuery())
    next(file), next(file)

    assert connection.get_autocommit()
    assert not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        assert cursor.fetchone() == (0,)
    file.close()


def test_what_moves_meanwhile_is_neither_lost_nor_repeated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "FIRST_BATCH", 50)
    monkeypatch.setattr(engine, "BATCH", 50)
    many(world, 200)
    file = lines(begin(actor=world.isr, question="", keys=["name"]), asked(world.isr, "q=many"))
    content = next(file) + next(file)
    WorkStream.objects.filter(name__in=["Many 00003", "Many 00170"]).update(
        last_activity_at=timezone.now() + timedelta(seconds=1)
    )
    content += b"".join(file)

    names = [row[0] for row in table(content)[1:]]
    assert sorted(names) == [f"Many {number:05}" for number in range(200)]
    assert names[-1] == "Many 00170"


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [True, False])
def test_every_order_is_walked_to_its_end(sort: Sort, descending: bool, world: World) -> None:
    many(world, 450)
    content = b"".join(
        lines(begin(actor=world.isr, question="", keys=["id"]), GridQuery(sort=sort, descending=descending))
    )
    ids = [row[0] for row in table(content)[1:]]
    assert len(ids) == len(set(ids)) == 452


# --- How it ends


def test_who_took_what_is_kept(client: Client, world: World, caplog: pytest.LogCaptureFixture) -> None:
    client.force_login(world.isr)
    with caplog.at_level(logging.INFO):
        download(client, "?lead=any&q=street&sort=name", "name")

    (export,) = Export.objects.all()
    assert (export.actor, export.question, export.columns) == (world.isr, "?q=street&sort=name", ["name"])
    assert (export.state, export.rows) == ("done", 1)
    (event,) = Event.objects.filter(verb="workstream.exported")
    assert event.actor == world.isr
    assert event.data == {
        "export": str(export.public_id),
        "rows": 1,
        "outcome": "done",
        "question": "?q=street&sort=name",
        "columns": ["name"],
    }
    assert f"Export {export.public_id} of {world.isr.public_id} ended after 1 rows: done" in caplog.text


def test_cancelling_stops_it_and_the_file_says_so(client: Client, world: World) -> None:
    many(world, 500)
    client.force_login(world.isr)
    response: Any = client.post(EXPORT, {"question": "?lead=any"})
    parts = iter(response.streaming_content)
    got = next(parts) + next(parts)
    export = Export.objects.get()
    assert "200 rows so far" in client.get(reverse("workstreams:exports")).text

    page = client.post(reverse("workstreams:export_cancel", args=[export.public_id]), follow=True)
    assert "Cancelled after 200 rows" in page.text
    with CaptureQueriesContext(connection) as statements:
        got += until_it_breaks(parts)
    assert table(got)[-1] == [f"{NOT_COMPLETE}: it ended after 200 rows."]
    assert len(statements) < 15
    export.refresh_from_db()
    assert (export.state, export.rows) == ("cancelled", 200)
    assert not cancel(export=export, actor=world.isr)


def test_when_the_browser_goes_away_the_work_stops(world: World) -> None:
    many(world, 500)
    is_gone = False
    file = lines(begin(actor=world.isr, question=""), GridQuery(), is_gone=lambda: is_gone)
    next(file), next(file)
    is_gone = True
    assert NOT_COMPLETE in next(file).decode()
    with pytest.raises(Incomplete):
        next(file)
    assert Export.objects.get().state == "left"


def test_a_file_nobody_reads_on_is_settled(world: World) -> None:
    many(world, 500)
    file = lines(begin(actor=world.isr, question=""), GridQuery())
    next(file), next(file)
    file.close()

    assert (Export.objects.get().state, Export.objects.get().rows) == ("left", 0)


@pytest.mark.django_db(transaction=True)
def test_a_failure_in_the_middle_is_no_complete_file(world: World) -> None:
    many(world, 500)
    file = lines(begin(actor=world.isr, question="", keys=["name"]), GridQuery())
    got = next(file) + next(file)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workstreams_workstream RENAME TO away")
    try:
        got += next(file)
        with pytest.raises(Incomplete):
            next(file)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO workstreams_workstream")
    assert table(got)[-1] == [f"{NOT_COMPLETE}: it ended after 200 rows."]
    assert Export.objects.get().state == "failed"


def test_whoever_is_no_colleague_any_more_gets_no_further_rows(world: World) -> None:
    many(world, 500)
    file = lines(begin(actor=world.isr, question=""), GridQuery())
    next(file), next(file)
    User.objects.filter(pk=world.isr.pk).update(is_active=False)
    assert NOT_COMPLETE in next(file).decode()


# --- Who may, and how many


@pytest.mark.parametrize("who", ["owner", "member", "stranger", "agile_worker"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_clients_and_agile_workers_are_refused(who: str, method: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    assert getattr(client, method)(EXPORT, {"question": "?lead=any"}).status_code == 403
    assert client.get(reverse("workstreams:exports")).status_code == 403
    with pytest.raises(NotAllowed):
        begin(actor=getattr(world, who), question="")
    assert not Export.objects.exists()


def test_the_export_of_a_colleague_does_not_exist(client: Client, world: World) -> None:
    export = begin(actor=world.isr, question="")
    client.force_login(world.admin)
    response = client.post(reverse("workstreams:export_cancel", args=[export.public_id]))

    assert response.status_code == 404
    assert Export.objects.get().state == "running"
    assert "so far" not in client.get(reverse("workstreams:exports")).text


def test_one_person_runs_one_export_and_all_together_few(client: Client, world: World, settings: Settings) -> None:
    settings.EXPORTS_AT_ONCE = 2
    begin(actor=world.isr, question="")
    client.force_login(world.isr)
    response = client.post(EXPORT, {"question": "?lead=any"})
    assert response.status_code == 429
    assert "An export of yours is running" in response.text

    begin(actor=world.architect, question="")
    with pytest.raises(TooManyExports, match="Colleagues are exporting"):
        begin(actor=world.admin, question="")


def test_an_export_whose_process_died_is_in_nobodys_way(client: Client, world: World) -> None:
    dead = begin(actor=world.isr, question="")
    Export.objects.filter(pk=dead.pk).update(beat_at=timezone.now() - SILENT_FOR - timedelta(seconds=1))
    client.force_login(world.isr)
    assert "Failed after 0 rows" in client.get(reverse("workstreams:exports")).text

    assert begin(actor=world.isr, question="").state == "running"
    dead.refresh_from_db()
    assert dead.state == "failed"


# --- The page


def test_the_page_says_what_will_be_exported(client: Client, world: World) -> None:
    client.force_login(world.isr)
    page = client.get(EXPORT + "?q=street").text

    assert "<b>1 WorkStream</b>" in page
    assert "Name: “street”" in page
    assert 'name="question" value="?q=street' in page
    assert 'value="client" checked' in page
    assert 'value="owner_email" checked' not in page


@pytest.mark.parametrize(
    "question",
    ["", "?", "\x00", "?q=%00%ff&lead=x", "?sort=no&active=99999999999&view=x", "?columns=x&after=y", "=&=&?&"],
)
def test_whatever_is_asked_there_is_a_file(question: str, client: Client, world: World) -> None:
    client.force_login(world.isr)
    assert download(client, question, "name", "\x00")[0] == ["Name"]
    chosen = {"act": "\x00", "chosen": [world.labels.public_id], "question": question}
    assert client.post(reverse("workstreams:bulk_choose"), chosen).status_code == 302
