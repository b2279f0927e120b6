"""What people write in Intercom, as the chat understands it."""

import pytest

from chat.text import as_html
from integrations.intercom.markup import read

MENTION = '<a class="entity_mention" href="//app.intercom.io/apps/abc/admin/493881">Joe Bloggs</a>'


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p></p>", ""),
        ("plain\ntext", "plain\ntext"),
        ("<p>Hi Ann</p>", "Hi Ann"),
        ("<p>a<br>\nb</p><p>c</p>", "a\nb\n\nc"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("a<br><br><br><br>b", "a\n\nb"),
        ("<p>Hi <b>Ann</b> &amp; <em>Bob</em>, &lt;b&gt;</p>", "Hi **Ann** & *Bob*, <b>"),
        ("<p>t <i> x </i>y</p>", "t  *x* y"),
        ("<p><b></b>a <b> </b>b</p>", "a  b"),
        ("<h2>Title</h2><p>text</p>", "**Title**\n\ntext"),
        ("<p><code>x = 1</code></p>", "`x = 1`"),
        ("<pre><code>a  b\n  c</code></pre>", "```\na  b\n  c\n```"),
        ("<ul><li>one</li><li><p>two</p><ul><li>in</li></ul></li></ul><p>after</p>", "- one\n- two\n  - in\n\nafter"),
        ('<ol start="3"><li><p>a</p></li><li>b</li></ol>', "3. a\n4. b"),
        ("<blockquote><p>q1</p><p>q2</p></blockquote><p>x</p>", "> q1\n>\n> q2\n\nx"),
        ('<a href="https://x.test/a">the plan</a>', "[the plan](https://x.test/a)"),
        ('<a href="https://x.test">https://x.test</a>', "https://x.test"),
        ('<a href="https://x.test/a">https://bank.test</a>', "https://bank.test https://x.test/a"),
        ('<a href="javascript:alert(1)">x</a><script>alert(1)</script><style>p{}</style>', "x"),
        (f"<p>cc {MENTION}!</p>", "cc @Joe Bloggs!"),
        ("<p>broken <b>bold <i>both</b></i> end", "broken bold *both* end"),
        ("</p></ul></pre></blockquote></a>x<", "x<"),
    ],
)
def test_html_becomes_what_the_chat_understands(html: str, text: str) -> None:
    assert read(html).text == text


def test_a_mention_and_a_picture_are_known() -> None:
    found = read(f'<p>{MENTION} <img src="https://d.test/a/b.png?x=1" alt=""> <img src="data:image/png;base64,AA"></p>')

    assert found.mentioned == {"493881": "Joe Bloggs"}
    assert [(picture.name, picture.url) for picture in found.pictures] == [("b.png", "https://d.test/a/b.png?x=1")]


@pytest.mark.parametrize("depth", [10, 3000])
@pytest.mark.parametrize("tag", ["blockquote", "ul", "b", "pre", "a", "div"])
def test_what_is_nested_without_end_is_read_in_time(tag: str, depth: int) -> None:
    assert "x" in read(f"<{tag}>" * depth + "x").text


def test_no_tag_comes_through() -> None:
    html = '<p onclick="x">&lt;img src=x onerror=alert(1)&gt; <svg><script>x</script></svg><b>**&lt;b&gt;**</b></p>'

    assert "<img" not in as_html(read(html).text)
    assert "<script" not in as_html(read(html).text)
