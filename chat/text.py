"""What people wrote, as HTML and as plain text.

A small part of Markdown means something: bold, italic, code, code blocks, lists, quotes and links. Everything else is
text: no HTML, no images, headings or tables, and no backslash or entity hides what was typed. Whatever the parser makes
of it, only the tags below leave this module.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline.state_inline import Delimiter, StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# Most of what people write has nothing in it that could be Markdown, and needs no parser.
_MARKUP = re.compile(r"[*_`\[]|^[ \t]*(?:[-+>]|\d{1,9}[.)]|~~~)", re.MULTILINE)
# A text with more of these was not written by hand, and would keep the parser long.
_COSTLY = re.compile(r"[*_`\[\]>~]")
MOST_COSTLY = 1000
MOST_LINES = 1000
# The parser leaves out what is nested deeper; such a text is shown as it was typed.
DEEPEST = 20
# Longer ones are parsed each time, so that what is kept stays small.
LONGEST_KEPT = 2000

_LINK = re.compile(r"\bhttps?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)
_SCHEME = re.compile(r"(?<!\w)https?$", re.IGNORECASE)
_NOT_AT_THE_END = ".,:;!?…*_"
_PAIRS = {")": "(", "]": "["}
_REL = "noopener noreferrer nofollow"

_TAGS = {"p", "br", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a"}
_ATTRIBUTES = {"a": {"href", "target", "rel"}, "ol": {"start"}}
_BLOCKS = {"paragraph_close", "fence", "list_item_close"}


def as_html(text: str) -> SafeString:
    """The text as HTML. Whatever was typed that is no markup of ours stands there as it was typed."""
    if not _MARKUP.search(text):
        return with_links(text)
    return _kept_html(text) if len(text) <= LONGEST_KEPT else _markup_as_html(text)


def _markup_as_html(text: str) -> SafeString:
    tokens = _parsed(text)
    if tokens is None:
        return with_links(text)
    html = nh3.clean(
        _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https"},
        link_rel=None,
        strip_comments=True,
    )
    return mark_safe(html)  # noqa: S308  nh3 leaves nothing but the tags above


# Every page of a chat would have the same texts parsed again, and a text always gives the same HTML.
_kept_html = lru_cache(maxsize=1000)(_markup_as_html)


def as_plain_text(text: str) -> str:
    """The text without its markup, for lists, searches and mails."""
    tokens = _parsed(text)
    if tokens is None:
        return text
    parts: list[str] = []
    for token in tokens:
        for piece in token.children or ():
            parts.append("\n" if piece.type in {"softbreak", "hardbreak"} else piece.content)
        if token.type == "fence":
            parts.append(token.content)
        if token.type in _BLOCKS and parts and not parts[-1].endswith("\n"):
            parts.append("\n")
    return "".join(parts).strip()


def with_links(text: str) -> SafeString:
    """The text as HTML: everything escaped, and web addresses made into links. Only http and https ever are."""
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        address = _trimmed(match.group())
        if _is_bare(address):
            continue
        parts.append(escape(text[end : match.start()]))
        parts.append(f'<a href="{escape(address)}" target="_blank" rel="{_REL}">{escape(address)}</a>')
        end = match.start() + len(address)
    parts.append(escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308  every part was escaped above


def with_mentions(html: SafeString, names: Sequence[str]) -> SafeString:
    """The HTML with the names of those who are mentioned in it set apart, where they stand in its text."""
    if not names:
        return html
    longest_first = sorted({str(escape(f"@{name}")) for name in names}, key=len, reverse=True)
    mention = re.compile("|".join(re.escape(name) for name in longest_first))
    pieces = re.split(r"(<[^>]*>)", html)
    for place, piece in enumerate(pieces):
        if not piece.startswith("<"):
            pieces[place] = mention.sub(lambda found: f'<span class="mention">{found.group()}</span>', piece)
    return mark_safe("".join(pieces))  # noqa: S308  names were escaped, and only text was touched


def _parsed(text: str) -> list[Token] | None:
    """What the parser makes of a text; None where nothing is Markdown, or more than anybody writes by hand."""
    if not _MARKUP.search(text) or len(_COSTLY.findall(text)) > MOST_COSTLY or text.count("\n") > MOST_LINES:
        return None
    tokens = _MARKDOWN.parse(text)
    return None if any(token.level >= DEEPEST - 1 for token in tokens) else tokens


def _trimmed(address: str) -> str:
    """Without the full stop or the closing bracket that belongs to the sentence around it."""
    surplus = {closing: address.count(closing) - address.count(opening) for closing, opening in _PAIRS.items()}
    end = len(address)
    while end:
        last = address[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in _NOT_AT_THE_END:
            break
        end -= 1
    return address[:end]


def _is_bare(address: str) -> bool:
    """Whether nothing is left but the scheme."""
    return "://" not in address or address.endswith("://")


def _address(state: StateInline, silent: bool) -> bool:
    """Take a web address as a whole, so that nothing within it is read as markup. A rule of the parser."""
    if state.src[state.pos] != ":" or state.linkLevel:
        return False
    scheme = _SCHEME.search(state.pending)
    found = scheme and _LINK.match(state.src, state.pos - len(scheme.group()))
    if not (scheme and found):
        return False
    address = _trimmed(found.group())
    if _is_bare(address):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme.group())]
        state.push("link_open", "a", 1).attrSet("href", address)
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos += len(address) - len(scheme.group())
    return True


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Stars and underscores around whole words only: 640*480*3 is a size. A rule of the parser."""
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    run = state.scanDelims(state.pos, False)
    for _ in range(run.length):
        token = state.push("text", "", 0)
        token.content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=run.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=run.can_open,
                close=run.can_close,
            )
        )
    state.pos += run.length
    return True


class _Renderer(RendererHTML):
    """Blocks without line breaks between them, because white space counts in a message."""

    def paragraph_open(self, tokens: Sequence[Token], place: int, *_: Any) -> str:
        return "" if tokens[place].hidden else "<p>"

    def paragraph_close(self, tokens: Sequence[Token], place: int, *_: Any) -> str:
        if not tokens[place].hidden:
            return "</p>"
        return ""

    def fence(self, tokens: Sequence[Token], place: int, *_: Any) -> str:
        return f"<pre><code>{escape(tokens[place].content.rstrip(chr(10)))}</code></pre>"

    def softbreak(self, *_: Any) -> str:
        return "<br>"

    def hardbreak(self, *_: Any) -> str:
        return "<br>"

    def link_open(self, tokens: Sequence[Token], place: int, *_: Any) -> str:
        return f'<a href="{escape(tokens[place].attrs["href"])}" target="_blank" rel="{_REL}">'

    def renderToken(  # noqa: N802  the parser's own name
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        return super().renderToken(tokens, idx, options, env).strip("\n")


def _is_web_address(address: str) -> bool:
    return bool(re.match(r"https?://[^/\s]", address, re.IGNORECASE))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"maxNesting": DEEPEST, "breaks": True}, renderer_cls=_Renderer)
    parser.enable(["fence", "blockquote", "list", "backticks", "emphasis", "link", "newline"])
    parser.inline.ruler.before("backticks", "address", _address)
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.validateLink = _is_web_address  # type: ignore[assignment]
    return parser


_MARKDOWN = _parser()
