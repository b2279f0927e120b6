"""Looking into files in a process of its own: what is shown, and what strangers may try."""

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.previews.files import bomb, pdf, picture
from workstreams.previews import sandbox
from workstreams.previews.kinds import Kind, kind_of
from workstreams.previews.outcome import CannotPreview, Outcome


def look(kind: Kind, content: bytes, tmp_path: Path) -> Outcome:
    path = tmp_path / "some"
    path.write_bytes(content)
    return sandbox.look(kind, path)


def shown(outcome: Outcome, number: int = 0) -> Image.Image:
    found = Image.open(io.BytesIO(outcome.pictures[number].content))
    found.load()
    return found


def test_a_picture_is_turned_upright_made_small_and_loses_what_the_camera_wrote(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010F] = "Maker of the camera"
    outcome = look(Kind.PICTURE, picture("JPEG", (3200, 1000), exif=exif), tmp_path)
    found = shown(outcome)

    assert (found.format, found.size) == ("WEBP", (500, 1600))
    assert not found.getexif()
    assert b"Maker" not in outcome.pictures[0].content
    # What was at the left is on top now.
    red, _, blue = found.convert("RGB").split()
    assert not any(red.crop((0, 0, 500, 700)).histogram()[:200])
    assert not any(blue.crop((0, 900, 500, 1600)).histogram()[:200])
    assert outcome.facts == {"width": 3200, "height": 1000}


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF", "WEBP"])
def test_other_kinds_of_pictures_are_shown(kind: str, tmp_path: Path) -> None:
    assert shown(look(Kind.PICTURE, picture(kind), tmp_path)).size == (60, 40)


def test_the_first_pages_of_a_pdf_are_shown(tmp_path: Path) -> None:
    outcome = look(Kind.PAGES, pdf(7), tmp_path)

    assert len(outcome.pictures) == 5
    assert outcome.facts == {"pages": 7}
    assert shown(outcome, 4).size == (900, 600)
    assert any(shown(outcome).convert("L").histogram()[:100]), "there is a word on the page"


def test_a_page_of_any_size_becomes_a_picture_of_ours(tmp_path: Path) -> None:
    for size in ("14400 14400", "3 3", "14400 200"):
        width, height = shown(look(Kind.PAGES, pdf(1, size=size), tmp_path)).size
        assert width <= 1100
        assert height <= 1600


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (Kind.PICTURE, b""),
        (Kind.PICTURE, b"\x89PNG\r\n\x1a\n" + b"\0" * 100),
        (Kind.PICTURE, picture()[:60]),
        (Kind.PICTURE, b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        (Kind.PICTURE, bomb()),
        (Kind.PICTURE, bomb(20_000, 2_400)),
        (Kind.PAGES, b""),
        (Kind.PAGES, b"%PDF-1.7\n" + b"\xff" * 5000),
        (Kind.PAGES, pdf()[:120]),
        (Kind.PAGES, pdf(0)),
        (Kind.TEXT, b"MZ\x90\x00\x03\x00\x00\x00"),
        (Kind.TABLE, b""),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_sentence(kind: Kind, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(CannotPreview, match=r"\w+.*\.$"):
        look(kind, content, tmp_path)


def test_text_is_shown_as_it_begins(tmp_path: Path) -> None:
    outcome = look(Kind.TEXT, ("<script>alert(1)</script> \x1b[31m ü\n" * 2000).encode(), tmp_path)

    assert outcome.facts["text"].startswith("<script>alert(1)</script> \ufffd[31m ü\n")
    assert len(outcome.facts["text"]) == 32_000
    assert outcome.facts["encoding"] == "UTF-8"
    assert not outcome.facts["is_whole"]


def test_the_process_knows_no_secret_and_is_stopped_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.01)
    with pytest.raises(CannotPreview, match="too long"):
        look(Kind.TEXT, b"Hello", tmp_path)


@pytest.mark.parametrize(
    ("content_type", "name", "kind"),
    [
        ("image/png", "x.csv", Kind.PICTURE),
        ("image/svg+xml", "x.svg", None),
        ("application/pdf", "x", Kind.PAGES),
        ("text/plain", "x.CSV", Kind.TABLE),
        ("text/csv", "x", Kind.TABLE),
        ("application/octet-stream", "x.tsv", Kind.TABLE),
        ("text/plain", "x", Kind.TEXT),
        ("text/html", "x.html", Kind.TEXT),
        ("application/octet-stream", "x.md", Kind.TEXT),
        ("application/octet-stream", "x.png", None),
        ("application/octet-stream", "x.pdf", None),
        ("application/zip", "x.csv", None),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "x.xlsx", None),
    ],
)
def test_what_is_shown_depends_on_the_bytes_first(content_type: str, name: str, kind: Kind | None) -> None:
    assert kind_of(content_type, name) == kind
