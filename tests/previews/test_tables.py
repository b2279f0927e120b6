"""What the preview of a CSV says of it."""

from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from workstreams.previews import tables
from workstreams.previews.outcome import CannotPreview

GOOD = "id,name,day\n1,Anna,2025-11-03\n2,Ben,2025-11-04\n"


def facts(content: str | bytes, tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "some.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return tables.look(path).facts


def hints(content: str | bytes, tmp_path: Path) -> list[str]:
    found: list[str] = facts(content, tmp_path)["hints"]
    return found


def test_a_good_one_has_headings_rows_and_nothing_to_mend(tmp_path: Path) -> None:
    found = facts(GOOD, tmp_path)

    assert found["separator"] == "comma"
    assert found["encoding"] == "UTF-8"
    assert found["headings"] == ["id", "name", "day"]
    assert found["rows"] == [["1", "Anna", "2025-11-03"], ["2", "Ben", "2025-11-04"]]
    assert (found["columns"], found["row_count"], found["is_whole"]) == (3, 2, True)
    assert found["hints"] == ["The first row looks like headings."]


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolon"), ("\t", "tab"), ("|", "vertical bar")])
def test_the_separator_is_found(separator: str, word: str, tmp_path: Path) -> None:
    found = facts(GOOD.replace(",", separator), tmp_path)

    assert found["separator"] == word
    assert found["headings"] == ["id", "name", "day"]


def test_separators_within_quotes_are_text(tmp_path: Path) -> None:
    found = facts('id,name\n1,"Okafor, Maria"\n2,"She said ""no"""\n3,"two\nlines"\n', tmp_path)

    assert found["rows"] == [["1", "Okafor, Maria"], ["2", 'She said "no"'], ["3", "two\nlines"]]


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        ("a,b,c\n1,2,3\n4,5\n6\n7,8,9\n", "2 rows have fewer columns than the other rows (lines 3, 4)."),
        ("a,b\n1,2\n3,4,5\n6,7\n", "1 row has more columns than the other rows (line 3)."),
        ("1,2\n3,4\n", "The first row looks like data: there are no headings."),
        ("a,b,a\n1,2,3\n", "The heading “a” is there more than once."),
        ("a,,c\n1,2,3\n", "1 column has no heading."),
        ("a,b,c\n1,,3\n4,,6\n", "Column “b” is empty."),
        (
            "a,day\n1,2025-11-03\n2,04.11.2025\n3,2025-11-05\n",
            "Column “day” has dates in 2 formats: year-month-day, day.month.year.",
        ),
        ("a,b\n1,2\n1,2\n1,2\n", "2 rows are there twice or more."),
        ("name,town\n", "There is a row of headings and nothing below it."),
        ("\ufeffa,b\n1,2\n", "It begins with a byte order mark, as spreadsheets write it. That is fine."),
    ],
)
def test_hints_say_what_to_mend(content: str, hint: str, tmp_path: Path) -> None:
    assert hint in hints(content, tmp_path)


def test_another_encoding_is_named_and_read(tmp_path: Path) -> None:
    rows = "".join(f"{n};Jürgen Groß;Köln, größere Straße {n}\n" for n in range(20))
    found = facts(f"Nr;Name;Straße\n{rows}".encode("cp1252"), tmp_path)

    assert found["headings"] == ["Nr", "Name", "Straße"]
    assert found["rows"][0][1] == "Jürgen Groß"
    assert any(hint.startswith("The file is not UTF-8") for hint in found["hints"])


@pytest.mark.parametrize(
    ("codec", "words", "label"),
    [
        ("cp1252", "København;Malmö;rødgrød", "Windows-1252"),
        ("cp1252", "name;café;naïve;“quoted” – dash", "Windows-1252"),
        ("cp1251", "Москва;Привет мир;улица Ленина", "Windows-1251"),
        ("shift_jis", "東京;日本語のテキスト;こんにちは", "Shift JIS"),
        ("gb18030", "北京;你好世界;测试", "GB 18030"),
    ],
)
def test_letters_of_many_languages_are_read(codec: str, words: str, label: str, tmp_path: Path) -> None:
    found = facts(((words + "\n") * 9).encode(codec), tmp_path)

    assert found["encoding"] == label
    assert found["rows"][-1] == words.split(";")


def test_utf_16_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    found = facts(GOOD.replace(",", "\t").encode("utf-16"), tmp_path)

    assert (found["encoding"], found["headings"]) == ("UTF-16", ["id", "name", "day"])


def test_twenty_rows_are_shown_and_long_cells_and_rows_are_cut(tmp_path: Path) -> None:
    wide = ",".join(["x" * 300] * 50)
    found = facts("\n".join([wide] * 30), tmp_path)

    assert len(found["rows"]) == 20
    assert {len(row) for row in found["rows"]} == {40}
    assert {len(cell) for row in found["rows"] for cell in row} == {200}


def test_a_row_that_was_cut_off_is_no_short_row(tmp_path: Path) -> None:
    found = facts("a,b,c\n" + "1,2,3\n" * 200_000, tmp_path)

    assert not found["is_whole"]
    assert not any("fewer" in hint for hint in found["hints"])


@pytest.mark.parametrize(
    "content",
    [
        b"x" * 3_000_000,
        b'"' + b"a,\n" * 700_000,
        b'"' * 1_000_000,
        ("\U0001f6a6;" * 200_000).encode(),
        b"a b c d e f g h " * 60_000,
        b"\\\"'," * 300_000,
    ],
    ids=["a line without end", "a quote left open", "quotes only", "emoji", "words", "signs"],
)
def test_hostile_tables_take_a_moment_and_end(content: bytes, tmp_path: Path) -> None:
    began = monotonic()
    found = facts(content, tmp_path)

    assert monotonic() - began < 10
    assert len(found["rows"]) <= 20


@pytest.mark.parametrize("content", [b"", b"  \n\n \r\n", b"," * 2_000_000, b"a,b\n1\x00,2\n", bytes(range(256)) * 20])
def test_what_is_no_table_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(CannotPreview):
        facts(content, tmp_path)


def test_signs_that_turn_a_line_around_are_shown_as_signs(tmp_path: Path) -> None:
    found = facts("name,file\nx,\u202efdp.exe\n", tmp_path)

    assert found["rows"] == [["x", "\ufffdfdp.exe"]]
