"""Starting a WorkStream for a client who did not (R74)."""

from datetime import date
from uuid import UUID

from django.db import transaction

from accounts.actions import create_organization, join_organization
from accounts.capabilities import Can
from accounts.models import Organization, User
from workstreams.actions import start
from workstreams.choices import SubscriptionType
from workstreams.errors import CannotBeInvited
from workstreams.invitations import invite_first
from workstreams.models import WorkStream
from workstreams.tenancy import require


@transaction.atomic
def start_for_client(
    *,
    actor: User,
    organization: Organization | str,
    name: str,
    description: str,
    intended_start: date | None,
    subscription_type: SubscriptionType,
    first_person: str = "",
    public_id: UUID,
) -> WorkStream:
    """Start a WorkStream for a client who did not start it (R74).

    `organization` is one of ours, or the name of a new one. `first_person` is the address of a person of that
    organisation, who becomes owner, and is invited while they are not registered (A16); without one, the first client
    person to join does. Starting again with the same `public_id` returns what was started first.

    Raises: NotAllowed, OrganizationExists, BelongsElsewhere, CannotBeInvited.
    """
    require(actor, Can.START_FOR_CLIENT)
    # Two at once take turns, so that the second finds what the first made.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    if started := WorkStream.objects.filter(public_id=public_id, created_by=actor).first():
        return started
    if isinstance(organization, str):
        organization = create_organization(name=organization, actor=actor)
    workstream = start(
        actor=actor,
        organization=organization,
        name=name,
        description=description,
        intended_start=intended_start,
        subscription_type=subscription_type,
        public_id=public_id,
    )
    if first_person:
        _bring(first_person, workstream, actor)
    return workstream


def _bring(address: str, workstream: WorkStream, actor: User) -> None:
    person = User.objects.confirmed().with_address(address).filter(is_active=True).first()
    if person is not None:
        # Here a colleague's address is a mistake, and people of others are; inviting would tell so less plainly.
        join_organization(person=person, organization=workstream.organization, actor=actor)
    result = invite_first(workstream=workstream, actor=actor, address=address)
    if not result.outcome.is_good:
        raise CannotBeInvited(f"{result.address} {result.says}")
