"""Previews as people get them: made by a worker, shown to whoever may see the file, gone with it."""

from pathlib import Path
from uuid import UUID, uuid5

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from tests.conftest import World
from tests.previews.files import pdf, picture
from workstreams import attachments, files, sweeping
from workstreams.choices import AttachmentKind
from workstreams.filing import StrayFile
from workstreams.models import Attachment
from workstreams.papers import LEASE, Preview, PreviewPicture
from workstreams.previews import work

NAMESPACE = UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2")
CSV = b"id;name\n1;Anna\n2;Ben;x\n"


@pytest.fixture(autouse=True)
def _store_of_its_own(tmp_path: Path, settings: Settings) -> None:
    """Each test begins with an empty store."""
    location = {"location": str(tmp_path), "allow_overwrite": True}
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": location},
    }


def add(
    world: World, content: bytes, name: str, *, actor: User | None = None, kind: AttachmentKind = AttachmentKind.OTHER
) -> Attachment:
    return attachments.add(
        workstream=world.labels,
        actor=actor or world.owner,
        upload=ContentFile(content, name=name),
        kind=kind,
        client_key=uuid5(NAMESPACE, name),
    )


def url(attachment: Attachment, rest: str = "") -> str:
    return f"/workstreams/{attachment.workstream.public_id}/attachments/{attachment.public_id}/preview/{rest}"


def test_a_table_is_looked_into_by_a_worker(client: Client, world: World) -> None:
    file = add(world, CSV, "people.csv")
    client.force_login(world.member)
    assert 'hx-trigger="load delay:1500ms"' in client.get(url(file), headers={"HX-Request": "true"}).text

    assert work.make_waiting() == 1
    preview = Preview.objects.get()
    assert (preview.state, preview.kind, preview.attempts) == (Preview.State.READY, "table", 1)
    shown = client.get(url(file)).text
    assert "1 row has more columns than the other rows (line 3)." in shown
    assert "separator: semicolon, encoding: UTF-8" in shown
    assert '<th scope="col" dir="auto">name</th>' in shown
    assert '<td dir="auto">Anna</td>' in shown
    assert "All 2 rows" in shown
    assert work.make_waiting() == 0


def test_what_people_wrote_is_shown_as_text(client: Client, world: World) -> None:
    table = add(world, b"a,b\n<script>alert(1)</script>,<b>x</b>\n1,2\n", "<i>.csv")
    text = add(world, b"<script>alert(2)</script>", "x.html")
    work.make_waiting()
    client.force_login(world.isr)
    for file in (table, text):
        shown = client.get(url(file)).text
        assert "&lt;script&gt;" in shown
        assert "<script>alert" not in shown


def test_pictures_are_ours_and_shown_to_those_who_may_see_the_file(client: Client, world: World) -> None:
    photo, document = add(world, picture("JPEG"), "photo.jpg"), add(world, pdf(2), "rules.pdf")
    work.make_waiting()
    client.force_login(world.agile_worker)
    for file, number in ((photo, 1), (document, 2)):
        assert url(file, f"{number}/") in client.get(url(file)).text
        response = client.get(url(file, f"{number}/"))
        assert response.status_code == 200
        assert response["Content-Type"] == "image/webp"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"] == "private, no-cache"
        assert response.content[8:12] == b"WEBP"
        assert client.get(url(file, "9/")).status_code == 404
    assert PreviewPicture.objects.count() == 3
    assert not StrayFile.objects.exists()

    client.force_login(world.stranger)
    assert client.get(url(photo)).status_code == 404
    assert client.get(url(photo, "1/")).status_code == 404


def test_a_quote_is_nothing_to_agile_workers(client: Client, world: World) -> None:
    quote = add(world, pdf(1), "quote.pdf", actor=world.isr, kind=AttachmentKind.QUOTE)
    work.make_waiting()
    client.force_login(world.agile_worker)
    assert client.get(url(quote)).status_code == 404
    assert client.get(url(quote, "1/")).status_code == 404
    client.force_login(world.owner)
    assert client.get(url(quote, "1/")).status_code == 200


def test_there_is_none_of_what_can_only_be_downloaded(client: Client, world: World) -> None:
    file = add(world, b"PK\x03\x04" + b"\0" * 60, "many.zip")
    assert not Preview.objects.exists()
    client.force_login(world.owner)
    assert client.get(url(file)).status_code == 404
    assert url(file) not in client.get(world.labels.get_absolute_url()).text


def test_what_cannot_be_shown_says_so_and_can_be_downloaded(client: Client, world: World) -> None:
    file = add(world, picture()[:60], "broken.png")
    work.make_waiting()
    client.force_login(world.owner)

    assert Preview.objects.get().state == Preview.State.FAILED
    shown = client.get(url(file)).text
    assert "The picture is damaged, or no picture." in shown
    assert "Download" in shown
    assert url(file) not in client.get(world.labels.get_absolute_url()).text


def test_it_goes_with_its_file(client: Client, world: World) -> None:
    file = add(world, picture(), "photo.png")
    work.make_waiting()
    key = PreviewPicture.objects.get().key
    assert default_storage.exists(key)
    attachments.remove(attachment=file, actor=world.owner)
    client.force_login(world.owner)

    assert client.get(url(file)).status_code == 404
    assert not Preview.objects.exists()
    sweeping.delete_stray_files(now=timezone.now())
    assert not default_storage.exists(key)
    assert not default_storage.exists(file.key)


@pytest.mark.parametrize("scan", [Attachment.Scan.WAITING, Attachment.Scan.QUARANTINED])
def test_what_may_do_harm_is_neither_looked_into_nor_shown(scan: Attachment.Scan, client: Client, world: World) -> None:
    file = add(world, picture(), "photo.png")
    Attachment.objects.update(scan=scan)
    assert work.make_waiting() == 0

    Attachment.objects.update(scan=Attachment.Scan.CLEAN)
    assert work.make_waiting() == 1
    Attachment.objects.update(scan=scan)
    client.force_login(world.owner)
    assert client.get(url(file)).status_code == 404
    assert client.get(url(file, "1/")).status_code == 404


def test_a_file_that_goes_while_it_is_looked_into_leaves_nothing(world: World) -> None:
    file = add(world, picture(), "photo.png")
    claimed = Preview.objects.claim(now=timezone.now())
    assert claimed
    attachments.remove(attachment=file, actor=world.owner)
    work.make(claimed)

    assert not Preview.objects.exists()
    sweeping.delete_stray_files(now=timezone.now() + files.STORING_TAKES)
    assert not [path for path in Path(default_storage.location).rglob("*") if path.is_file()]  # type: ignore[attr-defined]


def test_a_worker_that_died_is_followed_by_another_but_not_for_ever(world: World) -> None:
    add(world, CSV, "people.csv")
    now = timezone.now()
    assert Preview.objects.claim(now=now)
    assert Preview.objects.claim(now=now) is None
    for attempt in range(2, work.GIVE_UP_AFTER + 1):
        assert Preview.objects.claim(now=now + attempt * 2 * LEASE)
    last = Preview.objects.claim(now=now + 100 * LEASE)
    assert last
    work.make(last)
    assert Preview.objects.get().state == Preview.State.FAILED


def test_a_worker_whose_lease_ran_out_settles_nothing(world: World) -> None:
    add(world, CSV, "people.csv")
    late = Preview.objects.claim(now=timezone.now())
    other = Preview.objects.claim(now=timezone.now() + 2 * LEASE)
    assert late
    assert other
    Preview.objects.filter(pk=other.pk).update(state=Preview.State.READY, facts={"made": "by the other"})
    work.make(late)

    assert Preview.objects.get().facts == {"made": "by the other"}


def test_a_store_that_is_away_is_tried_again(world: World, settings: Settings, tmp_path: Path) -> None:
    file = add(world, CSV, "people.csv")
    with default_storage.open(file.key) as kept:
        content = kept.read()
    default_storage.delete(file.key)
    assert work.make_waiting() == 1
    assert Preview.objects.get().state == Preview.State.WAITING

    default_storage.save(file.key, ContentFile(content))
    Preview.objects.update(due_at=timezone.now())
    assert work.make_waiting() == 1
    assert Preview.objects.get().state == Preview.State.READY
