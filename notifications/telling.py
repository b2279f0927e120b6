"""Writing down who is told of an event, in the event's own transaction."""

from datetime import datetime, timedelta

from accounts.models import User
from activity.models import Event
from activity.record import nudge
from notifications import dispatch, times
from notifications.audiences import Told
from notifications.notices import Notification, Preferences
from notifications.policy import Topic, When, topics_of
from notifications.wants import Wants, zone_of

# A digest tells a client of what they have not read for so long (there is none for them otherwise).
A_DAY = timedelta(days=1)
# A change of many can be undone; until then nobody needs to hear of it by mail.
MANY_HELD = timedelta(minutes=10)
# Mails to so many are written along with the event; those to more by a worker.
FEW = 3

MailState = Notification.MailState


def tell_of(event: Event) -> None:
    """Write what each person is told of an event; a chat's messages are gone through later (`rounds`)."""
    for topic in topics_of(event.verb):
        if topic.mail.when != When.TALK:
            _tell(topic, event)


def _tell(topic: Topic, event: Event) -> None:
    people = _people(topic, event)
    if not people:
        return
    wants = Wants([one.person for one in people], event.workstream)
    rows = [row for one in people if (row := _row(topic, event, one, wants)) and (row.is_in_app or row.mail)]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    if any(row.due_at is not None and row.due_at <= event.at for row in rows):
        if len(rows) <= FEW:
            for row in rows:
                dispatch.write_for(row.person_id, now=event.at, event=event)
        else:
            from notifications.tasks import write_due_mails  # noqa: PLC0415  the task comes here too

            nudge(write_due_mails)


def _people(topic: Topic, event: Event) -> list[Told]:
    """Everybody once, without whoever did it and whoever has left."""
    told: dict[int, Told] = {}
    for one in topic.audience(event):
        is_own = one.person.pk == event.actor_id and not topic.tells_actor
        if one.person.is_active and not is_own:
            told.setdefault(one.person.pk, one)
    return list(told.values())


def _row(topic: Topic, event: Event, one: Told, wants: Wants) -> Notification:
    by_mail = one.by_mail and wants.by_mail(one.person, topic)
    return Notification(
        person=one.person,
        workstream=event.workstream,
        topic=topic.name,
        event=event,
        actor=one.actor or event.actor,
        about=one.about,
        because=one.because,
        at=event.at,
        is_in_app=wants.in_app(one.person, topic),
        mail=MailState.WAITING if by_mail else MailState.NONE,
        waits_since=event.at if by_mail else None,
        due_at=_due(topic, event, one.person, wants) if by_mail else None,
    )


def _due(topic: Topic, event: Event, person: User, wants: Wants) -> datetime:
    moment = due(topic, person, wants.preferences(person), event.at)
    return max(moment, event.at + MANY_HELD) if event.data.get("bulk") else moment


def due(topic: Topic, person: User, preferences: Preferences, now: datetime) -> datetime:
    """When the mail of something that happened now is to be written, quiet hours aside."""
    when, zone = topic.mail.when, zone_of(person)
    if when == When.DIGEST:
        # Colleagues each working day; clients only of what lies unread for a day.
        after = now if person.is_team else now + A_DAY
        return times.next_digest(after, zone, preferences.digest_at, weekdays=person.is_team)
    if when == When.MORNING:
        return times.morning(now, zone, preferences.digest_at)
    if when == When.HOURLY:
        return times.next_hour(now)
    return now + topic.mail.hold
