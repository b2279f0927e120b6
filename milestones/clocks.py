"""Promised times, counted on working days. Pure: no database, no clock of its own."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST_ANSWER_WITHIN = timedelta(hours=24)

_SATURDAY = 5


def first_answer_due(started_at: datetime, *, zone: ZoneInfo) -> datetime:
    """By when the team has promised its first answer: 24 hours on working days after the start (V1)."""
    return add_working_time(started_at, FIRST_ANSWER_WITHIN, zone=zone)


def add_working_time(start: datetime, span: timedelta, *, zone: ZoneInfo) -> datetime:
    """The moment at which `span` has passed since `start`, when Saturdays and Sundays do not count.

    Days are those of `zone`, the office's; the result is in UTC. Hours of a working day all count, day and night.
    """
    moment = start.astimezone(UTC)
    while True:
        midnight = _next_midnight(moment, zone)
        if moment.astimezone(zone).weekday() < _SATURDAY:
            if moment + span <= midnight:
                return moment + span
            span -= midnight - moment
        moment = midnight


def _next_midnight(moment: datetime, zone: ZoneInfo) -> datetime:
    tomorrow = moment.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)
