"""The list of what happens often, which indexes are made with."""

from activity.models import OFTEN
from activity.registry import registry


def test_the_indexes_leave_out_what_the_apps_call_often() -> None:
    assert sorted(registry.often()) == OFTEN
