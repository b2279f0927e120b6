"""The table of events in the documentation."""

from pathlib import Path

import pytest

from activity.registry import Registry
from activity.table import markdown, put_into

PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"


def test_the_documented_table_is_current() -> None:
    assert PAGE.read_text() == put_into(PAGE.read_text()), "Run: manage.py activity_table"


def test_a_row_names_what_follows() -> None:
    registry = Registry()
    registry.declare("door.opened", "opened the door", for_clients=True)
    registry.follows("door.opened", "a bell rings")(lambda _: None)

    assert markdown(registry).splitlines()[2] == "| `door.opened` | opened the door | yes | a bell rings |"


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the lines"):
        put_into("# A page")
