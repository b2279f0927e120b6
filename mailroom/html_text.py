"""The text of an HTML mail, with what it quotes marked as text mails mark it."""

from html.parser import HTMLParser

_BREAKS = frozenset(
    {"br", "div", "p", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"}
)
_PARAGRAPHS = frozenset({"p", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote"})
_UNSEEN = frozenset({"head", "style", "script", "title", "template", "object", "svg"})
DEEPEST = 20


def text_of(html: str) -> str:
    """What a reader would see, line by line; quoted lines begin with ">". Nothing is run and nothing is loaded."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Gathers lines. Whatever is broken in the mail, it goes on to the next tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = 0
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  html.parser names it
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "blockquote":
            self._end_line()
            self._quotes = min(self._quotes + 1, DEEPEST)
        elif tag == "br":
            self._end_line(even_empty=True)
        elif tag in _BREAKS:
            self._end_line()
            if tag == "li":
                self._line.append("- ")
        elif tag == "td":
            self._line.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
            return
        if tag in _BREAKS or tag == "blockquote":
            self._end_line()
        if tag == "blockquote":
            self._quotes = max(self._quotes - 1, 0)
        if tag in _PARAGRAPHS and self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._mark())

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._line.append(data)

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines).strip()

    def _mark(self) -> str:
        return ">" * self._quotes

    def _end_line(self, *, even_empty: bool = False) -> None:
        line = " ".join("".join(self._line).split())
        self._line = []
        if line or even_empty:
            self._lines.append(f"{self._mark()} {line}".strip() if self._quotes else line)
