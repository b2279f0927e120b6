"""Adding files to a WorkStream, downloading and removing them (R31, R32, R35, R36, A7)."""

import hashlib
import re
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as portal
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.errors import NotAllowed
from accounts.models import User
from activity.models import Event
from tests.conftest import World
from workstreams import attachments, files, sweeping
from workstreams.actions import close
from workstreams.choices import AttachmentKind, CloseReason
from workstreams.errors import Closed, EmptyFile, FileKeyTaken, FileTooLarge, KindOfTheTeam
from workstreams.filing import StrayFile
from workstreams.models import Attachment

KEY = UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2")
CSV = b"name,age\nMilo,31\n"


def add(
    world: World,
    actor: User,
    content: bytes = CSV,
    *,
    name: str = "sample.csv",
    kind: AttachmentKind = AttachmentKind.SAMPLE_DATA,
    key: UUID = KEY,
    note: str = "",
) -> Attachment:
    """Add a small file to `labels`."""
    return attachments.add(
        workstream=world.labels,
        actor=actor,
        upload=ContentFile(content, name=name),
        kind=kind,
        client_key=key,
        note=note,
    )


def stored() -> list[Path]:
    """Every file that is kept."""
    return [path for path in (portal.FILES_DIR / "stored").rglob("*") if path.is_file()]


@pytest.fixture(autouse=True)
def _store_of_its_own(tmp_path: Path, settings: Settings) -> None:
    """Each test begins with an empty store."""
    settings.FILES_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "workstreams.storage.DiskStorage",
            "OPTIONS": {"location": str(tmp_path / "stored"), "allow_overwrite": True},
        },
    }


def test_a_file_is_kept_with_what_is_known_of_it(world: World) -> None:
    added = add(world, world.member, note="Ten rows")

    assert (added.name, added.kind, added.note, added.side) == ("sample.csv", "sample_data", "Ten rows", "client")
    assert (added.size, added.content_type) == (len(CSV), "text/csv")
    assert added.sha256 == hashlib.sha256(CSV).hexdigest()
    assert [path.read_bytes() for path in stored()] == [CSV]
    assert "sample" not in added.key
    assert not StrayFile.objects.exists()
    event = Event.objects.get(verb="workstream.attachment_added")
    assert event.data == {"attachment_id": added.pk, "kind": "Sample data", "side": "client", "request_id": None}


def test_the_same_key_again_is_the_same_file(world: World) -> None:
    assert add(world, world.owner) == add(world, world.owner, b"other bytes")
    assert len(stored()) == 1
    assert Event.objects.filter(verb="workstream.attachment_added").count() == 1


def test_a_key_of_somebody_else_is_refused(world: World) -> None:
    add(world, world.owner)

    with pytest.raises(FileKeyTaken):
        add(world, world.member)
    assert Attachment.objects.count() == len(stored()) == 1


def test_an_agile_worker_adds_nothing(client: Client, world: World) -> None:
    with pytest.raises(NotAllowed):
        add(world, world.agile_worker)
    client.force_login(world.agile_worker)
    address = f"/workstreams/{world.labels.public_id}/attachments/"
    response = client.post(address, {"file": SimpleUploadedFile("a.csv", CSV), "kind": "other", "client_key": KEY})
    page = client.get(world.labels.get_absolute_url()).content.decode()

    assert response.status_code == 403
    assert "add-attachment" not in page
    assert 'type="file"' not in page
    assert not Attachment.objects.exists()
    assert stored() == []


@pytest.mark.parametrize("kind", [AttachmentKind.QUOTE, AttachmentKind.CONTRACT])
def test_an_agile_worker_does_not_see_what_speaks_of_money(client: Client, world: World, kind: AttachmentKind) -> None:
    secret = add(world, world.isr, name="price.pdf", kind=kind)
    address = f"/workstreams/{world.labels.public_id}/attachments/{secret.public_id}/"
    client.force_login(world.agile_worker)

    assert client.get(address).status_code == 404
    assert "price.pdf" not in client.get(world.labels.get_absolute_url()).content.decode()
    client.force_login(world.member)
    assert client.get(address).getvalue() == CSV


def test_an_agile_worker_reads_the_other_kinds(client: Client, world: World) -> None:
    rules = add(world, world.isr, name="rules.txt", kind=AttachmentKind.BUSINESS_RULES)
    client.force_login(world.agile_worker)

    assert "rules.txt" in client.get(world.labels.get_absolute_url()).content.decode()
    assert client.get(f"/workstreams/{world.labels.public_id}/attachments/{rules.public_id}/").getvalue() == CSV


def test_a_quote_comes_from_the_team(world: World) -> None:
    with pytest.raises(KindOfTheTeam):
        add(world, world.owner, kind=AttachmentKind.QUOTE)
    assert stored() == []
    assert add(world, world.owner, kind=AttachmentKind.CONTRACT).kind == "contract"


def test_a_closed_workstream_takes_files_of_the_team_only(world: World) -> None:
    mine = add(world, world.owner)
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    other = UUID(int=2)

    with pytest.raises(Closed):
        add(world, world.owner, key=other)
    with pytest.raises(Closed):
        attachments.remove(attachment=mine, actor=world.owner)
    assert add(world, world.isr, key=other).side == "team"


def test_empty_and_too_large_files_are_refused_with_the_rule(world: World, settings: Settings) -> None:
    settings.FILES_MAX_MB = 1
    with pytest.raises(EmptyFile, match="“nothing” is empty"):
        add(world, world.owner, b"", name="nothing")
    with pytest.raises(FileTooLarge, match="up to 1 MB"):
        add(world, world.owner, b"x" * 1_000_001)
    assert stored() == []
    assert not StrayFile.objects.exists()


def test_who_added_it_the_owner_and_the_team_may_remove(world: World) -> None:
    mine = add(world, world.member)
    theirs = add(world, world.isr, key=UUID(int=2))

    with pytest.raises(NotAllowed):
        attachments.remove(attachment=theirs, actor=world.owner)
    with pytest.raises(NotAllowed):
        attachments.remove(attachment=theirs, actor=world.member)
    with pytest.raises(NotAllowed):
        attachments.remove(attachment=mine, actor=world.agile_worker)
    assert attachments.remove(attachment=mine, actor=world.owner).removed_by == world.owner
    assert attachments.remove(attachment=theirs, actor=world.architect).removed_by == world.architect


def test_a_removed_file_keeps_its_row_and_loses_its_bytes(client: Client, world: World) -> None:
    mine = add(world, world.owner, name="secret.csv")
    attachments.remove(attachment=mine, actor=world.owner)
    attachments.remove(attachment=mine, actor=world.owner)

    assert len(stored()) == 1
    assert sweeping.delete_stray_files(now=timezone.now()) == 1
    assert stored() == []
    client.force_login(world.member)
    page = client.get(world.labels.get_absolute_url()).content.decode()
    assert "Removed by <bdi>Olive Owner</bdi>" in page
    response = client.get(f"/workstreams/{world.labels.public_id}/attachments/{mine.public_id}/")
    assert response.status_code == 409
    assert "was removed" in response.content.decode()
    assert Event.objects.filter(verb="workstream.attachment_removed").count() == 1


def test_what_a_crash_leaves_behind_is_deleted_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise SystemExit

    monkeypatch.setattr(attachments, "_record", crash)
    with pytest.raises(SystemExit):
        add(world, world.owner)
    assert len(stored()) == 1
    assert sweeping.delete_stray_files(now=timezone.now()) == 0
    assert sweeping.delete_stray_files(now=timezone.now() + files.STORING_TAKES) == 1
    assert stored() == []


def test_the_sweep_never_deletes_what_is_in_use(world: World) -> None:
    kept = add(world, world.owner)
    StrayFile.objects.create(key=kept.key)

    assert sweeping.delete_stray_files(now=timezone.now()) == 0
    assert len(stored()) == 1
    assert not StrayFile.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.csv", "a.csv"),
        ("Größe – 大きい.csv", "Größe – 大きい.csv"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("two\nlines\x00.txt", "two lines.txt"),
        ('a"b<c>.txt', "a_b_c_.txt"),
        (".htaccess", "htaccess"),
        ("  ", "file"),
        ("a\ud800.txt", "a.txt"),
        ("ä" * 300 + ".csv", "ä" * 125 + ".csv"),
    ],
)
def test_names_are_kept_without_what_does_harm(sent: str, kept: str) -> None:
    assert files.clean_name(sent) == kept
    assert len(files.clean_name(sent).encode()) <= 255


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"%PDF-1.7\n", "a.txt", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "a.csv", "image/png"),
        (b"<html><script>alert(1)</script>", "a.png", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "image/svg+xml"),
        (b"BM,a\n1,2\n", "a.csv", "text/csv"),
        (b"BM,a\n1,2\n", "a.bmp", "text/plain"),
        ("Größe;Länge".encode("cp1252"), "a.csv", "text/csv"),
        ("a\tb".encode("utf-16"), "a.tsv", "text/tab-separated-values"),
        (b"PK\x03\x04" + bytes(60), "a.zip", "application/zip"),
        (
            b"PK\x03\x04" + bytes(60),
            "a.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (bytes(50), "a.png", "application/octet-stream"),
    ],
)
def test_what_a_file_is_is_read_off_its_bytes(head: bytes, name: str, kind: str) -> None:
    assert files.content_type(head, name) == kind


def test_a_download_is_bytes_to_keep_and_nothing_to_run(client: Client, world: World) -> None:
    page = add(world, world.owner, b"<html><script>alert(1)</script>", name='Bös "1".html')
    client.force_login(world.member)
    response = client.get(f"/workstreams/{world.labels.public_id}/attachments/{page.public_id}/")

    assert response.getvalue() == b"<html><script>alert(1)</script>"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == (
        "attachment; filename=\"B_s _1_.html\"; filename*=UTF-8''B%C3%B6s%20_1_.html"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "private" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("bytes=0-3", (206, CSV[:4], "bytes 0-3/17")),
        ("bytes=5-", (206, CSV[5:], "bytes 5-16/17")),
        ("bytes=-4", (206, CSV[-4:], "bytes 13-16/17")),
        ("bytes=2-99", (206, CSV[2:], "bytes 2-16/17")),
        ("bytes=17-", (416, b"", "bytes */17")),
        ("bytes=-0", (416, b"", "bytes */17")),
        ("bytes=4-2", (200, CSV, None)),
        ("bytes=0-1,3-4", (200, CSV, None)),
        ("lines=1-2", (200, CSV, None)),
        (f"bytes=0-{'9' * 5000}", (200, CSV, None)),
        (f"bytes={'9' * 5000}-", (200, CSV, None)),
    ],
)
def test_a_part_of_a_file(client: Client, world: World, wanted: str, found: tuple[int, bytes, str | None]) -> None:
    file = add(world, world.owner)
    client.force_login(world.owner)
    response = client.get(
        f"/workstreams/{world.labels.public_id}/attachments/{file.public_id}/", headers={"Range": wanted}
    )

    assert (response.status_code, response.getvalue(), response.get("Content-Range")) == found


def test_what_the_browser_has_is_not_sent_again(client: Client, world: World) -> None:
    file = add(world, world.owner)
    client.force_login(world.owner)
    address = f"/workstreams/{world.labels.public_id}/attachments/{file.public_id}/"
    response = client.get(address)
    assert response.getvalue() == CSV
    etag = response["ETag"]

    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    changed = client.get(address, headers={"Range": "bytes=0-3", "If-Range": '"other"'})
    assert (changed.status_code, changed.getvalue()) == (200, CSV)
    assert client.head(address)["Content-Length"] == "17"


def test_several_files_by_a_plain_form(client: Client, world: World) -> None:
    client.force_login(world.owner)
    chosen = [SimpleUploadedFile(name, content) for name, content in (("a.csv", CSV), ("b.csv", b""), ("c.csv", CSV))]
    sent = {
        "file": chosen,
        "kind": "sample_data",
        "note": "Two of three",
        "client_key": str(KEY),
    }
    address = f"/workstreams/{world.labels.public_id}/attachments/"
    for _ in range(2):
        for file in chosen:
            file.seek(0)
        response = client.post(address, sent, follow=True)

    html = response.content.decode()
    assert [file.name for file in Attachment.objects.order_by("id")] == ["a.csv", "c.csv"]
    assert "“b.csv” is empty" in html
    assert response.redirect_chain[-1][0].endswith("?tab=attachments#attachments")


def test_a_form_without_a_file_says_so(client: Client, world: World) -> None:
    client.force_login(world.owner)
    response = client.post(
        f"/workstreams/{world.labels.public_id}/attachments/", {"kind": "other", "client_key": str(KEY)}
    )

    assert response.status_code == 422
    assert "Choose a file." in response.content.decode()


def test_the_panel_shows_the_newest_first_and_older_ones_in_pages(
    client: Client, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 46):
        add(world, world.owner, name=f"file-{number}.csv", key=UUID(int=number))
    client.force_login(world.owner)
    seen, address = [], f"/workstreams/{world.labels.public_id}/attachments/"
    older: str | None = ""
    while older is not None:
        html = client.get(address + older, headers={"HX-Request": "true"}).content.decode()
        seen += re.findall(r"<bdi>(file-\d+)", html)
        found = re.search(r'hx-get="[^"]*(\?older=[^"]+)"', html)
        older = found[1] if found else None

    assert seen == [f"file-{number}" for number in range(45, 0, -1)]


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: Client, world: World) -> None:
    client.force_login(world.owner)
    address = f"/workstreams/{world.labels.public_id}/attachments/"
    response = client.post(address, b"x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=103_000_001)
    elsewhere = client.post("/sign-in/", b"x", content_type="text/plain", CONTENT_LENGTH=13_000_000)

    assert (response.status_code, elsewhere.status_code) == (413, 413)
    assert "up to 100 MB" in response.content.decode()


def test_only_ones_own_files_go_into_a_message(world: World) -> None:
    mine, theirs = add(world, world.owner), add(world, world.member, key=UUID(int=2))
    gone = attachments.remove(attachment=add(world, world.owner, key=UUID(int=3)), actor=world.owner)
    ids = [gone.public_id, theirs.public_id, mine.public_id]

    assert attachments.of_author(workstream=world.labels, author=world.owner, ids=ids) == [mine]
    assert attachments.of_author(workstream=world.scans, author=world.owner, ids=ids) == []
