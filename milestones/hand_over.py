"""Whether somebody else should lead now: the lead's role is expected to be the one that carries the step (R86, A18)."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from accounts.models import User
from milestones import tracks
from workstreams.models import Membership, WorkStream

AT_MOST = 5


@dataclass(frozen=True)
class HandOver:
    """A proposal to choose another WorkStream Lead; nothing changes by itself."""

    step: str
    role: str
    role_value: str
    candidates: list[User]


def proposal(workstream: WorkStream) -> HandOver | None:
    """Who could lead, where the lead's role does not carry the current step; None where it does. One query."""
    if not workstream.is_open:
        return None
    carried_by = tracks.explanation(workstream.milestone, workstream.subscription_type)
    if workstream.lead and workstream.lead.role in carried_by.owner_roles:
        return None
    is_member = Membership.objects.filter(workstream=workstream, user=OuterRef("pk"))
    candidates = (
        User.objects.get_queryset()
        .active_colleagues()
        .filter(role__in=carried_by.owner_roles)
        .order_by(Exists(is_member).desc(), "name", "email")
    )
    return HandOver(
        step=workstream.milestone_label,
        role=carried_by.who,
        role_value=str(carried_by.owner_roles[0]),
        candidates=list(candidates[:AT_MOST]),
    )
