"""Who is writing, looking, and has read how far: told to those who may know, and to nobody else."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from redis import Redis

from accounts.models import FORMER_MEMBER, User
from chat import actions
from chat.live import announce
from chat.live.channels import patterns
from chat.models import ReadMark
from tests.conftest import World
from tests.factories import ClientFactory
from workstreams import requests
from workstreams.choices import AttachmentKind, Side
from workstreams.models import Attachment, Membership

pytestmark = pytest.mark.django_db(transaction=True)


class Ear:
    """What was published, by channel."""

    def __init__(self) -> None:
        self._server = Redis.from_url(settings.REDIS_URL)
        self._heard = self._server.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._heard.psubscribe(*patterns())
        for _ in patterns():
            self._heard.get_message(timeout=1)  # that it listens

    def signs(self) -> list[tuple[str, dict[str, Any]]]:
        """The kind of channel and the sign, for each so far."""
        self._server.publish(f"{settings.LIVE_PREFIX}:live:message:end", "{}")
        found = []
        while (heard := self._heard.get_message(timeout=5)) is not None:
            channel = heard["channel"].decode()
            if channel.endswith(":end"):
                break
            content = json.loads(heard["data"])
            if "sign" in content:
                found.append((channel.split(":")[-2], content["sign"]))
        return found

    def close(self) -> None:
        self._heard.close()
        self._server.close()


@pytest.fixture
def ear() -> Iterator[Ear]:
    announce.connected.cache_clear()
    listening = Ear()
    yield listening
    listening.close()
    announce.connected.cache_clear()


def tell(client: Client, world: World, who: User, what: str, **data: str) -> int:
    client.force_login(who)
    return client.post(f"/workstreams/{world.labels.public_id}/chat/{what}/", data).status_code


def seen_by(client: Client, world: World, who: User) -> list[dict[str, Any]]:
    client.force_login(who)
    found: list[dict[str, Any]] = client.get(f"/workstreams/{world.labels.public_id}/chat/seen/").json()["readers"]
    return found


def test_writing_is_told_once_in_a_while(ear: Ear, client: Client, world: World) -> None:
    for _ in range(3):
        assert tell(client, world, world.owner, "writing", kind="message") == 204

    [(channel, sign)] = ear.signs()
    assert channel == "message"
    assert (sign["what"], sign["name"]) == ("writing", world.owner.display_name)


def test_who_writes_a_note_is_told_to_colleagues_only(ear: Ear, client: Client, world: World) -> None:
    assert tell(client, world, world.isr, "writing", kind="note") == 204

    assert [channel for channel, _ in ear.signs()] == ["note"]


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("owner writing note", 404),
        ("owner looking ", 404),
        ("owner writing poem", 400),
        ("agile_worker writing message", 403),
        ("agile_worker looking ", 404),
        ("stranger writing message", 404),
    ],
)
def test_who_may_not_tell_tells_nobody(ear: Ear, client: Client, world: World, told: str, status: int) -> None:
    who, what, kind = told.split(" ")
    assert tell(client, world, getattr(world, who), what, kind=kind) == status
    assert not ear.signs()


def test_nothing_is_told_of_somebody_who_does_not_want_it(ear: Ear, client: Client, world: World) -> None:
    User.objects.update(shows_typing=False)
    tell(client, world, world.owner, "writing", kind="message")
    tell(client, world, world.isr, "looking")

    assert not ear.signs()


def test_colleagues_see_who_looks_and_who_has_left(ear: Ear, client: Client, world: World) -> None:
    address = f"/workstreams/{world.labels.public_id}/chat/looking/"
    client.force_login(world.isr)
    assert client.post(address).json() == {"others": []}
    client.force_login(world.architect)
    assert [other["name"] for other in client.post(address).json()["others"]] == [world.isr.display_name]
    client.post(address)
    tell(client, world, world.isr, "looking", gone="1")
    client.force_login(world.architect)
    assert client.post(address).json() == {"others": []}

    assert [(channel, sign["what"]) for channel, sign in ear.signs()] == [
        ("note", "looking"),
        ("note", "looking"),
        ("note", "left"),
    ]


def test_everybody_hears_how_far_a_member_has_read(ear: Ear, world: World) -> None:
    actions.post_message(workstream=world.labels, author=world.isr, body="Hello", client_key=uuid4())
    for _ in range(2):
        actions.mark_read(workstream=world.labels, reader=world.owner, message=1)

    [(channel, sign)] = ear.signs()
    assert (channel, sign["of"], sign["number"]) == ("message", "message", 1)


def test_clients_do_not_hear_of_a_colleague_who_only_looked_in(ear: Ear, client: Client, world: World) -> None:
    actions.post_message(workstream=world.labels, author=world.owner, body="Hello", client_key=uuid4())
    actions.mark_read(workstream=world.labels, reader=world.architect, message=1)

    assert [channel for channel, _ in ear.signs()] == ["note"]
    assert world.architect.display_name in {each["name"] for each in seen_by(client, world, world.isr)}
    assert {each["name"] for each in seen_by(client, world, world.member)} == {world.owner.display_name}


def test_clients_are_told_nothing_of_how_far_notes_were_read(ear: Ear, client: Client, world: World) -> None:
    Membership.objects.create(workstream=world.labels, user=world.isr, side=Side.TEAM)
    actions.post_note(workstream=world.labels, author=world.architect, body="Hush", client_key=uuid4())
    actions.mark_read(workstream=world.labels, reader=world.isr, note=1)

    assert all(sign["of"] == "message" for channel, sign in ear.signs() if channel == "message")
    assert "note" not in json.dumps(seen_by(client, world, world.owner))
    assert [each["note"] for each in seen_by(client, world, world.isr)] == [1, 1]


def test_whoever_was_erased_has_no_name(client: Client, world: World) -> None:
    actions.post_message(workstream=world.labels, author=world.owner, body="Hello", client_key=uuid4())
    actions.mark_read(workstream=world.labels, reader=world.member, message=1)
    User.objects.filter(pk=world.member.pk).update(erased_at=world.labels.created_at)

    assert FORMER_MEMBER in {each["name"] for each in seen_by(client, world, world.owner)}


def test_two_hundred_readers_cost_what_one_does(client: Client, world: World) -> None:
    actions.post_message(workstream=world.labels, author=world.owner, body="Hello", client_key=uuid4())
    seen_by(client, world, world.owner)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            seen_by(client, world, world.owner)
        return len(asked)

    before = cost()
    people = ClientFactory.create_batch(200, organization=world.acme)
    Membership.objects.bulk_create(
        Membership(workstream=world.labels, user=person, side=Side.CLIENT) for person in people
    )
    ReadMark.objects.bulk_create(ReadMark(workstream=world.labels, user=person, message=1) for person in people)

    assert cost() == before
    assert len(seen_by(client, world, world.owner)) == 201


def test_the_api_names_the_readers(client: Client, world: World) -> None:
    actions.post_message(workstream=world.labels, author=world.owner, body="Hello", client_key=uuid4())
    client.force_login(world.member)
    answer = client.get(f"/api/v1/workstreams/{world.labels.public_id}/messages/readers/").json()

    name = world.owner.display_name
    assert answer == {"results": [{"id": str(world.owner.public_id), "name": name, "read": 1}]}


def test_without_redis_people_write_and_read_all_the_same(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.REDIS_URL", "redis://127.0.0.1:1/0")
    announce.connected.cache_clear()
    assert tell(client, world, world.owner, "writing", kind="message") == 204
    assert tell(client, world, world.isr, "looking") == 200
    actions.post_message(workstream=world.labels, author=world.isr, body="Hello", client_key=uuid4())
    actions.mark_read(workstream=world.labels, reader=world.owner, message=1)

    assert ReadMark.objects.get(workstream=world.labels, user=world.owner).message == 1
    announce.connected.cache_clear()


@pytest.mark.parametrize(("message", "expected"), [(None, 3), (2, 1), (1, 1)])
def test_what_somebody_else_said_can_be_marked_as_unread(world: World, message: int | None, expected: int) -> None:
    for author in (world.owner, world.isr, world.owner, world.isr, world.owner):
        actions.post_message(workstream=world.labels, author=author, body="Hello", client_key=uuid4())
    actions.mark_unread(workstream=world.labels, reader=world.owner, message=message)

    assert ReadMark.objects.get(workstream=world.labels, user=world.owner).message == expected


def test_that_files_changed_is_told_without_saying_which(ear: Ear, client: Client, world: World) -> None:
    client.force_login(world.owner)
    address = f"/workstreams/{world.labels.public_id}/attachments/"
    sent = {"file": SimpleUploadedFile("secret plan.txt", b"plan"), "kind": "other", "client_key": str(uuid4())}
    assert client.post(address, sent).status_code == 302
    file = Attachment.objects.get()
    assert client.post(f"{address}{file.public_id}/remove/").status_code == 302

    assert ear.signs() == [("message", {"what": "files"})] * 2


def test_open_pages_hear_of_what_is_asked_for(ear: Ear, world: World) -> None:
    asked = requests.request_document(workstream=world.labels, actor=world.isr, kind=AttachmentKind.SAMPLE_DATA)
    requests.withdraw(request=asked, actor=world.isr)

    assert ear.signs() == [("message", {"what": "files"})] * 2
