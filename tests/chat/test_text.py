"""What people wrote, as HTML."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.text import with_links


def linked(text: str) -> list[str]:
    return re.findall(r'<a href="([^"]*)"', with_links(text))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://example.com/a?b=1&c=2.", "https://example.com/a?b=1&amp;c=2"),
        ("(https://example.com/x)", "https://example.com/x"),
        ("https://en.example.org/wiki/Label_(data), as said", "https://en.example.org/wiki/Label_(data)"),
        ("HTTP://EXAMPLE.COM/", "HTTP://EXAMPLE.COM/"),
        ("https://münchen.example/straße", "https://münchen.example/straße"),
    ],
)
def test_web_addresses_become_links(text: str, address: str) -> None:
    assert linked(text) == [address]


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "https://", "xhttps://example.com"]
)
def test_nothing_else_becomes_a_link(text: str) -> None:
    assert linked(text) == []


def test_a_link_opens_elsewhere_and_tells_nothing() -> None:
    assert 'target="_blank" rel="noopener noreferrer nofollow"' in with_links("https://example.com")


def test_markup_is_text() -> None:
    assert with_links("<b onclick='x'>&amp;</b>") == "&lt;b onclick=&#x27;x&#x27;&gt;&amp;amp;&lt;/b&gt;"
    assert linked('https://example.com/"onmouseover="alert(1)') == ["https://example.com/"]


@given(st.text(alphabet=st.sampled_from("ab:/.?&<>\"'()[]\\ \nhttps*,;#=é")))
def test_no_text_makes_markup_of_its_own(text: str) -> None:
    html = str(with_links("http://a" + text))
    without_links = re.sub(
        r'<a href="https?://[^"<>\s]*" target="_blank" rel="noopener noreferrer nofollow">|</a>', "", html
    )

    assert not re.search(r"[<>\"']", without_links)
