"""The virus scan: what is found, what waits, and what others see meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from activity.models import Event
from tests.conftest import World
from tests.factories import AttachmentFactory
from tests.scanner import listening
from workstreams import attachments, scanning
from workstreams.models import Attachment

Scan = Attachment.Scan


@pytest.fixture
def scanner(tmp_path: Path, settings: Settings) -> Iterator[str]:
    """A scanner that listens."""
    with listening(tmp_path) as address:
        settings.CLAMD_URL = address
        yield address


def waiting(world: World, content: bytes = b"harmless") -> Attachment:
    """A file of the owner that nobody has looked into."""
    return AttachmentFactory.create(workstream=world.labels, name="new.txt", content=content, scan=Scan.WAITING)


def address(world: World, file: Attachment) -> str:
    """Where a file is downloaded."""
    return f"/workstreams/{world.labels.public_id}/attachments/{file.public_id}/"


def test_a_file_waits_where_there_is_a_scanner(scanner: str) -> None:
    assert scanning.first_state() == Scan.WAITING


def test_a_file_does_not_wait_for_nobody(settings: Settings) -> None:
    settings.CLAMD_URL = ""
    assert scanning.first_state() == Scan.NOT_SCANNED


def test_until_it_was_looked_into_only_its_sender_sees_it(client: Client, world: World) -> None:
    file = waiting(world)
    seen = {}
    for name in ("owner", "member", "isr"):
        client.force_login(getattr(world, name))
        html = client.get(world.labels.get_absolute_url()).content.decode()
        seen[name] = ("new.txt" in html, "being checked" in html, client.get(address(world, file)).status_code)

    assert seen == {"owner": (True, True, 409), "member": (False, False, 404), "isr": (False, False, 404)}


def test_what_is_harmless_is_let_through(client: Client, world: World, scanner: str) -> None:
    file = waiting(world)
    assert scanning.scan_waiting() == 1
    assert scanning.scan_waiting() == 0

    client.force_login(world.member)
    assert client.get(address(world, file)).getvalue() == b"harmless"
    assert [event.verb for event in Event.objects.all()] == ["workstream.attachment_released"]


@pytest.mark.parametrize(
    ("content", "result"),
    [
        (b"x EICAR x", "Eicar-Test"),
        (b"x" * 1_200_000, "could not be looked into: INSTREAM size limit exceeded. ERROR"),
    ],
)
def test_what_is_not_harmless_is_kept_from_everybody(
    client: Client, world: World, scanner: str, content: bytes, result: str
) -> None:
    file = waiting(world, content)
    scanning.scan_waiting()
    file.refresh_from_db()

    assert (file.scan, file.scan_result) == (Scan.QUARANTINED, result)
    for person in (world.owner, world.member, world.isr):
        client.force_login(person)
        assert client.get(address(world, file)).status_code == 409
        assert "in quarantine" in client.get(world.labels.get_absolute_url()).content.decode()
    assert attachments.of_author(workstream=world.labels, author=world.owner, ids=[file.public_id]) == []
    [event] = Event.objects.all()
    assert (event.verb, event.data["attachment_id"]) == ("workstream.attachment_quarantined", file.pk)


def test_a_scanner_that_is_away_lets_nothing_through(world: World, settings: Settings, tmp_path: Path) -> None:
    settings.CLAMD_URL = f"unix://{tmp_path}/nobody.sock"
    file = waiting(world)
    assert scanning.scan_waiting() == 0
    file.refresh_from_db()
    assert file.scan == Scan.WAITING

    settings.FILES_UNSCANNED_WHEN_AWAY = True
    assert scanning.scan_waiting() == 1
    file.refresh_from_db()
    assert file.scan == Scan.NOT_SCANNED


def test_a_scanner_that_hangs_up_has_said_nothing(world: World, scanner: str) -> None:
    file = waiting(world, b"HANG UP")
    assert scanning.scan_waiting() == 0
    file.refresh_from_db()
    assert file.scan == Scan.WAITING


def test_files_that_waited_for_a_scanner_that_was_taken_away_are_let_through(world: World, settings: Settings) -> None:
    settings.CLAMD_URL = ""
    file = waiting(world)
    assert scanning.scan_waiting() == 1
    file.refresh_from_db()
    assert file.scan == Scan.NOT_SCANNED
