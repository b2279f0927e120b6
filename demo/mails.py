"""A mail of every kind in the demonstration's mailbox, so that nobody has to wait until each is due to look at it.

The portal's own code composes them. Their events are not recorded: nothing happened, only the mail is shown.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from activity.models import Event, SystemActor
from chat.models import Message, Note
from demo.answers import answers_to
from mailroom import door
from mailroom.models import IncomingMail
from notifications import bounces, compose
from notifications.mails import tell_of_many
from notifications.models import Mail
from notifications.notices import Notification
from workstreams.choices import Side, Status
from workstreams.invitations import invite
from workstreams.models import Attachment, DocumentRequest, WorkStream

# No event has this key: what is only shown is not stored.
SHOWN = -1
BETWEEN = timedelta(minutes=23)
GUESTS = ("new.colleague", "left.long.ago")
CHATS = 2  # of each side


@transaction.atomic
def write(*, now: datetime | None = None) -> int:
    """Write them all, as sent in the last hours; returns how many. The demonstration's people are there already."""
    now = now or timezone.now()
    for person, rows in _told():
        compose.compose(person, rows)
    _many()
    written = list(Mail.objects.order_by("-pk"))
    for number, mail in enumerate(written):
        mail.state, mail.sent_at, mail.created_at = Mail.State.SENT, now - number * BETWEEN, now - number * BETWEEN
    Mail.objects.bulk_update(written, ["state", "sent_at", "created_at"])
    _guests()
    _strangers_answer()
    return len(written)


def _told() -> Iterator[tuple[User, list[Notification]]]:
    """Whom is told what, one row of the policy after the other."""
    open_ones = WorkStream.objects.filter(status=Status.OPEN).select_related("organization", "owner", "lead")
    led = open_ones.filter(owner__isnull=False, lead__is_active=True, milestone__gt="").order_by(
        "-last_activity_at", "pk"
    )
    workstream = led[0]
    owner, lead = workstream.owner, workstream.lead
    if owner is None or lead is None:
        return
    other, third = User.objects.active_colleagues().exclude(pk=lead.pk).order_by("pk")[:2]
    yield from _of_the_chats(led)
    for fresh in open_ones.filter(lead=None, owner__isnull=False)[:1]:
        yield (
            other,
            [_row(other, fresh, "new_workstream", fresh.owner, because="you are told of every new WorkStream.")],
        )
    for note in Note.objects.filter(removed_at=None, author__isnull=False, workstream__in=led)[:1]:
        reader = next(each for each in (lead, other) if each != note.author)
        yield reader, [_row(reader, note.workstream, "mention", note.author, number=note.number)]
    for about in ("added_by_somebody", "added_by_responding"):
        yield other, [_row(other, workstream, "added", lead, about=about)]
    for about, told in (("lead_made", lead), ("lead_handed_over", other), ("lead_by_responding", lead)):
        yield told, [_row(told, workstream, "lead", third, about=about, user_id=lead.pk)]
    yield owner, [_row(owner, workstream, "owner", lead)]
    yield lead, [_row(lead, workstream, "invitation_missed", SystemActor.PORTAL, email=_guest(owner, 0))]
    yield owner, [_row(owner, workstream, "milestone", lead, before="", after=workstream.milestone_label)]
    for asked in DocumentRequest.objects.filter(done_at=None, withdrawn_at=None, workstream__in=led)[:1]:
        reader = asked.workstream.owner or owner
        for topic in ("document_requested", "document_due"):
            yield reader, [_row(reader, asked.workstream, topic, asked.requested_by, request_id=asked.pk)]
    for closed in WorkStream.objects.filter(status=Status.CLOSED, owner__isnull=False)[:1]:
        reader = closed.owner or owner
        yield reader, [_row(reader, closed, "closed", lead, verb="workstream.closed")]
        yield lead, [_row(lead, closed, "reopening_asked", closed.owner)]
    yield owner, [_row(owner, workstream, "closed", lead, verb="workstream.reopened")]
    stages = [
        _row(lead, each, "salesforce", SystemActor.SALESFORCE, stage=stage, reason=reason, asks="delivery")
        for each, stage, reason in zip(
            led[:2],
            ("Contracting", "Analysis"),
            ("Choose in-house squad or distributed workers first.", "It is behind where the WorkStream stands."),
            strict=True,
        )
    ]
    yield lead, stages[:1]
    yield lead, stages
    moves = [_row(lead, each, "milestone_team", other, after=each.milestone_label) for each in led[:3]]
    yield lead, [*moves, _row(lead, workstream, "invitation_accepted", owner, name=owner.display_name)]


def _guest(host: User, number: int) -> str:
    """The address of somebody whom this person invites from their own company."""
    return f"{GUESTS[number]}@{host.email.partition('@')[2]}"


def _of_the_chats(led: Any) -> Iterator[tuple[User, list[Notification]]]:
    """What the other side wrote: to a client with the first answer, to a lead with a file."""
    for topic, side in (("team_message", Side.TEAM), ("client_message", Side.CLIENT)):
        written = 0
        for workstream in led:
            reader = workstream.owner if side == Side.TEAM else workstream.lead
            newest = Message.objects.filter(workstream=workstream, author__isnull=False).order_by("-number").first()
            if newest is None or newest.side != side or reader is None or written == CHATS:
                continue
            written += 1
            chat = Notification(
                person=reader,
                workstream=workstream,
                topic=topic,
                because="you are a member of it.",
                mailed=newest.number - 1,
            )
            rows = [chat]
            for file in Attachment.objects.filter(workstream=workstream, side=side, removed_at=None)[:1]:
                rows.append(_row(reader, workstream, "attachment", file.uploaded_by, attachment_id=file.pk))
            yield reader, rows


def _row(
    person: User,
    workstream: WorkStream,
    topic: str,
    actor: User | SystemActor | None,
    *,
    about: str = "",
    because: str = "you are a member of it.",
    verb: str = "",
    **data: Any,
) -> Notification:
    """A row of the bell that is not stored, of an event that is not."""
    user = actor if isinstance(actor, User) else None
    event = Event(pk=SHOWN, verb=verb, actor=user, system_actor="" if user else str(actor or ""), data=data)
    event.workstream = workstream
    return Notification(
        person=person, workstream=workstream, topic=topic, event=event, actor=user, about=about, because=because
    )


def _many() -> None:
    """The mails about a change of many WorkStreams, which bulk changes write."""
    colleagues = list(User.objects.active_colleagues().order_by("pk")[:2])
    workstreams = list(WorkStream.objects.select_related("organization").order_by("pk")[:23])
    for about in ("lead_many", "lead_many_undone", "led_many", "led_many_again"):
        tell_of_many(
            colleagues[1],
            about,
            workstreams=workstreams,
            because="the WorkStream Lead of these changed.",
            by=colleagues[0].display_name,
            lead=colleagues[1],
        )


def _guests() -> None:
    """Two people are invited who have not come; to one of them no mail gets through."""
    workstream = WorkStream.objects.filter(status=Status.OPEN, owner__isnull=False).order_by("-last_activity_at")[0]
    if workstream.owner is not None:
        guests = [_guest(workstream.owner, number) for number in range(len(GUESTS))]
        invite(workstream=workstream, actor=workstream.owner, addresses=guests)
        User.objects.filter(pk=workstream.owner.pk).update(last_seen_at=timezone.now())
        bounces.mark(guests[1], "550 5.1.1 No such user")


def _strangers_answer() -> None:
    """Somebody answers a client's mail from another address, which holds it for a colleague."""
    answerable = (mail for mail in Mail.objects.order_by("-pk") if answers_to(mail))
    if mail := next(answerable, None):
        answer = EmailMessage()
        answer["From"] = "From home <private@mail.example>"
        answer["To"] = answers_to(mail)
        answer["Subject"] = f"Re: {mail.subject}"
        answer["Message-ID"] = make_msgid(domain="demo.localhost")
        answer.set_content("I am writing from my private address, sorry. The samples come on Monday.\n")
        door.take_in(
            raw=answer.as_bytes(),
            recipient=answers_to(mail),
            sender="private@mail.example",
            via=IncomingMail.Via.DEMO,
        )
