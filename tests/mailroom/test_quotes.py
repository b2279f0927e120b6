"""What is new in a mail, as the usual programs write answers, and as nobody should."""

import time

import pytest

from mailroom.html_text import text_of
from mailroom.quotes import new_in

OUTLOOK = "________________________________\r\n"
ANSWERS = {
    "Gmail": (
        "Sure, go ahead.\n\nOn Mon, 16 Nov 2026 at 10:21, Street labels (CloudFactory) <\nportal@x.example> wrote:\n\n"
        "> Hello Olive,\n>\n> Ada wrote: shall we?\n",
        "Sure, go ahead.",
    ),
    "Outlook": (
        "Please start on Monday.\r\n\r\nBest regards,\r\nOlive Owner\r\nAcme Ltd\r\n\r\n"
        + OUTLOOK
        + "From: Street labels "
        "<reply+a@x.example>\r\nSent: Monday, 16 November 2026 10:21\r\nTo: Olive <o@a.example>\r\nSubject: "
        "WorkStream: "
        "Street labels\r\n\r\nHello Olive,\r\nAda wrote: shall we?\r\n",
        "Please start on Monday.",
    ),
    "Apple Mail": (
        "Yes please.\n\nSent from my iPhone\n\n> On 16 Nov 2026, at 10:21, Street labels <p@x.example> "
        "wrote:\n> \n> Hello\n",
        "Yes please.",
    ),
    "Outlook in German": (
        "Gerne, am Montag.\n\nMit freundlichen Grüßen\nOlive Owner\nAcme GmbH\n\nVon: Street labels "
        "<reply+a@x.example>\n"
        "Gesendet: Montag, 16. November 2026 10:21\nAn: Olive <o@a.example>\nBetreff: WorkStream: Street "
        "labels\n\nHello\n",
        "Gerne, am Montag.",
    ),
    "Gmail in German": (
        "Gerne.\n\nAm Mo., 16. Nov. 2026 um 10:21 Uhr schrieb Street labels <\np@x.example>:\n\n> Hello\n",
        "Gerne.",
    ),
    "Outlook in French": (
        "D'accord.\n\nDe : Street labels <reply+a@x.example>\nEnvoyé : lundi 16 novembre 2026 10:21\nÀ : Olive "
        "<o@a.example>\n"
        "Objet : WorkStream: Street labels\n\nHello Olive\n",
        "D'accord.",
    ),
    "Gmail in French": (
        "D'accord.\n\nLe lun. 16 nov. 2026 à 10:21, Street labels <p@x.example> a écrit :\n\n> Hello\n",
        "D'accord.",
    ),
    "Outlook in Spanish": (
        "De acuerdo.\n\nDe: Street labels <reply+a@x.example>\nEnviado: lunes, 16 de noviembre de 2026 10:21\n"
        "Para: Olive <o@a.example>\nAsunto: WorkStream: Street labels\n\nHello\n",
        "De acuerdo.",
    ),
    "Gmail in Spanish": (
        "De acuerdo.\n\nEl lun, 16 nov 2026 a las 10:21, Street labels (<p@x.example>) escribió:\n\n> Hello\n",
        "De acuerdo.",
    ),
    "a program in Finnish": (
        "Selvä.\n\nStreet labels <p@x.example> kirjoitti 16.11.2026 klo 10.21:\n\n> Hello\n",
        "Selvä.",
    ),
    "below the quotation": (
        "On Mon, 16 Nov 2026 at 10:21, Street labels <p@x.example> wrote:\n> Shall we start?\n\nYes, on "
        "Monday.\n\n-- \nOlive\n",
        "Yes, on Monday.",
    ),
    "between the lines": (
        "My answers are below.\n\nOn Mon, 16 Nov 2026 at 10:21, Street labels <p@x.example> wrote:\n> Shall "
        "we?\n\nYes.\n\n> When?\n",
        "My answers are below.\n\n\nYes.",
    ),
    "passed on": (
        "See below.\n\n---------- Forwarded message ---------\nFrom: Bob <bob@b.example>\nDate: Mon, 16 Nov 2026\n"
        "Subject: Samples\n\nThe samples are ready.\n",
        "See below.\n\n---------- Forwarded message ---------\nFrom: Bob <bob@b.example>\nDate: Mon, 16 Nov 2026\n"
        "Subject: Samples\n\nThe samples are ready.",
    ),
    "with a list": ("Three things:\n\n- one\n- two\n- three", "Three things:\n\n- one\n- two\n- three"),
    "that begins with thanks": (
        "Hello,\n\nThanks, I will be there.\nThe file is on the server.",
        "Hello,\n\nThanks, I will be there.\nThe file is on the server.",
    ),
    "with thanks, and more to say": (
        "Yes.\n\nThank you,\nand send me the file.",
        "Yes.\n\nThank you,\nand send me the file.",
    ),
    "with indented lines": ("Try\n\n    if x:\n        y()", "Try\n\n    if x:\n        y()"),
    "of nothing but a quotation": ("> a\n> b\n", ""),
    "of nothing": ("", ""),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_only_what_is_new_is_kept(name: str) -> None:
    text, new = ANSWERS[name]

    assert new_in(text) == new


@pytest.mark.parametrize(
    "text",
    [
        "On " + "a " * 100_000,
        ("On " + "a " * 140 + "\n") * 600,
        "From: x\n" * 20_000,
        ">" * 200_000,
        "> On x\n" * 30_000,
        "\n\n___" * 30_000,
        ("CAUTION: " + "mail " * 50 + "\n") * 500,
        "-" * 200_000,
        " " * 200_000,
        "Best,\n" * 30_000,
    ],
    ids=lambda text: f"{text[:12]!r}",
)
def test_no_text_keeps_a_worker_busy(text: str) -> None:
    began = time.process_time()
    new_in(text)

    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (
            '<div dir="ltr">Sure,<br>go ahead.</div><br><div class="gmail_quote"><div>On Mon, 16 Nov 2026 at 10:21, '
            "Labels &lt;p@x.example&gt; wrote:<br></div><blockquote>Hello<br>Olive</blockquote></div>",
            "Sure,\ngo ahead.\n\nOn Mon, 16 Nov 2026 at 10:21, Labels <p@x.example> wrote:\n> Hello\n> Olive",
        ),
        ("<ul><li>one</li><li>two</li></ul><p>end</p>", "- one\n- two\n\nend"),
        ("<style>p {}</style><script>x()</script><p>seen</p><title>no</title>", "seen"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ("<p>broken <b>html", "broken html"),
        ("</script></style></blockquote>text", "text"),
    ],
)
def test_the_text_of_html_is_what_a_reader_sees(html: str, text: str) -> None:
    assert text_of(html) == text


def test_an_html_answer_is_cut_as_a_text_is() -> None:
    html = "<p>Yes.</p><div>On Mon, 16 Nov 2026, Labels &lt;p@x.example&gt; wrote:</div><blockquote>Hello</blockquote>"

    assert new_in(text_of(html)) == "Yes."
