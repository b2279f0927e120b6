"""What somebody said in Intercom, from its HTML to what the chat understands: the few marks of `chat.text`, and text.

Nothing of the HTML is kept: only its text passes, and marks of ours in place of the tags named here. So whatever stands
in it, a page shows no more of it than it would of something typed here.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from integrations.intercom.client import FileSeen

_UNSEEN = frozenset({"head", "style", "script", "title", "template", "object", "svg", "iframe"})
_BLOCKS = frozenset(
    {"p", "div", "ul", "ol", "li", "blockquote", "pre", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}
)
# Between these stands an empty line.
_PARAGRAPHS = frozenset({"p", "ul", "ol", "blockquote", "pre", "table", "h1", "h2", "h3", "h4", "h5", "h6"})
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "h1": "**", "h2": "**", "h3": "**", "h4": "**"}
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
# The beginning of an entry of a list, and nothing in it yet.
_ENTRY = re.compile(r" *(?:-|[0-9]+\.) ")
_ADMIN = re.compile(r"/admin/([0-9]{1,20})/?$")
_MENTION = "mention of "
DEEPEST = 10


@dataclass
class Read:
    """What was said: its text, the teammates it names, and the pictures that stand in it."""

    text: str = ""
    # Name as it stands in the text, by the teammate's id.
    mentioned: dict[str, str] = field(default_factory=dict)
    pictures: list[FileSeen] = field(default_factory=list)


def read(html: str) -> Read:
    """Read HTML, however broken; plain text comes out as it is."""
    if "<" not in html and "&" not in html:
        return Read(html.strip())
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.result()


class _Reader(HTMLParser):
    """Gathers lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._read = Read()
        self._lines: list[str] = []
        self._line = ""
        self._unseen = 0
        self._quotes = 0
        self._pre = 0
        # For each open list: the number of its next entry, None without numbers.
        self._lists: list[int | None] = []
        # The marks that are open, and where in the line they began.
        self._open: list[tuple[str, int]] = []
        self._link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag in _UNSEEN:
            self._unseen += 1
        elif self._unseen:
            return
        elif tag == "br":
            self._end_line(even_empty=True)
        elif tag == "img":
            self._picture(named)
        elif tag == "a":
            self._link = (self._mention(named) or named.get("href", ""), len(self._line))
        if tag in _BLOCKS and not self._unseen:
            self._end_line()
            self._begin(tag, named)
        if tag in _MARKS and not (self._unseen or self._pre):
            self._open.append((tag, len(self._line)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        if self._unseen:
            return
        if tag in _MARKS and self._open and self._open[-1][0] == tag:
            self._mark(*self._open.pop())
        elif tag == "a" and self._link:
            self._end_link(*self._link)
        if tag in _BLOCKS:
            self._end_line()
            self._end(tag)
        if tag in _PARAGRAPHS and self._lines and self._lines[-1].strip("> ") and not self._lists:
            self._lines.append(">" * self._quotes)

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if self._pre:
            first, *others = data.replace("\r\n", "\n").split("\n")
            self._line += first
            for line in others:
                self._end_line(even_empty=True)
                self._line = line
            return
        text = _SPACE.sub(" ", data)
        self._line += text.lstrip(" ") if not self._line.strip(" ") and not self._line.endswith(("- ", ". ")) else text

    def result(self) -> Read:
        """What was gathered."""
        self._line = "" if _ENTRY.fullmatch(self._line) else self._line
        self._end_line()
        if self._pre:
            self._lines.append("```")
        text = "\n".join(self._lines)
        self._read.text = re.sub(r"(\n>*){3,}", lambda found: f"\n{found.group(1).strip()}\n", text).strip()
        return self._read

    def _begin(self, tag: str, named: dict[str, str]) -> None:
        if tag in {"ul", "ol"}:
            start = named.get("start", "1")
            self._lists.append((int(start) if start.isascii() and start.isdigit() else 1) if tag == "ol" else None)
        elif tag == "li":
            number = self._lists[-1] if self._lists else None
            if number is not None:
                self._lists[-1] = number + 1
            self._line = "  " * min(max(len(self._lists) - 1, 0), DEEPEST) + ("- " if number is None else f"{number}. ")
        elif tag == "blockquote":
            self._quotes = min(self._quotes + 1, DEEPEST)
        elif tag == "pre":
            if not self._pre:
                self._lines.append("```")
            self._pre += 1

    def _end(self, tag: str) -> None:
        if tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "blockquote":
            self._quotes = max(self._quotes - 1, 0)
            if self._lines and not self._lines[-1].strip("> "):
                self._lines.pop()
        elif tag == "pre" and self._pre:
            self._pre -= 1
            if not self._pre:
                self._lines.append("```")

    def _end_line(self, *, even_empty: bool = False) -> None:
        while self._open:
            tag, start = self._open.pop()
            self._mark(tag, start)
        if self._link:
            self._end_link(*self._link)
        if _ENTRY.fullmatch(self._line):
            return  # what stands there comes in a block of its own
        line = self._line if self._pre else self._line.rstrip()
        if line.strip() or even_empty:
            self._lines.append(f"{'> ' * self._quotes}{line}")
        self._line = ""

    def _mark(self, tag: str, start: int) -> None:
        """Put the mark around what was said since; around white space alone, or nothing, it would be seen."""
        before, said = self._line[:start], self._line[start:]
        inner = said.strip()
        mark = _MARKS[tag]
        if inner and mark[0] not in inner:
            lead, tail = said[: len(said) - len(said.lstrip())], said[len(said.rstrip()) :]
            self._line = f"{before}{lead}{mark}{inner}{mark}{tail}"

    def _end_link(self, address: str, start: int) -> None:
        self._link = None
        before, said = self._line[:start], self._line[start:].strip()
        if address.startswith(_MENTION):
            name = said.removeprefix("@")
            self._read.mentioned[address.removeprefix(_MENTION)] = name
            self._line = f"{before}@{name}"
            return
        if not re.match(r"https?://[^/\s]", address, re.IGNORECASE) or address == said:
            return
        is_plain = said and not set(said) & set("[]*_`") and not set(address) & set("()<> ")
        if is_plain and not re.match(r"(?:https?:)?//|www\.", said):
            self._line = f"{before}[{said}]({address})"
        elif address not in said:
            self._line = f"{before}{said} {address}" if said else f"{before}{address}"

    def _mention(self, named: dict[str, str]) -> str:
        """What stands for a link that names a teammate; empty for other links."""
        found = _ADMIN.search(named.get("href", ""))
        if not (found and "entity_mention" in named.get("class", "").split()):
            return ""
        return f"{_MENTION}{found[1]}"

    def _picture(self, named: dict[str, str]) -> None:
        address = named.get("src", "")
        if urlsplit(address).scheme in {"http", "https"}:
            name = named.get("alt", "").strip() or urlsplit(address).path.rpartition("/")[2] or "picture"
            self._read.pictures.append(FileSeen(name=name, url=address, content_type="", size=0))
