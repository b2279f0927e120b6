"""Files as such: what they are called, what they are, and putting them where they are kept."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

import puremagic
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.fields import one_line
from workstreams import storage
from workstreams.errors import EmptyFile, FileTooLarge, StoreAway
from workstreams.filing import StrayFile

NAME_BYTES = 255
MEGABYTE = 1_000_000
HEAD = 8192
AWAY = "The file store does not answer right now. Nothing was lost: try again in a moment."
UNKNOWN = "application/octet-stream"
# How long storing a file may take before what is there counts as left over from a crash.
STORING_TAKES = timedelta(hours=6)

# What begins with words and is still something else than text.
_WRITTEN = {
    "application/json",
    "application/pdf",
    "application/postscript",
    "application/rtf",
    "application/xml",
    "image/svg+xml",
    "text/html",
    "text/rtf",
}
_TABLES = {".csv": "text/csv", ".tsv": "text/tab-separated-values"}
_NOT_IN_TEXT = frozenset(range(32)) - {9, 10, 12, 13, 27}
_MARKS = (b"\xff\xfe", b"\xfe\xff")  # how UTF-16 begins


@dataclass(frozen=True)
class Stored:
    """A file that is kept, and what is known of it."""

    key: str
    size: int
    sha256: str
    content_type: str


def clean_name(name: str) -> str:
    """A file's name as it is shown and downloaded: no folders, nothing invisible, at most 255 bytes with its ending."""
    name = one_line(name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(".").strip()
    # What Windows does not allow.
    name = "".join("_" if c in '<>:"|?*' else c for c in name)
    stem, ending = name, ""
    path = PurePosixPath(name)
    if 1 < len(path.suffix) <= 20:
        stem, ending = name[: -len(path.suffix)], path.suffix
    room = NAME_BYTES - len(ending.encode())
    stem = stem.encode()[:room].decode(errors="ignore").rstrip()
    return (stem + ending).rstrip(". ") or "file"


def content_type(head: bytes, name: str) -> str:
    """What a file is, by its first bytes. Its name only tells apart what begins alike, such as tables and text."""
    ending = PurePosixPath(name).suffix.lower()
    guesses = _guesses(head)
    if _is_text(head):
        return next((guess for guess, _ in guesses if guess in _WRITTEN), _TABLES.get(ending, "text/plain"))
    if not guesses:
        return UNKNOWN
    if head.startswith(b"PK"):
        return next((guess for guess, known in guesses if known == ending), "application/zip")
    return guesses[0][0]


def largest() -> int:
    """How many bytes a file may have."""
    return int(settings.FILES_MAX_MB) * MEGABYTE


def largest_under_way() -> int:
    """How many bytes of one person may be under way and not yet whole."""
    return int(settings.FILES_UNFINISHED_MB) * MEGABYTE


def refuse_size(size: int, name: str) -> None:
    """Insist on a size that can be kept. Raises: EmptyFile, FileTooLarge."""
    if size == 0:
        raise EmptyFile(f"“{name}” is empty, so there is nothing to add. Choose a file with something in it.")
    if size > largest():
        raise FileTooLarge(
            f"“{name}” has {in_words(size)}. A file may have up to {settings.FILES_MAX_MB} MB: "
            "make it smaller, or split it."
        )


def store(upload: "File[Any]", *, key: str, name: str) -> Stored:
    """Keep a file under a key. It goes to the store piece by piece, never whole through memory.

    The key is noted first as nobody's; whoever puts the file into use calls `adopt` in the same transaction.

    Raises: EmptyFile, FileTooLarge, StoreAway.
    """
    size, head, digest = 0, b"", hashlib.sha256()
    for piece in upload.chunks():
        head = head or piece[:HEAD]
        digest.update(piece)
        size += len(piece)
    refuse_size(size, name)
    StrayFile.objects.create(key=key, after=timezone.now() + STORING_TAKES)
    upload.seek(0)
    try:
        kept = default_storage.save(key, upload)
    except Exception as error:
        raise StoreAway(
            f"“{name}” could not be kept, because the file store does not answer. Nothing else was lost: "
            "try again in a moment."
        ) from error
    return Stored(key=kept, size=size, sha256=digest.hexdigest(), content_type=content_type(head, name))


def adopt(key: str) -> None:
    """Say, in the transaction that puts a file into use, that it is somebody's now."""
    StrayFile.objects.filter(key=key).delete()


def give_up(key: str) -> None:
    """Say, in the transaction that needs a file no more, that it may be deleted."""
    StrayFile.objects.update_or_create(key=key, defaults={"after": timezone.now()})


def in_words(size: int) -> str:
    """A size as people read it: 812 bytes, 14 kB, 2.4 MB."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:.1f} GB"


def open_part(key: str, start: int, end: int) -> storage.Part:
    """Part of a kept file for reading once, from front to back.

    Raises: StoreAway.
    """
    try:
        return storage.part_of(key, start, end)
    except Exception as error:
        raise StoreAway(AWAY) from error


def open_stored(key: str) -> "File[Any]":
    """A kept file for those who need to move about in it, such as previews. Everybody else reads parts.

    Raises: StoreAway.
    """
    try:
        return default_storage.open(key, "rb")
    except Exception as error:
        raise StoreAway(AWAY) from error


def _guesses(head: bytes) -> list[tuple[str, str]]:
    try:
        return [(found.mime_type, found.extension) for found in puremagic.magic_string(head) if found.mime_type]
    except (puremagic.PureError, ValueError):
        return []


def _is_text(head: bytes) -> bool:
    """Whether the first bytes are letters in some encoding: no control characters, except in UTF-16."""
    return head.startswith(_MARKS) or not any(byte in _NOT_IN_TEXT for byte in head)
