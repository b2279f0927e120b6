"""The list of rules names files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINES = [line for line in (ROOT / "docs" / "requirements.md").read_text().splitlines() if re.match(r"\| [A-Z]\d", line)]


def test_every_rule_says_where_it_lives_and_which_test_shows_it() -> None:
    assert LINES
    for line in LINES:
        rule, asks, where, shown = (cell.strip() for cell in line.strip("|").split(" | "))
        assert asks, rule
        assert where, rule
        assert "test" in shown, f"{rule} names no test"


def test_every_file_it_names_exists() -> None:
    named = {path for line in LINES for path in re.findall(r"`((?:\w+/)+[\w.]+\.(?:py|html|js|css|md))`", line)}
    known = {str(path.relative_to(ROOT)) for path in ROOT.glob("[a-z]*/**/*.*")}

    assert {path for path in named if not any(there.endswith(path) for there in known)} == set()
