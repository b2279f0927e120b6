"""Writing the mails that are due: held ones, bundles, digests.

A mail is a row of the queue. It is written in the same transaction that marks what it tells as written, so a worker
that dies in between has done neither, and nothing is told twice or lost. Two workers never write for one person at the
same time: an advisory lock makes the second one step over that person.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import User
from activity.models import Event
from notifications import compose, times
from notifications.notices import Notification
from notifications.policy import TOPICS, Bundle, Topic, When, offered_to
from notifications.wants import Wants, zone_of
from workstreams.models import WorkStream

logger = logging.getLogger(__name__)

AFTER_A_FAULT = timedelta(minutes=5)
# The first number of the advisory locks: writing mails for the person whose key is the second.
LOCK = 7_201
# So many people's mails are looked up at once.
PEOPLE = 200
# One mail tells of no more; the rest is in the portal.
MOST = 300

MailState = Notification.MailState


def write_due(*, now: datetime) -> None:
    """Write every mail that is due. Safe to run twice, late, or at the same time as itself."""
    last = 0
    while people := _people_after(last, now):
        for person in people:
            try:
                write_for(person, now=now)
            except Exception:
                logger.exception("The mails for person %s could not be written; tried again later.", person)
                Notification.objects.due(now=now).filter(person=person).update(due_at=now + AFTER_A_FAULT)
        last = people[-1]


def _people_after(last: int, now: datetime) -> list[int]:
    due = Notification.objects.due(now=now).filter(person__gt=last)
    return list(due.order_by("person").values_list("person", flat=True).distinct()[:PEOPLE])


@transaction.atomic
def write_for(person_id: int, *, now: datetime, event: Event | None = None) -> None:
    """Write what is due for one person, or only what one event told them, unless another worker is at it."""
    if event is None and not _take(person_id):
        return
    waiting = Notification.objects.waiting().filter(person=person_id)
    if event is not None:
        waiting = waiting.filter(event=event)
    rows = list(
        waiting.select_related("workstream__organization", "workstream__lead", "event__actor", "actor")
        .order_by("pk")
        .select_for_update(of=("self",))[:MOST]
    )
    person = User.objects.select_related("organization").get(pk=person_id)
    bundles: dict[tuple[Bundle, int], list[Notification]] = {}
    for row in rows:
        bundles.setdefault(_bundle_of(row), []).append(row)
    for together in bundles.values():
        if any(row.due_at is not None and row.due_at <= now for row in together):
            _write(person, together, now=now)


def _take(person_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK, person_id])
        return bool(cursor.fetchone()[0])


def _bundle_of(row: Notification) -> tuple[Bundle, int]:
    """What goes into one mail: the kind of bundle, and the WorkStream or row it is about; 0 for all together."""
    bundle = TOPICS[row.topic].bundle
    if bundle == Bundle.EACH:
        return bundle, row.pk
    return bundle, (row.workstream_id or 0) if bundle.is_of_one_workstream else 0


def _write(person: User, rows: list[Notification], *, now: datetime) -> None:
    """One mail about these rows, as far as it is still wanted and needed."""
    wanted = _still_wanted(person, rows)
    unneeded = [row for row in rows if row not in wanted]
    if wanted and (until := _quiet_until(person, wanted, now)):
        Notification.objects.filter(pk__in=[row.pk for row in wanted]).update(due_at=until)
        wanted = []
    if wanted:
        told = compose.compose(person, wanted)
        written = [row.pk for row in wanted if row in told]
        unneeded += [row for row in wanted if row not in told]
        Notification.objects.filter(pk__in=written).update(mail=MailState.WRITTEN, due_at=None)
        for row in wanted:
            if row in told and row.event_id is None:
                Notification.objects.filter(pk=row.pk).update(mailed=row.mailed)
    Notification.objects.filter(pk__in=[row.pk for row in unneeded]).update(mail=MailState.UNNEEDED, due_at=None)


def _still_wanted(person: User, rows: Iterable[Notification]) -> list[Notification]:
    """Those this person may still see, still wants, and has not read meanwhile."""
    if not person.is_active:
        return []
    known: dict[int, tuple[bool, Wants]] = {}
    wanted = []
    for row in rows:
        topic = TOPICS[row.topic]
        key = row.workstream_id or 0
        if key not in known:
            known[key] = _sees(person, row.workstream), Wants([person], row.workstream)
        sees, wants = known[key]
        sees = sees and (person.is_internal or topic in offered_to(person))
        is_read = row.read_at is not None and topic.mail.when != When.AT_ONCE
        if sees and wants.by_mail(person, topic) and not is_read:
            wanted.append(row)
    return wanted


def _sees(person: User, workstream: WorkStream | None) -> bool:
    return workstream is None or WorkStream.objects.visible_to(person).filter(pk=workstream.pk).exists()


def _quiet_until(person: User, rows: list[Notification], now: datetime) -> datetime | None:
    """When the person's quiet hours end, if this mail keeps to them."""
    topics: list[Topic] = [TOPICS[row.topic] for row in rows]
    if not all(topic.mail.keeps_quiet for topic in topics):
        return None
    if not Wants([person], None).preferences(person).has_quiet_hours:
        return None
    return times.end_of_quiet(now, zone_of(person))
