"""Text: which encoding it is in, and how it begins."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import from_bytes

from workstreams.previews.outcome import CannotPreview, Outcome

SHOWN = 32_000  # characters
LOOKED_AT = 64 * 1024  # bytes from which an encoding is guessed

# What people's programs write; rarer ones would be guessed more often than met.
GUESSED = ["cp1252", "cp1250", "cp1251", "iso8859_15", "mac_roman", "utf_16", "shift_jis", "gb18030", "big5", "euc_kr"]
USUAL = "cp1252"
# Read in the wrong encoding, words hold signs such as ³ or ½; an apostrophe may stand there.
_SIGN_IN_WORD = re.compile("[a-z][\u0080-\u00bf\u00d7\u00f7][a-z]|[\u0080-\u00bf][a-z]{2}", re.IGNORECASE)
LABELS = {
    "utf_8": "UTF-8",
    "utf_16": "UTF-16",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "iso8859_15": "ISO-8859-15",
    "mac_roman": "Mac Roman",
    "shift_jis": "Shift JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "euc_kr": "EUC-KR",
}
_MARKS = ((codecs.BOM_UTF8, "utf_8"), (codecs.BOM_UTF16_LE, "utf_16_le"), (codecs.BOM_UTF16_BE, "utf_16_be"))
# Signs that steer a terminal or turn a line around; a page shows them as what they are, a sign too many.
_STEERING = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)


@dataclass(frozen=True)
class Decoded:
    """Bytes as text."""

    text: str
    encoding: str
    has_mark: bool = False

    @property
    def is_utf8(self) -> bool:
        """Whether it is in the encoding that causes no trouble."""
        return self.encoding == LABELS["utf_8"]


def decode(beginning: bytes) -> Decoded:
    """The beginning of a file as text; it may end within a character.

    Raises: CannotPreview when it is no text.
    """
    for mark, codec in _MARKS:
        if beginning.startswith(mark):
            text = codecs.getincrementaldecoder(codec)("replace").decode(beginning[len(mark) :])
            return Decoded(_text_only(text), LABELS["utf_8" if codec == "utf_8" else "utf_16"], has_mark=True)
    try:
        return Decoded(_text_only(codecs.getincrementaldecoder("utf-8")().decode(beginning)), LABELS["utf_8"])
    except UnicodeDecodeError:
        pass
    # Without the last, perhaps broken character of an encoding with several bytes for one.
    codec = _guess(beginning[:LOOKED_AT])
    text = codecs.getincrementaldecoder(codec)("replace").decode(beginning)
    return Decoded(_text_only(text), LABELS.get(codec, codec))


def look(path: Path) -> Outcome:
    """The first 32,000 characters.

    Raises: CannotPreview.
    """
    beginning, is_whole = begin(path)
    decoded = decode(beginning)
    text = printable(decoded.text)
    return Outcome(
        facts={
            "text": text[:SHOWN],
            "encoding": decoded.encoding,
            "is_whole": is_whole and len(text) <= SHOWN,
        }
    )


def begin(path: Path, *, most: int = 512 * 1024) -> tuple[bytes, bool]:
    """How a file begins, and whether that is all of it."""
    with path.open("rb") as file:
        found = file.read(most + 1)
    return found[:most], len(found) <= most


def printable(text: str) -> str:
    """The text with a visible sign in the place of whatever steers instead of being read."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def _guess(sample: bytes) -> str:
    """The likeliest encoding; a few letters fit several, and then it is the one that most programs write."""
    guesses = list(from_bytes(sample, cp_isolation=GUESSED, enable_fallback=False))
    if not guesses:
        return USUAL
    if all(letter < "\u0250" for letter in str(guesses[0]) if letter.isalpha()) and _reads_well(sample, USUAL):
        return USUAL
    well = (codec for guess in guesses for codec in guess.could_be_from_charset if _reads_well(sample, codec))
    return next(well, guesses[0].encoding)


def _reads_well(sample: bytes, codec: str) -> bool:
    try:
        return not _SIGN_IN_WORD.search(sample.decode(codec))
    except UnicodeDecodeError:
        return False


def _text_only(text: str) -> str:
    if "\x00" in text:
        raise CannotPreview("It is no text: it holds bytes that no text has.")
    return text
