"""Files that arrive in pieces."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.api.caller import Caller
from tests.conftest import World
from workstreams import sweeping, uploads
from workstreams.actions import close
from workstreams.choices import CloseReason
from workstreams.filing import ABANDONED_AFTER, StrayFile, Upload
from workstreams.models import Attachment

KEY = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
CONTENT = b"name,age\n" + b"Milo,31\n" * 400


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Settings) -> Path:
    """Each test begins with an empty store."""
    settings.FILES_ARRIVE_IN = tmp_path / "arriving"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "workstreams.storage.DiskStorage",
            "OPTIONS": {"location": str(tmp_path / "stored"), "allow_overwrite": True},
        },
    }
    return tmp_path


def kept(store: Path) -> list[bytes]:
    """The content of everything that is kept."""
    return [path.read_bytes() for path in sorted(store.rglob("*")) if path.is_file()]


class Sender:
    """Sends one file in pieces, as a program does."""

    def __init__(self, world: World, person: Any = None, content: bytes = CONTENT) -> None:
        self.caller, self.content = Caller(person or world.owner), content
        self.address = f"/workstreams/{world.labels.public_id}/uploads/"

    def begin(self, **more: Any) -> Any:
        """Begin, or go on."""
        told = {"name": "sample.csv", "size": len(self.content), "client_key": KEY, "kind": "sample_data", **more}
        return self.caller.post(self.address, told)

    def put(self, upload: Any, offset: int, end: int | None = None, content: bytes | None = None) -> Any:
        """Send a piece."""
        return self.caller.client.put(
            f"/api/v1{self.address}{upload['id']}/?offset={offset}",
            self.content[offset:end] if content is None else content,
            content_type="application/octet-stream",
            headers=self.caller.headers,
        )

    def finish(self, upload: Any) -> Any:
        """Say that all was sent."""
        return self.caller.post(f"{self.address}{upload['id']}/finish/")


def test_pieces_become_a_file(world: World, store: Path) -> None:
    sender = Sender(world)
    begun = sender.begin(note="All of it").json()
    assert (begun["received"], begun["piece_size"], begun["attachment"]) == (0, uploads.PIECE, None)
    for offset in range(0, len(CONTENT), 1000):
        told = sender.put(begun, offset, offset + 1000).json()
    assert told["received"] == len(CONTENT)
    done = sender.finish(begun)

    added = Attachment.objects.get()
    assert done.status_code == 201
    assert done.json()["id"] == str(added.public_id)
    assert (added.name, added.kind, added.note, added.size) == ("sample.csv", "sample_data", "All of it", len(CONTENT))
    sweeping.delete_stray_files(now=timezone.now())
    assert kept(store) == [CONTENT]
    assert not StrayFile.objects.exists()


def test_every_step_may_be_repeated(world: World, store: Path) -> None:
    sender = Sender(world)
    begun = sender.begin().json()
    for _ in range(2):
        assert sender.begin().json()["id"] == begun["id"]
        assert sender.put(begun, 0, 1500).json()["received"] == 1500
    sender.put(begun, 1500)
    first, second = sender.finish(begun).json(), sender.finish(begun).json()
    assert first == second
    assert sender.begin().json()["attachment"]["id"] == first["id"]
    assert sender.put(begun, 0).json()["received"] == len(CONTENT)
    sweeping.delete_stray_files(now=timezone.now())
    assert kept(store) == [CONTENT]


def test_a_new_page_goes_on_where_the_old_one_stopped(world: World) -> None:
    Sender(world).put(Sender(world).begin().json(), 0, 2000)
    again = Sender(world)
    begun = again.begin(kind="scope", note="Said later").json()

    assert begun["received"] == 2000
    again.put(begun, 2000)
    again.finish(begun)
    assert [(file.kind, file.note, file.size) for file in Attachment.objects.all()] == [
        ("scope", "Said later", len(CONTENT))
    ]


@pytest.mark.parametrize(
    ("offset", "content", "status"), [(10, b"x", 409), (0, b"", 409), (0, b"x" * 3210, 409), (0, b"x" * 1_048_577, 422)]
)
def test_a_piece_that_does_not_fit_is_refused(
    world: World, store: Path, offset: int, content: bytes, status: int
) -> None:
    sender = Sender(world)
    begun = sender.begin().json()

    assert sender.put(begun, offset, content=content).status_code == status
    assert Upload.objects.get().received == 0
    assert kept(store) == []


def test_half_a_file_is_not_finished(world: World) -> None:
    sender = Sender(world)
    begun = sender.begin().json()
    sender.put(begun, 0, 2000)
    answer = sender.finish(begun)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_whole")
    assert not Attachment.objects.exists()


def test_a_store_that_lost_a_piece_is_noticed(world: World, store: Path) -> None:
    sender = Sender(world)
    begun = sender.begin().json()
    sender.put(begun, 0)
    [piece] = [path for path in store.rglob("*") if path.is_file()]
    piece.write_bytes(CONTENT[:-1])
    answer = sender.finish(begun)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_whole")
    assert not Attachment.objects.exists()


def test_the_rules_hold_before_anything_is_sent(world: World, settings: Settings) -> None:
    settings.FILES_MAX_MB = 1
    refused = {
        Sender(world).begin(size=0).json()["code"],
        Sender(world).begin(size=1_000_001).json()["code"],
        Sender(world).begin(kind="quote").json()["code"],
        Sender(world, world.agile_worker).begin().json()["code"],
        Sender(world, world.stranger).begin().json()["code"],
    }
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    refused.add(Sender(world).begin().json()["code"])

    assert refused == {"empty_file", "file_too_large", "kind_of_the_team", "not_allowed", "not_found", "closed"}
    assert not Upload.objects.exists()


def test_somebody_elses_upload_does_not_exist(world: World) -> None:
    sender = Sender(world)
    begun = sender.begin().json()
    other = Sender(world, world.member)

    assert other.put(begun, 0).status_code == other.finish(begun).status_code == 404
    assert other.begin().json()["code"] == "key_taken"
    assert Upload.objects.get().received == 0


def test_closing_meanwhile_keeps_the_file_out(world: World) -> None:
    sender = Sender(world)
    begun = sender.begin().json()
    sender.put(begun, 0)
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)

    assert sender.finish(begun).json()["code"] == "closed"
    assert not Attachment.objects.exists()


def test_one_person_has_so_much_under_way_and_no_more(world: World, settings: Settings) -> None:
    settings.FILES_UNFINISHED_MB = 1
    first = Sender(world).begin(size=600_000).json()
    second = Sender(world).begin(size=600_000, client_key=str(UUID(int=2)))
    assert (second.status_code, second.json()["code"]) == (429, "too_much_under_way")
    assert Sender(world, world.member).begin(size=600_000, client_key=str(UUID(int=3))).status_code == 201

    assert Sender(world).caller.delete(f"{Sender(world).address}{first['id']}/").status_code == 204
    assert Sender(world).begin(size=600_000, client_key=str(UUID(int=2))).status_code == 201


def test_what_nobody_goes_on_with_is_forgotten(world: World, store: Path) -> None:
    sender = Sender(world)
    sender.put(sender.begin().json(), 0, 2000)
    now = timezone.now()
    assert sweeping.give_up_abandoned_uploads(now=now + ABANDONED_AFTER - timedelta(minutes=1)) == 0
    assert len(kept(store)) == 1

    assert sweeping.give_up_abandoned_uploads(now=now + ABANDONED_AFTER + timedelta(minutes=1)) == 1
    sweeping.delete_stray_files(now=now + ABANDONED_AFTER + timedelta(minutes=1))
    assert kept(store) == []
    assert not Upload.objects.exists()


def test_a_browser_needs_the_csrf_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.owner)
    answer = client.post(f"/api/v1{Sender(world).address}", {}, "application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
