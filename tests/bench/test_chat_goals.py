"""The goals of the chat and of what runs beside it. They start servers, and are in a file that can run elsewhere."""

import pytest

from bench.frame import Bench, find_goals
from tests.bench.conftest import GOALS_OF_THE_GRID, measured


@pytest.mark.parametrize("number", [number for number in find_goals() if number not in GOALS_OF_THE_GRID])
def test_every_goal_of_the_chat_can_be_measured(bench: Bench, number: int) -> None:
    lines = measured(bench, number)

    assert lines
    # What is counted there - lost, doubled, held open - is the same at every size.
    assert [line for line in lines if line.unit == "" and line.is_met is False] == []
