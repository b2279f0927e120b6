"""What people wrote, as HTML."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_LINK = re.compile(r"\bhttps?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)
_NOT_AT_THE_END = ".,:;!?…*_"
_PAIRS = {")": "(", "]": "["}


def with_links(text: str) -> SafeString:
    """The text as HTML: everything escaped, and web addresses made into links. Only http and https ever are."""
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        address = _trimmed(match.group())
        if "://" not in address or address.endswith("://"):
            continue
        parts.append(escape(text[end : match.start()]))
        parts.append(
            f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow">{escape(address)}</a>'
        )
        end = match.start() + len(address)
    parts.append(escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308  every part was escaped above


def _trimmed(address: str) -> str:
    """Without the full stop or the closing bracket that belongs to the sentence around it."""
    while address:
        last = address[-1]
        is_stray = last in _PAIRS and address.count(last) > address.count(_PAIRS[last])
        if last not in _NOT_AT_THE_END and not is_stray:
            break
        address = address[:-1]
    return address
