import json
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from accounts import own_data
from accounts.models import DataExport, User
from accounts.personal import registry
from accounts.tasks import forget_old_copies, work_waiting_personal
from activity.models import Event
from chat.actions import post_message, post_note
from tests.accounts.test_devices import sign_in
from tests.conftest import World

PAGE = "/profile/data/"


@pytest.fixture(autouse=True)
def _files_in_memory(settings: Any) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


def copy_of(client: Client) -> dict[str, Any]:
    """Ask for a copy, have it made, fetch it."""
    client.post(PAGE)
    work_waiting_personal()
    export = DataExport.objects.latest("pk")
    answer = client.get(f"{PAGE}{export.public_id}/")
    assert answer.status_code == 200
    archive = zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert archive.testzip() is None
    return {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}


def test_a_copy_holds_what_is_theirs_and_nothing_of_others(world: World) -> None:
    for author, words in ((world.owner, "My own words"), (world.isr, "What the colleague said")):
        post_message(workstream=world.labels, author=author, body=words, client_key=uuid4())
    post_note(workstream=world.labels, author=world.isr, body="Zebra crossing", client_key=uuid4())
    found = copy_of(sign_in(world.owner))

    assert json.loads(found["profile.json"])["e-mail"] == world.owner.email
    assert [row["text"] for row in json.loads(found["messages.json"])] == ["My own words"]
    assert json.loads(found["memberships.json"])[0]["workstream"] == "Street labels"
    assert json.loads(found["notes.json"]) == []
    everything = "".join(found.values())
    for foreign in ("colleague said", "Zebra", world.member.email, world.member.name, world.isr.name, "Globex"):
        assert foreign not in everything


def test_colleagues_get_the_notes_they_wrote_and_not_those_of_others(world: World) -> None:
    for author, words in ((world.isr, "Mine"), (world.architect, "Theirs")):
        post_note(workstream=world.labels, author=author, body=words, client_key=uuid4())
    found = copy_of(sign_in(world.isr))

    assert [row["text"] for row in json.loads(found["notes.json"])] == ["Mine"]


def test_a_copy_is_asked_for_once_a_day_and_recorded(world: World) -> None:
    client = sign_in(world.owner)
    for _ in range(3):
        client.post(PAGE)
    work_waiting_personal()
    client.post(PAGE)
    assert DataExport.objects.count() == 1
    assert "within the last 24 hours" in client.get(PAGE).content.decode()
    assert Event.objects.filter(verb="accounts.data_exported").count() == 1
    with travel(timezone.now() + timedelta(hours=25)):
        own_data.ask(person=world.owner, actor=world.owner)
    assert DataExport.objects.count() == 2


def test_only_the_person_fetches_it_freshly_confirmed_and_within_a_week(client: Client, world: World) -> None:
    mine = sign_in(world.owner)
    copy_of(mine)
    export = DataExport.objects.get()
    address = f"{PAGE}{export.public_id}/"
    for other in (world.member, world.admin):
        assert sign_in(other).get(address).status_code == 404
    client.force_login(world.owner)
    assert client.get(address)["Location"].startswith("/profile/confirm/")

    storage, name = export.file.storage, str(export.file.name)
    assert storage.exists(name)
    with travel(timezone.now() + timedelta(days=8)):
        forget_old_copies()
        forget_old_copies()
    assert not storage.exists(name)
    assert mine.get(address).status_code == 404


def test_a_copy_that_cannot_be_made_is_given_up_and_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_data.ask(person=world.owner, actor=world.owner)

    def broken(_person: User) -> Any:
        raise OSError("the storage is away")

    monkeypatch.setitem(registry.gathering, "profile", broken)
    for _ in range(own_data.GIVE_UP_AFTER + 1):
        DataExport.objects.update(due_at=timezone.now())
        work_waiting_personal()
    monkeypatch.undo()
    assert DataExport.objects.get().state == DataExport.State.FAILED
    assert "could not be put together" in sign_in(world.owner).get(PAGE).content.decode()
    own_data.ask(person=world.owner, actor=world.owner)


@pytest.mark.parametrize(
    ("name", "safe"), [("../../etc/passwd", "_.._etc_passwd"), ("a\x00b.png", "a_b.png"), ("..", "file")]
)
def test_names_of_files_lead_nowhere(name: str, safe: str) -> None:
    assert own_data._safe(name) == safe
