"""Who is told of an event, and why they. One function for each row of the policy that is about an event.

Whoever did it is taken out afterwards, unless the topic says otherwise, and so is whoever may not see the WorkStream.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from accounts.capabilities import Role
from accounts.models import User
from activity.models import Event
from workstreams.choices import Side
from workstreams.models import Attachment, Invitation, Membership, WorkStream


@dataclass(frozen=True)
class Told:
    """One person to tell, and why they. `about` names the template where a topic has several."""

    person: User
    because: str
    about: str = ""
    # False: another mail tells them, of this and more.
    by_mail: bool = True
    # Whose doing it is, where the event is somebody else's.
    actor: User | None = None


Audience = Callable[[Event], Iterable[Told]]

UNASSIGNED = "nobody leads it, and you are told of such WorkStreams."


def workstream_of(event: Event) -> WorkStream:
    """The WorkStream of an event of a kind that always names one."""
    assert event.workstream is not None  # noqa: S101
    return event.workstream


def of_side(workstream: WorkStream, side: Side) -> list[Told]:
    """The active members of one side; the lead belongs to the team, member or not."""
    rows = Membership.objects.filter(workstream=workstream, side=side, user__is_active=True)
    told = [Told(row.user, "you are a member of it.") for row in rows.select_related("user").order_by("pk")]
    lead = workstream.lead
    if side == Side.TEAM and lead is not None and lead.is_active:
        told = [one for one in told if one.person.pk != lead.pk]
        told.insert(0, Told(lead, "you are its WorkStream Lead."))
    return told


def responsible(workstream: WorkStream) -> list[Told]:
    """Whoever is asked to look at it: its lead, else whoever is told of unassigned ones."""
    if workstream.lead and workstream.lead.is_active:
        return [Told(workstream.lead, "you are its WorkStream Lead.")]
    return [Told(colleague, UNASSIGNED) for colleague in User.objects.get_queryset().told_of_unassigned()]


def subscribers(_: Event) -> Iterable[Told]:
    """Colleagues who are told of every new WorkStream (R61, A17)."""
    because = "you are told of every new WorkStream. You can switch that off in your notification settings."
    return [Told(colleague, because) for colleague in User.objects.get_queryset().told_of_unassigned()]


def responsible_for(event: Event) -> Iterable[Told]:
    """The lead, else whoever is told of unassigned ones."""
    return responsible(workstream_of(event))


def asked_about_a_stage(event: Event) -> Iterable[Told]:
    """Whoever is responsible, when a stage asks for a person; of what failed, administrators too (A24-A27)."""
    if not event.data.get("asks"):
        return []
    told = responsible(workstream_of(event))
    if event.data["asks"] == "failed":
        administrators = User.objects.filter(role=Role.ADMIN, is_active=True)
        told += [Told(person, "you administer the portal.") for person in administrators]
    return told


def who_was_added(event: Event) -> Iterable[Told]:
    """Whoever somebody added (R75, R78), or became member by answering (R81).

    Who also becomes lead reads both in one mail; who came by an invitation knows.
    """
    is_own = event.data["user_id"] == event.actor_id
    if event.data["becomes_lead"]:
        return []
    if event.data["origin"] == Membership.Origin.RESPONDED:
        because = "answering a client adds you to their WorkStream."
        return [Told(_person(event.data["user_id"]), because, "added_by_responding")]
    if event.data["origin"] == Membership.Origin.INVITED and not is_own:
        return [Told(_person(event.data["user_id"]), "you were added to it.", "added_by_somebody")]
    return []


def both_leads(event: Event) -> Iterable[Told]:
    """Whoever leads now and whoever led; of a change of many one mail tells them, when it is done (A38)."""
    by_mail = not event.data.get("bulk")
    lead = _person(event.data["user_id"])
    if event.data["by_responding"]:
        because = "the first colleague who answers becomes WorkStream Lead."
        return [Told(lead, because, "lead_by_responding")]
    told = []
    if lead.pk != event.actor_id:
        told.append(Told(lead, "you are WorkStream Lead there now.", "lead_made", by_mail))
    if event.data["before_id"] and event.data["before_id"] != event.actor_id:
        before = _person(event.data["before_id"])
        told.append(Told(before, "you were WorkStream Lead there until now.", "lead_handed_over", by_mail))
    return told


def new_owner(event: Event) -> Iterable[Told]:
    """Whoever owns it now."""
    return [Told(_person(event.data["user_id"]), "you are WorkStream Owner there now.")]


def mentioned(event: Event) -> Iterable[Told]:
    """The colleagues whom a note names (R71); nobody else may read it (R70)."""
    ids = event.data.get("mentioned") or []
    if not ids:
        return []
    colleagues = User.objects.active_colleagues().filter(pk__in=ids)
    return [Told(person, "you are mentioned in an Internal Note.") for person in colleagues]


def inviter(event: Event) -> Iterable[Told]:
    """Whoever sent the invitation."""
    invitation = Invitation.objects.select_related("invited_by").get(pk=event.data["invitation_id"])
    return [Told(invitation.invited_by, "you sent the invitation.")]


def inviter_and_lead(event: Event) -> Iterable[Told]:
    """Whoever sent the invitation, and the lead."""
    told = list(inviter(event))
    if (lead := workstream_of(event).lead) is not None:
        told.append(Told(lead, "you are its WorkStream Lead."))
    return told


def client_members(event: Event) -> Iterable[Told]:
    """The members of the client."""
    return of_side(workstream_of(event), Side.CLIENT)


def team_members(event: Event) -> Iterable[Told]:
    """The members of the team, and the lead."""
    return of_side(workstream_of(event), Side.TEAM)


def all_members(event: Event) -> Iterable[Told]:
    """Both sides."""
    return [*client_members(event), *team_members(event)]


def other_side_of_a_file(event: Event) -> Iterable[Told]:
    """The members of the side that did not add it, as far as they may see it (A7).

    Of a file that waits for the virus scan nobody is told before it is let through: they could not open it.
    """
    pk = event.data["attachment_id"]
    there = Attachment.objects.filter(pk=pk, removed_at=None).exclude(scan=Attachment.Scan.WAITING)
    file = there.select_related("uploaded_by").first()
    if file is None:
        return []
    told = of_side(workstream_of(event), Side.CLIENT if file.side == Side.TEAM else Side.TEAM)
    return [
        replace(one, actor=file.uploaded_by)
        for one in told
        if not one.person.is_team
        or one.person.is_internal
        or Attachment.objects.visible_to(one.person).filter(pk=pk).exists()
    ]


def asked_about_a_mail(event: Event) -> Iterable[Told]:
    """Whoever is responsible for the WorkStream a held mail belongs to; of one without, who is told of unassigned."""
    if event.workstream is not None:
        return responsible(event.workstream)
    because = "it belongs to no WorkStream, and you are told of what nobody leads."
    return [Told(colleague, because) for colleague in User.objects.get_queryset().told_of_unassigned()]


def _person(pk: int) -> User:
    person: User = User.objects.get(pk=pk)
    return person
