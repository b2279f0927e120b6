"""Reading a mail: who it says it is from, what is new in it, which files it brings, and whether a program wrote it.

Mails come from anywhere. Whatever is broken in one is skipped or replaced; only what cannot be taken apart at all is
refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from charset_normalizer import from_bytes

from mailroom.addresses import OurAddress, named_in
from mailroom.html_text import text_of
from mailroom.quotes import new_in
from notifications.letters import host

MOST_PARTS = 200
MOST_FILES = 20
DEEPEST = 30
# A picture in the text smaller than this is part of somebody's signature.
SMALLEST_PICTURE = 20 * 1024
_OF_A_PROGRAM = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-MS-Exchange-Generated-Message-Source")
_OF_A_LIST = frozenset({"bulk", "junk", "list", "auto_reply"})
_ADDRESS = r"[^@\s<>\"(),:;\[\]\\]{1,64}@[^@\s<>\"(),:;\[\]\\]{1,255}"
# One address, perhaps with a name before it. Whatever else can be written there, programs understand each differently,
# and two that do are how a sender is forged.
_ONE_SENDER = re.compile(rf'(?:(?P<name>"(?:[^"\\]|\\.)*"|[^<>@",:;]*)\s*<(?P<long>{_ADDRESS})>|(?P<short>{_ADDRESS}))')
LONGEST_HEADER = 5_000
LONGEST_HTML = 1_000_000


class Unreadable(Exception):
    """This is no mail that could be taken apart."""


@dataclass(frozen=True)
class MailFile:
    """A file that came along."""

    name: str
    content: bytes


@dataclass
class Read:
    """What was read from a mail."""

    sender: str
    sender_name: str
    subject: str
    message_id: str
    text: str = ""
    files: list[MailFile] = field(default_factory=list)
    # Why a program rather than a person wrote it; empty for a person.
    automatic: str = ""
    is_too_long: bool = False
    # Addresses of ours that it was sent to, and mails that it answers.
    sent_to: list[OurAddress] = field(default_factory=list)
    answers: str = ""
    # What our own mail server found out about the sender, topmost first.
    authentication: list[str] = field(default_factory=list)


def parse(raw: bytes) -> Message:
    """The mail as parts. Raises: Unreadable."""
    try:
        return message_from_bytes(raw)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unreadable(f"{type(error).__name__}: {error}") from error


def read(raw: bytes) -> Read:
    """Read a mail. Raises: Unreadable."""
    mail = parse(raw)
    try:
        sender_name, sender = _sender(mail)
        found = Read(
            sender=sender,
            sender_name=sender_name,
            subject=header(mail, "Subject")[:300],
            message_id=header(mail, "Message-ID"),
            automatic=_why_automatic(mail),
            sent_to=named_in([header(mail, name) for name in ("To", "Cc")]),
            answers=f"{header(mail, 'In-Reply-To')} {header(mail, 'References')}",
            # As they came: decoded words could say what our server did not.
            authentication=_raw_headers(mail, "Authentication-Results"),
        )
        _read_body(mail, found)
    except RecursionError as error:
        raise Unreadable("Its parts are nested without end.") from error
    return found


def header(mail: Message, name: str) -> str:
    """The first header of this name on one line, decoded; empty where there is none."""
    return next(iter(headers(mail, name)), "")


def headers(mail: Message, name: str) -> list[str]:
    """Every header of this name, on one line each, decoded where that is possible."""
    return [_decoded(value) for value in _raw_headers(mail, name)]


def _raw_headers(mail: Message, name: str) -> list[str]:
    return [_plain(str(value)[:LONGEST_HEADER]) for value in mail.get_all(name, [])]


def _decoded(value: str) -> str:
    try:
        return _plain(str(make_header(decode_header(value))))
    except (HeaderParseError, LookupError, ValueError):
        return value


def _sender(mail: Message) -> tuple[str, str]:
    """Name and address of the one sender; both empty where there are none or several, or it is not clear who."""
    values = _raw_headers(mail, "From")
    found = _ONE_SENDER.fullmatch(values[0]) if len(values) == 1 else None
    if found is None:
        return "", ""
    name = (found["name"] or "").strip().strip('"')
    return _decoded(name)[:200], (found["long"] or found["short"]).lower()


def _plain(text: str) -> str:
    """One line that the database can keep."""
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    return " ".join(text.split())


def _why_automatic(mail: Message) -> str:
    """What shows that a program wrote it, or that it went round in a circle (RFC 3834)."""
    submitted = header(mail, "Auto-Submitted").lower()
    suppresses = header(mail, "X-Auto-Response-Suppress").lower() == "all" and not header(mail, "In-Reply-To")
    came_back = header(mail, "X-Loop").lower() == host() or header(mail, "Message-ID").lower().endswith(f"@{host()}>")
    is_of_a_list = header(mail, "Precedence").lower() in _OF_A_LIST or bool(header(mail, "List-Id"))
    signs = {
        "an automatic answer": bool(submitted and not submitted.startswith("no"))
        or any(header(mail, name) for name in _OF_A_PROGRAM),
        "a mail of our own that came back": came_back,
        "an automatic mail": suppresses,
        "a mail of a list": is_of_a_list,
        "a report of a mail server": mail.get_content_type() == "multipart/report",
    }
    return next((sign for sign, is_so in signs.items() if is_so), "")


def _read_body(mail: Message, found: Read) -> None:
    plain: list[str] = []
    html: list[str] = []
    for part in _leaves(mail):
        content_type = part.get_content_type()
        name = _name_of(part)
        is_attached = part.get_content_disposition() == "attachment" or bool(name)
        if content_type == "text/plain" and not is_attached:
            plain.append(_text(part))
        elif content_type == "text/html" and not is_attached:
            html.append(_text(part))
        elif len(found.files) < MOST_FILES and (content := _content(part)):
            is_picture = part.get_content_maintype() == "image" and part.get("Content-ID") is not None
            if not (is_picture and len(content) < SMALLEST_PICTURE) and content_type != "application/ms-tnef":
                found.files.append(MailFile(name or f"file.{part.get_content_subtype()[:10]}", content))
    text = "\n".join(plain)
    if not text.strip():
        whole = "\n".join(html)
        found.is_too_long = len(whole) > LONGEST_HTML
        text = text_of(whole[:LONGEST_HTML])
    found.text = new_in(text)


def _leaves(mail: Message, depth: int = 0) -> Iterator[Message]:
    """The parts that hold something; mails inside of the mail are left closed, as one file each."""
    parts = [(mail, depth)]
    seen = 0
    while parts and seen < MOST_PARTS:
        part, depth = parts.pop(0)
        seen += 1
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            if depth < DEEPEST:
                inner = part.get_payload()
                parts[:0] = [(each, depth + 1) for each in inner if isinstance(each, Message)]
        else:
            yield part


def _name_of(part: Message) -> str:
    try:
        return _decoded(part.get_filename() or "")[:255]
    except (LookupError, ValueError, TypeError):
        return "file"


def _content(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        return bytes(inner[0]) if isinstance(inner, list) and inner and isinstance(inner[0], Message) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    """The text in the character set that it names; one that names a wrong one or none is guessed."""
    content = _content(part)
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return content.decode(charset)
    except (LookupError, UnicodeDecodeError, ValueError):
        best = from_bytes(content[:100_000]).best()
        return content.decode(best.encoding if best else "latin-1", errors="replace")
