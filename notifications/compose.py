"""What stands in a mail about one or several notifications of one person. Each function says what it told of.

Everything is read anew, because a mail may have waited: what was removed, done or seen meanwhile is not told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import User
from activity.models import Event
from chat.conversation import Line
from chat.models import Message, Note, ReadMark
from chat.text import as_plain_text
from milestones import tracks
from notifications.mails import tell, tell_of_some
from notifications.notices import Notification
from notifications.policy import TOPICS, Bundle
from notifications.sentences import path_of, sentence
from notifications.wants import zone_of
from workstreams.choices import Milestone
from workstreams.models import Attachment, DocumentRequest, WorkStream

Rows = list[Notification]
LONGEST = 1_000
# One mail quotes so many messages; the others are counted.
QUOTED = 20


def compose(person: User, rows: Rows) -> Rows:
    """Queue one mail about rows of one bundle; returns those it tells of. The others need none any more."""
    bundle = TOPICS[rows[0].topic].bundle
    if bundle == Bundle.EACH:
        return _EACH[rows[0].topic](person, rows[0])
    return _BUNDLES[bundle](person, rows)


# --- One mail each ---------------------------------------------------------------------------------------------------


def _plain(about: str) -> Callable[[User, Notification], Rows]:
    """A mail whose template needs no more than the event."""

    def write(person: User, row: Notification) -> Rows:
        event = _event(row)
        tell(
            person,
            row.about or about,
            workstream=row.workstream,
            because=row.because,
            topic=row.topic,
            by=event.actor_name,
            event=event.data,
        )
        return [row]

    return write


def _lead(person: User, row: Notification) -> Rows:
    event = _event(row)
    lead = User.objects.get(pk=event.data["user_id"])
    tell(
        person,
        row.about,
        workstream=row.workstream,
        because=row.because,
        topic=row.topic,
        by=event.actor_name,
        lead=lead,
    )
    return [row]


def _mention(person: User, row: Notification) -> Rows:
    event = _event(row)
    notes = Note.objects.visible_to(person).filter(workstream=row.workstream, removed_at=None)
    note = notes.filter(number=event.data["number"]).select_related("author", "workstream").first()
    if note is None or _has_read(row, note):
        return []
    tell(
        person,
        "mentioned",
        workstream=row.workstream,
        because=row.because,
        topic=row.topic,
        by=event.actor_name,
        quote=_quote(note, zone_of(person)),
    )
    return [row]


def _has_read(row: Notification, note: Note) -> bool:
    """Whether the person saw the note itself; of one that names them since it was edited that says nothing."""
    if _event(row).verb != "chat.note_posted":
        return False
    return ReadMark.objects.filter(workstream=row.workstream, user=row.person, note__gte=note.number).exists()


def _document_requested(person: User, row: Notification) -> Rows:
    requests = _open_requests(person, row.workstream, [_event(row).data["request_id"]])
    if not requests:
        return []
    tell(
        person,
        "document_requested",
        workstream=row.workstream,
        because=row.because,
        topic=row.topic,
        by=_event(row).actor_name,
        requests=requests,
    )
    return [row]


_EACH: dict[str, Callable[[User, Notification], Rows]] = {
    "new_workstream": _plain("workstream_started"),
    "mention": _mention,
    "added": _plain("added_by_somebody"),
    "lead": _lead,
    "owner": _plain("owner_made"),
    "invitation_missed": _plain("invitation_missed"),
    "document_requested": _document_requested,
    "reopening_asked": _plain("reopening_asked"),
}


# --- Bundles ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Quote:
    """One message or note as it stands in a mail."""

    author: str
    team: str
    at: datetime
    text: str
    url: str


def _talk(person: User, rows: Rows) -> Rows:
    """What was said and added in one WorkStream since."""
    workstream = _workstream(rows[0])
    chats = [row for row in rows if row.event_id is None]
    files = [row for row in rows if row.event_id is not None]
    zone = zone_of(person)
    told: Rows = []
    said: list[Message] = []
    for chat in chats:
        if messages := _unread(person, chat):
            said += messages
            chat.mailed = messages[-1].number
            told.append(chat)
    added = _files(person, workstream, files)
    told += [row for row in files if _event(row).data["attachment_id"] in {file.pk for file in added}]
    if not told:
        return []
    tell(
        person,
        "talk",
        workstream=workstream,
        because=told[0].because,
        topic=told[0].topic,
        also=[row.topic for row in told[1:]],
        quotes=[_quote(message, zone) for message in said[-QUOTED:]],
        more=max(len(said) - QUOTED, 0),
        count=len(said),
        files=added,
        latest=said[-1] if said else None,
    )
    return told


def _unread(person: User, chat: Notification) -> list[Message]:
    """What the other side wrote that this person neither saw nor was mailed."""
    mark = ReadMark.objects.filter(workstream=chat.workstream, user=person).values_list("message", flat=True).first()
    rows = Message.objects.visible_to(person).filter(workstream=chat.workstream, removed_at=None).of_people()
    side = "client" if chat.topic == "client_message" else "team"
    return list(rows.filter(side=side).exclude(author=person).after(max(mark or 0, chat.mailed)))


def _files(person: User, workstream: WorkStream, rows: Rows) -> list[Attachment]:
    """The files that are still there and may be opened."""
    ids = [_event(row).data["attachment_id"] for row in rows]
    if not ids:
        return []
    visible = Attachment.objects.visible_to(person).filter(workstream=workstream, pk__in=ids, removed_at=None)
    usable = visible.exclude(scan=Attachment.Scan.QUARANTINED)
    return list(usable.select_related("uploaded_by").order_by("created_at", "pk"))


def _milestone(person: User, rows: Rows) -> Rows:
    """Where it stands now; nothing, when it is back where it was."""
    workstream = _workstream(rows[0])
    if _event(rows[0]).data.get("before") == (Milestone(workstream.milestone).label if workstream.milestone else None):
        return []
    last = _event(rows[-1])
    tell(
        person,
        "milestone_changed",
        workstream=workstream,
        because=rows[-1].because,
        topic=rows[-1].topic,
        by=last.actor_name,
        explanation=tracks.explanation(workstream.milestone, workstream.subscription_type),
    )
    return rows


def _state(person: User, rows: Rows) -> Rows:
    """Whether it is open now; nothing, when it is what it was: what is undone at once is told to nobody."""
    workstream = _workstream(rows[0])
    was_open = _event(rows[0]).verb == "workstream.closed"
    if workstream.is_open == was_open:
        return []
    _plain("workstream_reopened" if workstream.is_open else "workstream_closed")(person, rows[-1])
    return rows


def _documents(person: User, rows: Rows) -> Rows:
    """What is still missing."""
    ids = [_event(row).data["request_id"] for row in rows]
    requests = _open_requests(person, rows[0].workstream, ids)
    if not requests:
        return []
    tell(
        person,
        "documents_due",
        workstream=rows[0].workstream,
        because=rows[0].because,
        topic=rows[0].topic,
        requests=requests,
    )
    return rows


def _salesforce(person: User, rows: Rows) -> Rows:
    """What asks for a person, of all WorkStreams."""
    if len(rows) > 1:
        _list(person, rows, "salesforce_many", "Salesforce told of these.")
        return rows
    data = _event(rows[0]).data
    tell(
        person,
        "salesforce_asks",
        workstream=rows[0].workstream,
        because=rows[0].because,
        topic=rows[0].topic,
        stage=data["stage"],
        reason=data["reason"],
        asks=data["asks"],
    )
    return rows


def _digest(person: User, rows: Rows) -> Rows:
    """Everything that was kept for the digest."""
    _list(person, rows, "digest", "you get a digest of what needs no mail of its own.")
    return rows


def _list(person: User, rows: Rows, about: str, because: str) -> None:
    zone = zone_of(person)
    by_workstream: dict[WorkStream, list[dict[str, Any]]] = {}
    for row in rows:
        item = {
            "says": sentence(row),
            "at": row.at.astimezone(zone),
            "url": f"{settings.BASE_URL}{path_of(row)}",
        }
        by_workstream.setdefault(_workstream(row), []).append(item)
    tell_of_some(
        person,
        about,
        because=because,
        topics=sorted({row.topic for row in rows}),
        count=len(rows),
        workstreams=[{"workstream": each, "items": items} for each, items in by_workstream.items()],
    )


_BUNDLES: dict[Bundle, Callable[[User, Rows], Rows]] = {
    Bundle.TALK: _talk,
    Bundle.MILESTONE: _milestone,
    Bundle.STATE: _state,
    Bundle.DOCUMENTS: _documents,
    Bundle.SALESFORCE: _salesforce,
    Bundle.DIGEST: _digest,
}


# --- Pieces ----------------------------------------------------------------------------------------------------------


def _quote(entry: Message | Note, zone: ZoneInfo) -> Quote:
    line = Line(entry)
    text = as_plain_text(entry.body)
    if names := ", ".join(file.attachment.name for file in line.files):
        text = f"{text}\n\nFiles: {names}".strip()
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
    notes = "?conversation=notes" if line.is_note else ""
    url = f"{entry.workstream.full_url}{notes}#{line.kind}-{entry.number}"
    return Quote(line.author, line.team, entry.created_at.astimezone(zone), text, url)


def _open_requests(person: User, workstream: WorkStream | None, ids: list[int]) -> list[DocumentRequest]:
    """Those that are still waited for, in a WorkStream that is still open."""
    if workstream is None or not workstream.is_open:
        return []
    return list(DocumentRequest.objects.visible_to(person).filter(workstream=workstream, pk__in=ids).open())


def _event(row: Notification) -> Event:
    assert row.event is not None  # noqa: S101  only the rows of chats have none
    return row.event


def _workstream(row: Notification) -> WorkStream:
    assert row.workstream is not None  # noqa: S101  these topics always name one
    return row.workstream
