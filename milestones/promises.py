"""The promise of a first answer: until when it is due, and to whom it is still owed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from activity.models import Event, SystemActor
from milestones.clocks import first_answer_due
from workstreams.choices import EntryPoint, Side
from workstreams.models import WorkStream


@dataclass(frozen=True)
class Promise:
    """The team answers by `due`; when that has passed, it `is_late` and says so."""

    due: datetime
    is_late: bool


def first_answers_owed(workstreams: Iterable[WorkStream], *, now: datetime | None = None) -> dict[int, Promise]:
    """By primary key, the WorkStreams whose client still waits for the first answer of a person (V1).

    Those started by staff, past their first step, or closed are owed none. One query however many there are, none when
    no WorkStream can be owed one. The answers are read from the record of events, because the chat is a neighbour.
    """
    now = now or timezone.now()
    waiting = {
        row.pk: row
        for row in workstreams
        if row.is_open and row.milestone is None and row.entry_point != EntryPoint.STAFF
    }
    if not waiting:
        return {}
    # Whether there is one, however many there are: the index `event_of_an_answer` holds these and nothing else.
    answers = Event.objects.filter(
        workstream=OuterRef("pk"), verb="chat.message_posted", data__side=str(Side.TEAM)
    ).exclude(system_actor=SystemActor.PORTAL)
    rows = WorkStream.objects.filter(pk__in=waiting).annotate(is_answered=Exists(answers))
    answered = {key for key, is_answered in rows.values_list("pk", "is_answered") if is_answered}
    promises = {}
    for key, row in waiting.items():
        if key not in answered:
            due = first_answer_due(row.created_at, zone=settings.WORKING_TIME_ZONE)
            promises[key] = Promise(due, is_late=due < now)
    return promises
