"""Of which files there is a preview, and how it is made."""

from enum import StrEnum
from pathlib import PurePath


class Kind(StrEnum):
    """How the preview of a file looks."""

    PICTURE = "picture"
    PAGES = "pages"
    TEXT = "text"
    TABLE = "table"


PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff"})
TABLE_ENDINGS = frozenset({".csv", ".tsv", ".tab"})
TEXT_ENDINGS = frozenset(
    {".txt", ".md", ".markdown", ".rst", ".log", ".json", ".jsonl", ".xml", ".html", ".htm", ".yml", ".yaml", ".ini"}
)
TEXTS = frozenset({"application/json", "application/xml", "application/x-ndjson", "application/yaml"})
# What a sniffer says of bytes that it does not know: then the name may decide, for text only.
UNKNOWN = frozenset({"", "application/octet-stream"})

# As much of a file as is read for its preview; a picture or PDF must be whole.
WHOLE = 40 * 1024 * 1024
BEGINNING = 512 * 1024


def kind_of(content_type: str, name: str) -> Kind | None:
    """How the preview of a file of this type and name is made; None for what can only be downloaded.

    The type is what its bytes say. A name decides between kinds of text alone: whatever it ends in, no picture or PDF
    is made out of bytes that do not begin as one.
    """
    if content_type in PICTURES:
        return Kind.PICTURE
    if content_type == "application/pdf":
        return Kind.PAGES
    ending = PurePath(name).suffix.lower()
    is_text = content_type.startswith("text/") or content_type in TEXTS
    if ending in TABLE_ENDINGS and (is_text or content_type in UNKNOWN):
        return Kind.TABLE
    if content_type in {"text/csv", "text/tab-separated-values"}:
        return Kind.TABLE
    if is_text or (ending in TEXT_ENDINGS and content_type in UNKNOWN):
        return Kind.TEXT
    return None


def reads_at_most(kind: Kind) -> int:
    """How many bytes of the file the preview reads."""
    return WHOLE if kind in {Kind.PICTURE, Kind.PAGES} else BEGINNING
