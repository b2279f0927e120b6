"""Promised times."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.clocks import first_answer_due

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  a bound
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"]).map(
    ZoneInfo
)


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the week that begins on Monday, 2 November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("started", "due"),
    [
        (berlin(2, 10), berlin(3, 10)),  # Monday to Tuesday
        (berlin(5, 23, 59), berlin(6, 23, 59)),  # Thursday night to Friday night
        (berlin(6, 15), berlin(9, 15)),  # Friday to Monday
        (berlin(6, 0), berlin(7, 0)),  # the whole Friday
        (berlin(7, 12), berlin(10, 0)),  # Saturday counts from Monday
        (berlin(8, 23), berlin(10, 0)),  # Sunday too
    ],
)
def test_the_first_answer_is_due_one_working_day_later(started: datetime, due: datetime) -> None:
    assert first_answer_due(started, zone=BERLIN) == due


def test_the_weekend_is_the_offices() -> None:
    started = datetime(2026, 11, 6, 23, 30, tzinfo=UTC)  # already Saturday in Berlin

    assert first_answer_due(started, zone=BERLIN) == datetime(2026, 11, 9, 23, 0, tzinfo=UTC)
    assert first_answer_due(started, zone=ZoneInfo("UTC")) == datetime(2026, 11, 9, 23, 30, tzinfo=UTC)


@given(MOMENTS, ZONES)
def test_nobody_waits_less_than_a_day_or_longer_than_a_weekend_more(started: datetime, zone: ZoneInfo) -> None:
    waits = first_answer_due(started, zone=zone) - started

    assert timedelta(hours=24) <= waits <= timedelta(hours=24 + 49)  # a clock change may add an hour


@given(MOMENTS, ZONES, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9)))
def test_who_starts_later_is_not_due_earlier(started: datetime, zone: ZoneInfo, later: timedelta) -> None:
    assert first_answer_due(started, zone=zone) <= first_answer_due(started + later, zone=zone)
