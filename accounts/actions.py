"""Every change to a person."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from accounts import events
from accounts.capabilities import Can, Role
from accounts.errors import BelongsElsewhere, LastAdministrator, NotAllowed, OrganizationExists
from accounts.fields import one_line
from accounts.models import Organization, User
from activity.record import record


@transaction.atomic
def register(*, email: str) -> User | None:
    """The active person with this address, registering them if nobody has it (R7, R95, A37, F4).

    The actor is the person themselves, whoever that is: an address alone proves nothing, so a new person stays
    unconfirmed until they sign in by what was mailed there. Two at once make one person. None for an address whose
    person may not sign in any more.
    """
    email = email.strip().lower()
    user: User | None = User.objects.with_address(email).first()
    if user is None and EmailAddress.objects.filter(email=email, verified=True, user__is_active=False).exists():
        return None
    if user is None:
        try:
            with transaction.atomic():
                user = User.objects.create_user(email)
        except IntegrityError:
            user = User.objects.with_address(email).get()
        else:
            record(events.REGISTERED, actor=user)
    if not user.is_active:
        return None
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"primary": not EmailAddress.objects.filter(user=user, primary=True).exists()}
    )
    return user


@transaction.atomic
def confirm_email(*, actor: User) -> None:
    """The person proved that they read mails to their own address (A37). Recorded the first time."""
    address, _ = EmailAddress.objects.get_or_create(user=actor, email=actor.email.lower())
    if not address.verified:
        address.set_verified()
        record_confirmation(person=actor)
    if not address.primary:
        address.set_as_primary(conditional=True)


@transaction.atomic
def record_confirmation(*, person: User) -> None:
    """Write down that somebody has just confirmed their address, for those who tell others (A37)."""
    record(events.ADDRESS_CONFIRMED, actor=person, data={"user_id": person.pk})


@transaction.atomic
def create_organization(*, name: str, actor: User) -> Organization:
    """Add a client organisation.

    Raises: NotAllowed; OrganizationExists when one has this name, whatever its case.
    """
    _insist(actor, Can.START_FOR_CLIENT)
    if found := Organization.objects.filter(name__iexact=name).first():
        raise OrganizationExists(f"{found.name} is there already. Choose it from the list.")
    organization = Organization.objects.create(name=name)
    record(events.ORGANIZATION_CREATED, actor=actor, data={"organization_id": organization.pk, "name": name})
    return organization


@transaction.atomic
def join_organization(*, person: User, organization: Organization, actor: User) -> User:
    """Put a client person who has no organisation yet into one. Already there changes nothing.

    Raises: NotAllowed; BelongsElsewhere for colleagues and people of another client.
    """
    _insist(actor, Can.START_FOR_CLIENT)
    return belong_to(person=person, organization=organization, actor=actor)


@transaction.atomic
def belong_to(*, person: User, organization: Organization, actor: User) -> User:
    """The same, for actions that have looked whether the actor may: inviting somebody, or accepting it.

    Raises: BelongsElsewhere.
    """
    person = User.objects.select_for_update(of=("self",)).select_related("organization").get(pk=person.pk)
    if person.organization_id == organization.pk:
        return person
    if person.is_team:
        raise BelongsElsewhere(f"{person.email} is a colleague. Give the address of a person of {organization.name}.")
    if person.organization is not None:
        raise BelongsElsewhere(f"{person.email} belongs to {person.organization.name}, not to {organization.name}.")
    person.organization = organization
    person.save(update_fields=["organization"])
    record(
        events.ORGANIZATION_JOINED,
        actor=actor,
        data={"user_id": person.pk, "name": person.display_name, "organization": organization.name},
    )
    return person


@transaction.atomic
def edit_person(
    *, person: User, actor: User, name: str, role: Role, is_active: bool, told_of_unassigned: bool | None
) -> User:
    """Change who somebody is in the portal (R80). Saving what is there already changes nothing.

    A client who becomes a colleague leaves their organisation. What they did and where they are members stays.

    Raises: NotAllowed; LastAdministrator.
    """
    _insist(actor, Can.MANAGE_PORTAL)
    people = {found.pk: found for found in User.objects.select_for_update(of=("self",)).filter(role=Role.ADMIN)}
    person = people.get(person.pk) or User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    stays = role == Role.ADMIN and is_active
    others = [admin for admin in people.values() if admin.is_active and admin.pk != person.pk]
    if person.role == Role.ADMIN and not stays and not others:
        raise LastAdministrator(f"{person.display_name} is the only administrator. Make somebody else one first.")

    before = Role(person.role)
    wanted = {
        "name": one_line(name),
        "role": str(role),
        "is_active": is_active,
        "told_of_unassigned": told_of_unassigned,
    }
    if role != Role.CLIENT:
        wanted["organization"] = None
    changed = {field: value for field, value in wanted.items() if getattr(person, field) != value}
    if not changed:
        return person
    for field, value in changed.items():
        setattr(person, field, value)
    person.version += 1
    person.save(update_fields=[*changed, "version"])
    about = {"user_id": person.pk, "name": person.display_name}
    if "role" in changed:
        record(events.ROLE_CHANGED, actor=actor, data=about | {"before": before.label, "after": Role(role).label})
    if words := [_FIELD_WORDS[field] for field in changed if field in _FIELD_WORDS]:
        record(events.PERSON_EDITED, actor=actor, data=about | {"words": words, "is_active": person.is_active})
    return person


_FIELD_WORDS = {
    "name": "the name",
    "is_active": "whether they may sign in",
    "told_of_unassigned": "the mail about new WorkStreams",
}


def _insist(actor: User, capability: Can) -> None:
    if not actor.may(capability):
        raise NotAllowed(f"You may not {capability}.")
