"""Going through the chats for new messages, for everybody who is told of them.

Nothing of this happens while a message is stored: the chat's counter is held then, and everybody who writes there waits
for it. A worker goes through the chats every few seconds instead; that costs a message nothing, however many people
are told of it.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.models import User
from chat.models import Message, ReadMark
from notifications import audiences
from notifications.notices import Heard, Loudness, Notification, Round
from notifications.policy import TOPICS, Topic
from notifications.wants import Wants
from workstreams.choices import Side
from workstreams.codes import STAGES
from workstreams.models import WorkStream

logger = logging.getLogger(__name__)

# A chat that is gone through for the first time: what is older than this was said before anybody was told.
FIRST_LOOK_BACK = timedelta(days=1)
# A WorkStream says at most a minute late that it was active, and a message may take seconds to be committed.
OVERLAP = timedelta(minutes=5)
AT_ONCE = 500

MailState = Notification.MailState

# The indexes that know the latest activity begin with the stage, so all of them are named.
_CANDIDATES = """
SELECT w.id FROM workstreams_workstream w
  JOIN chat_counter c ON c.workstream_id = w.id
  LEFT JOIN notifications_heard h ON h.workstream_id = w.id
 WHERE w.stage = ANY(%s) AND w.last_activity_at >= %s AND c.last_message > coalesce(h.message, 0)
 ORDER BY w.id
"""


def go_round(*, now: datetime) -> None:
    """Go through every chat in which something was said since the last round. Safe to run beside itself."""
    last = Round.objects.filter(pk=Round.ONLY).first()
    since = (last.at if last else now - FIRST_LOOK_BACK) - OVERLAP
    is_complete = True
    for workstream in _candidates(since):
        try:
            while _hear(workstream, now=now):
                pass
        except Exception:
            logger.exception("Nobody was told of the latest messages of WorkStream %s.", workstream)
            is_complete = False
    if is_complete:
        Round.objects.update_or_create(pk=Round.ONLY, defaults={"at": now})


def _candidates(since: datetime) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [sorted(STAGES.values()), since])
        return [row[0] for row in cursor.fetchall()]


@transaction.atomic
def _hear(workstream_id: int, *, now: datetime) -> bool:
    """Tell of the next messages of one chat; whether there are more. Another worker at it is left alone."""
    if not Heard.objects.filter(pk=workstream_id).exists():
        long_ago = Message.objects.filter(workstream=workstream_id, created_at__lt=now - FIRST_LOOK_BACK)
        first = long_ago.order_by("-number").values_list("number", flat=True).first() or 0
        Heard.objects.get_or_create(pk=workstream_id, defaults={"message": first})
    heard = Heard.objects.select_for_update(skip_locked=True).filter(pk=workstream_id).first()
    if heard is None:
        return False
    messages = list(
        Message.objects.filter(workstream=workstream_id, number__gt=heard.message)
        .order_by("number")
        .only("number", "author", "said_by", "side", "created_at", "removed_at")[:AT_ONCE]
    )
    if not messages:
        return False
    # What the portal itself says is no news to anybody.
    said = [message for message in messages if not (message.is_automatic or message.removed_at)]
    if said:
        _tell(WorkStream.objects.select_related("lead").get(pk=workstream_id), said)
    heard.message = messages[-1].number
    heard.save(update_fields=["message"])
    return len(messages) == AT_ONCE


def _tell(workstream: WorkStream, messages: Sequence[Message]) -> None:
    for topic, side in ((TOPICS["client_message"], Side.CLIENT), (TOPICS["team_message"], Side.TEAM)):
        from_there = [message for message in messages if message.side == side]
        if from_there:
            _tell_one_side(workstream, topic, from_there)


def _tell_one_side(workstream: WorkStream, topic: Topic, messages: Sequence[Message]) -> None:
    told = _audience(topic, workstream)
    people = [one.person for one in told]
    marks = dict(ReadMark.objects.filter(workstream=workstream, user__in=people).values_list("user", "message"))
    wants = Wants(people, workstream)
    answered = _who_wrote(workstream, [p for p in people if wants.loudness(p) == Loudness.ANSWERS])
    rows = {
        row.person_id: row
        for row in Notification.objects.filter(workstream=workstream, topic=topic.name, event=None, person__in=people)
        .order_by("pk")
        .select_for_update()
    }
    first_answer = _first_answer(workstream) if topic.mail.first else None
    new, changed = [], []
    for one in told:
        person = one.person
        if wants.loudness(person) == Loudness.ANSWERS and person.pk not in answered:
            continue
        in_app, by_mail = wants.in_app(person, topic), wants.by_mail(person, topic)
        seen = marks.get(person.pk, 0)
        unread = [message for message in messages if message.number > seen]
        if not unread or not (in_app or by_mail):
            continue
        row = rows.get(person.pk)
        if row is None:
            row = Notification(person=person, workstream=workstream, topic=topic.name, because=one.because, count=0)
            new.append(row)
        else:
            changed.append(row)
        row.because = one.because
        if row.read_at is not None or row.last <= seen:
            _begin_anew(row)
        _move_up(row, unread, in_app=in_app)
        if by_mail:
            _wait(row, topic, unread, first_answer)
    Notification.objects.bulk_create(new)
    Notification.objects.bulk_update(
        changed,
        ["because", "count", "last", "actor", "at", "is_in_app", "read_at", "mail", "mailed", "waits_since", "due_at"],
        batch_size=100,
    )


def _audience(topic: Topic, workstream: WorkStream) -> list[audiences.Told]:
    """Whoever is told of this chat: it is not shown to Agile Workers (A7)."""
    told = audiences.of_side(workstream, Side.CLIENT if topic.side == Side.CLIENT else Side.TEAM)
    return [one for one in told if one.person.is_internal or not one.person.is_team]


def _begin_anew(row: Notification) -> None:
    """What the row told of was read in the portal, so no mail waits for it any more."""
    row.count, row.read_at = 0, None
    row.mail, row.waits_since, row.due_at = MailState.NONE, None, None


def _move_up(row: Notification, unread: Sequence[Message], *, in_app: bool) -> None:
    """The row of a chat tells of these messages too."""
    row.count += len(unread)
    row.last = unread[-1].number
    row.actor_id = unread[-1].author_id
    row.at = unread[-1].created_at
    row.is_in_app = in_app


def _wait(row: Notification, topic: Topic, unread: Iterable[Message], first_answer: int | None) -> None:
    """Hold the mail until the chat is silent, but not for ever."""
    unmailed = [message for message in unread if message.number > row.mailed]
    if not unmailed:
        return
    is_waiting = row.mail == MailState.WAITING and row.waits_since is not None
    since = row.waits_since if is_waiting and row.waits_since else unmailed[0].created_at
    until = min(unmailed[-1].created_at + topic.mail.hold, since + topic.mail.longest)
    if any(message.number == first_answer for message in unmailed):
        until = min(until, unmailed[0].created_at + topic.mail.first)
    elif is_waiting and row.due_at is not None and row.due_at < since + topic.mail.hold:
        until = row.due_at  # the first answer is among those that wait already
    if not is_waiting:
        # What was said before was mailed, or read, or never to be told of.
        row.mailed = unmailed[0].number - 1
    row.mail, row.waits_since, row.due_at = MailState.WAITING, since, until


def _first_answer(workstream: WorkStream) -> int | None:
    """The number of the first message that a person of the team wrote here."""
    answers = Message.objects.filter(workstream=workstream, side=Side.TEAM).of_people()
    return answers.order_by("number").values_list("number", flat=True).first()


def _who_wrote(workstream: WorkStream, people: Sequence[User]) -> set[int]:
    """Of these people, those who wrote in this chat themselves: what comes after that are answers to them."""
    if not people:
        return set()
    rows = Message.objects.filter(workstream=workstream, author__in=people)
    return set(rows.order_by().values_list("author", flat=True).distinct())
