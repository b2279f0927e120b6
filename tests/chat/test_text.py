"""What people wrote, as HTML."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.text import as_html, as_plain_text, with_links, with_mentions

ELSEWHERE = 'target="_blank" rel="noopener noreferrer nofollow"'


def linked(text: str) -> list[str]:
    """The addresses of the links; the same in a text with markup."""
    found = re.findall(r'<a href="([^"]*)"', with_links(text))
    assert re.findall(r'<a href="([^"]*)"', as_html(f"*so* {text}")) == found
    return found


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


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** and *italic*", "<p><strong>bold</strong> and <em>italic</em></p>"),
        ("say `<b> *x*`", "<p>say <code>&lt;b&gt; *x*</code></p>"),
        ("```\na <b>\n  c\n```", "<pre><code>a &lt;b&gt;\n  c</code></pre>"),
        ("two:\n- one\n- two", "<p>two:</p><ul><li>one</li><li>two</li></ul>"),
        ("3. three\n4. four", '<ol start="3"><li>three</li><li>four</li></ol>'),
        ("> they said\n> this", "<blockquote><p>they said<br>this</p></blockquote>"),
        ("*a*\nb", "<p><em>a</em><br>b</p>"),
        ("[site](https://a.example/b_c_d)", f'<p><a href="https://a.example/b_c_d" {ELSEWHERE}>site</a></p>'),
    ],
)
def test_a_little_markdown_means_something(text: str, html: str) -> None:
    assert as_html(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "# no heading",
        "---",
        "no heading\n===",
        "| a | b |\n|---|---|",
        "640*480*3 and snake_case_name",
        "&amp; &#42;",
        "    four spaces",
        "2 * 3 * 4",
        "[to]: nowhere",
        "~~struck~~",
    ],
)
def test_everything_else_stays_as_it_was_typed(text: str) -> None:
    shown = re.sub(r"<br>", "\n", re.sub(r"</?p>", "", as_html(text)))

    assert "<" not in shown
    assert shown.replace("&amp;", "&") == text


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    '[x](https://evil.example/"onmouseover="alert(1))',
    "[x](<https://evil.example/ onclick=alert(1)>)",
    "[x](https://a.example 'title\" onclick=alert(1)')",
    "![x](https://evil.example/track.png)",
    "`</code><script>alert(1)</script>`",
    "```html onload=x\n</code></pre><script>alert(1)</script>\n```",
    "> <iframe src=https://evil.example>",
    "- <style>*{display:none}</style>",
    "<https://evil.example>",
    "https://evil.example/<script>",
    "https://evil.example/'onclick='alert(1)",
    "[<b>x</b>](https://a.example)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!-- --><script>alert(1)//-->",
    "\x00<scr\x00ipt>",
]
OURS = re.compile(
    r"</?(?:p|strong|em|code|pre|ul|li|blockquote|ol)>|<br>|</a>|<ol start=\"\d+\">"
    r"|<a(?: href=\"https?://[^\"<>\s]*\")? target=\"_blank\" rel=\"noopener noreferrer nofollow\">",
    re.IGNORECASE,
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("before", ["", "*so* ", "- ", "> ", "**a `"])
def test_no_hostile_text_makes_markup_of_its_own(before: str, text: str) -> None:
    assert not re.search(r"[<>]", OURS.sub("", as_html(before + text)))


@given(st.text(alphabet=st.sampled_from("ab:/.?&<>\"'()[]\\ \n`*_-+1>~#!=é\u202e")))
def test_no_markdown_makes_markup_of_its_own(text: str) -> None:
    assert not re.search(r"[<>]", OURS.sub("", as_html(f"*a* http://a{text}")))


@given(st.text(alphabet=st.sampled_from("abc123 \n`*_-+.)>[](x")))
def test_no_word_is_lost(text: str) -> None:
    words = re.sub(r"^[ \t]*\d{1,9}[.)]", "", text, flags=re.MULTILINE)
    fences = re.sub(r"```.*", "", words)  # what follows the ticks of a code block names its language
    kept = re.sub(r"<[^>]*>", "", as_html(fences))
    if "](" not in fences:
        assert sorted(re.findall(r"[a-c]", kept)) == sorted(re.findall(r"[a-c]", fences))


@pytest.mark.parametrize(
    "piece", [">", "*", "[", "`", "_a", "**a ", "[a](", "> ", "- ", "-\n", "```\n", "<", "http:", ")"]
)
def test_no_text_keeps_the_parser_long(piece: str) -> None:
    text = ("https://x" + piece * 20_000)[:20_000]
    began = time.process_time()
    as_html(text)
    as_html(piece * 300)
    as_plain_text(text)

    assert time.process_time() - began < 1  # 0.1 s at most on a quiet machine; a careless parser needs minutes


def test_what_is_nested_too_deeply_to_show_is_shown_as_it_was_typed() -> None:
    assert as_html("> " * 30 + "**word**").endswith("&gt; **word**")


def test_plain_text_is_without_markup() -> None:
    assert as_plain_text("**Hi**, see [this](https://a.example):\n- `one`\n- two") == "Hi, see this:\none\ntwo"
    assert as_plain_text("5 * 3 <b>") == "5 * 3 <b>"


def test_names_are_set_apart_in_the_text_and_nowhere_else() -> None:
    html = with_mentions(as_html("@Ada Ash and @Ada, see https://x.example/@Ada?q"), ["Ada", "Ada Ash"])

    assert html.count('<span class="mention">@Ada Ash</span> and <span class="mention">@Ada</span>') == 1
    assert 'href="https://x.example/@Ada?q"' in html
    assert with_mentions(as_html("Hi @<b>"), ["<b>"]) == 'Hi <span class="mention">@&lt;b&gt;</span>'
