"""When a mail may be written: quiet hours, mornings and digests in a person's own zone.

Everything is reckoned in local time and turned into UTC at the end, so that the days on which clocks change have their
quiet hours from eight to seven like any other.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_UNTIL = time(20), time(7)
NOON = time(12)
SATURDAY = 5


def end_of_quiet(now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the quiet hours end that `now` lies in; None when it lies in none."""
    here = now.astimezone(zone)
    if QUIET_UNTIL <= here.time() < QUIET_FROM:
        return None
    day = here.date() if here.time() < QUIET_UNTIL else here.date() + timedelta(days=1)
    return _at(day, QUIET_UNTIL, zone)


def next_digest(after: datetime, zone: ZoneInfo, at: time, *, weekdays: bool) -> datetime:
    """The first digest after a moment; on weekdays only, or on any day."""
    day = after.astimezone(zone).date()
    while (moment := _at(day, at, zone)) <= after or (weekdays and day.weekday() >= SATURDAY):
        day += timedelta(days=1)
    return moment


def morning(now: datetime, zone: ZoneInfo, at: time) -> datetime:
    """Now, if it is morning, else the next morning: for what should be read before the day's work."""
    here = now.astimezone(zone)
    if at <= here.time() < max(NOON, at):
        return now
    return next_digest(now, zone, at, weekdays=False)


def next_hour(now: datetime) -> datetime:
    """The next full hour."""
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time of a day. What a change of clocks leaves out comes an hour later, as everybody's clock says."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
