"""What people want to hear: their preferences, and how much of this WorkStream."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from accounts.models import User
from notifications.notices import Level, Loudness, Preferences
from notifications.policy import Topic
from workstreams.models import WorkStream

_HEARS = {
    Loudness.EVERYTHING: frozenset(Loudness),
    Loudness.ANSWERS: frozenset({Loudness.ANSWERS, Loudness.NOTHING}),
    Loudness.NOTHING: frozenset({Loudness.NOTHING}),
}


class Wants:
    """What some people want to hear of one WorkStream, or of none: two questions for all of them."""

    def __init__(self, people: Iterable[User], workstream: WorkStream | None) -> None:
        """Read what they chose."""
        ids = [person.pk for person in people]
        self._preferences = Preferences.objects.in_bulk(ids)
        rows = Level.objects.filter(workstream=workstream, user__in=ids) if workstream else Level.objects.none()
        self._levels = {row.user_id: Loudness(row.level) for row in rows}

    def preferences(self, person: User) -> Preferences:
        """Theirs, or what everybody has who chose nothing."""
        return self._preferences.get(person.pk) or Preferences(user=person)

    def loudness(self, person: User) -> Loudness:
        """How much they hear of this WorkStream."""
        return self._levels.get(person.pk, Loudness.EVERYTHING)

    def in_app(self, person: User, topic: Topic) -> bool:
        """Whether it stands in their bell."""
        return topic.is_in_app and self._hears(person, topic, self.preferences(person).not_in_app)

    def by_mail(self, person: User, topic: Topic) -> bool:
        """Whether they get a mail."""
        return topic.is_mailed and self._hears(person, topic, self.preferences(person).not_by_mail)

    def _hears(self, person: User, topic: Topic, off: list[str]) -> bool:
        if topic.must:
            return True
        return topic.name not in off and topic.level in _HEARS[self.loudness(person)]


def zone_of(person: User) -> ZoneInfo:
    """Their time zone; UTC for a name that the time zone database has lost."""
    try:
        return ZoneInfo(person.time_zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
