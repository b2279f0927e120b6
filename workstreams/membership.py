"""Who goes, who owns, and who may invite: what is done with the members a WorkStream has (A20, A35)."""

from django.db import transaction
from django.utils import timezone

from accounts.capabilities import Can, Role
from accounts.models import User
from activity.record import record
from workstreams import events
from workstreams.actions import lock
from workstreams.choices import Side
from workstreams.errors import CannotOwn, LeadStays, OwnerStays
from workstreams.models import Membership, WorkStream
from workstreams.tenancy import require


@transaction.atomic
def remove(*, workstream: WorkStream, actor: User, person: User) -> bool:
    """Take somebody off a WorkStream: the owner people of the client, staff anybody but the owner (A35).

    What they wrote stays theirs, and from here on they do not know the WorkStream. Taking off oneself is leaving. The
    WorkStream Lead hands over first, so that nobody is without somebody responsible by accident. Returns whether they
    were on it; twice is harmless.

    Raises: NotAllowed, OwnerStays, LeadStays.
    """
    workstream = lock(workstream, actor)
    if person.pk == actor.pk:
        return _take_off(workstream, actor, person)
    # Their side is what they were put on, whatever their role has become since.
    found = Membership.objects.filter(workstream=workstream, user=person).first()
    side = found.side if found else (Side.TEAM if person.is_team else Side.CLIENT)
    require(actor, Can.REMOVE_TEAM_PEOPLE if side == Side.TEAM else Can.REMOVE_CLIENT_PEOPLE, workstream)
    return _take_off(workstream, actor, person)


@transaction.atomic
def leave(*, workstream: WorkStream, actor: User) -> bool:
    """Go from a WorkStream oneself; returns whether one was on it. Owner and lead hand over first.

    Raises: OwnerStays, LeadStays.
    """
    return _take_off(lock(workstream, actor), actor, actor)


def _take_off(workstream: WorkStream, actor: User, person: User) -> bool:
    if workstream.owner_id == person.pk:
        raise OwnerStays(f"{person.display_name} is WorkStream Owner. Make somebody else owner first.")
    if workstream.lead_id == person.pk:
        raise LeadStays(f"{person.display_name} is WorkStream Lead. Choose another lead first.")
    membership = Membership.objects.filter(workstream=workstream, user=person).first()
    if membership is None:
        return False
    membership.delete()
    # An invitation to the address they have by now would bring them back.
    workstream.invitations.pending().filter(email=person.email.lower()).update(withdrawn_at=timezone.now())
    data = {"user_id": person.pk, "name": person.display_name, "side": str(membership.side)}
    record(events.MEMBER_REMOVED, actor=actor, workstream=workstream, data=data)
    if person.pk != actor.pk and membership.side == Side.CLIENT:
        _end_invitations_of(person, workstream, actor)
    return True


def _end_invitations_of(person: User, workstream: WorkStream, actor: User) -> None:
    """Whom somebody asked in who was taken off does not come in by that; the links end as if withdrawn.

    Who leaves of their own will, and colleagues, who may invite wherever they are, leave good invitations behind.
    """
    for invitation in workstream.invitations.pending().filter(invited_by=person).order_by("pk"):
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])
        data = {"invitation_id": invitation.pk, "email": invitation.email}
        record(events.INVITATION_WITHDRAWN, actor=actor, workstream=workstream, data=data)


@transaction.atomic
def transfer(*, workstream: WorkStream, actor: User, to: User) -> WorkStream:
    """Make somebody else of the client WorkStream Owner; whoever was it stays a member (A35).

    Raises: NotAllowed, CannotOwn.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.TRANSFER_OWNERSHIP, workstream)
    if workstream.owner_id == to.pk:
        return workstream
    on_it = Membership.objects.filter(workstream=workstream, user=to, side=Side.CLIENT)
    if not (to.is_active and to.role == Role.CLIENT and on_it.exists()):
        raise CannotOwn(
            f"{to.display_name} cannot be WorkStream Owner: choose a person of {workstream.organization.name} "
            "who is on this WorkStream."
        )
    before_id = workstream.owner_id
    workstream.owner = to
    workstream.save(update_fields=["owner"])
    # Whoever was invited to own it joins as a member now.
    workstream.invitations.pending().filter(becomes_owner=True).update(becomes_owner=False)
    data = {"user_id": to.pk, "name": to.display_name, "before_id": before_id}
    record(events.OWNER_SET, actor=actor, workstream=workstream, data=data)
    return workstream


@transaction.atomic
def let_members_invite(*, workstream: WorkStream, actor: User, allowed: bool) -> WorkStream:
    """Let every member of the client invite, or the owner alone (A20); owner and staff decide.

    Raises: NotAllowed.
    """
    workstream = lock(workstream, actor)
    require(actor, Can.REMOVE_CLIENT_PEOPLE, workstream)
    if workstream.members_may_invite != allowed:
        workstream.members_may_invite = allowed
        workstream.save(update_fields=["members_may_invite"])
        data = {"words": ["who may invite"], "fields": ["members_may_invite"]}
        record(events.EDITED, actor=actor, workstream=workstream, data=data)
    return workstream
