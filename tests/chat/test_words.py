"""What counts as a word."""

import pytest
from django.db import connection

from chat.search.views import excerpt
from chat.search.words import matches, query_of, terms_of, vector_of

TEXT = "Señor Müller sends invoice INV-2024-0012 for batch abc123; ラベルを確認 before the “second delivery”."


@pytest.mark.parametrize(
    ("question", "is_found"),
    [
        ("invoice", True),
        ("INVOICE", True),
        ("inv", True),
        ("voice", False),
        ("in", False),
        ("senor muller", True),
        ("muller senor", True),
        ('"muller senor"', False),
        ('"Señor Müller"', True),
        ('"Señor Müll"', False),
        ("INV-2024", True),
        ("2024-0012", True),
        ("0012-2024", False),
        ("abc123", True),
        ("123", True),
        ("確認", True),
        ("認確", False),
        ("second delivery", True),
        ("second deliveries", False),
        ("'; --", True),
        ("invoice & | ! ( ) :*", True),
    ],
)
def test_a_text_answers_the_same_way_here_and_in_the_database(question: str, is_found: bool, db: None) -> None:
    terms = terms_of(question)
    assert matches(TEXT, terms) is is_found
    if not terms:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ %s::tsquery", [vector_of(TEXT, ["~w1"]), query_of(terms)])
        assert cursor.fetchone()[0] is is_found


def test_no_text_can_look_like_a_mark(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::tsvector @@ '''~w1'''::tsquery", [vector_of("~w1 '~w1' \\~w1", ["~w2"])])
        assert cursor.fetchone()[0] is False


def test_a_very_long_text_can_be_stored(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(%s::tsvector)", [vector_of("x " * 9_000 + "y" * 500 + " z", [])])
        assert cursor.fetchone()[0] == 3


def test_what_was_asked_for_is_marked_and_the_rest_is_escaped() -> None:
    assert excerpt("<b>Müller</b> & Sons", terms_of("mul son")) == (
        "&lt;b&gt;<mark>Müller</mark>&lt;/b&gt; &amp; <mark>Sons</mark>"
    )


def test_an_answer_shows_the_part_that_was_asked_for() -> None:
    found = excerpt("word " * 100 + "needle " + "word " * 100, terms_of("needle"))

    assert "<mark>needle</mark>" in found
    assert len(found) < 400
    assert found[0] == found[-1] == "…"
