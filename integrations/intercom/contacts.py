"""People of clients as Intercom's contacts: made, kept up to date, found again, merged with a lead, forgotten.

A contact is made with our id of the person (`external_id`), of which Intercom has one at most. So making one twice
answers that there is one, and who it is; whatever was lost on the way is found again like that.
"""

import hashlib
import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.capabilities import Role
from accounts.models import FORMER_MEMBER, User
from integrations import outgoing
from integrations.failures import NotNow, Refused, Waits
from integrations.intercom.client import ContactSeen, Missing, Taken, client
from integrations.intercom.models import Contact, Conversation, FormerContact
from integrations.models import Delivery, Provider
from integrations.movements import Sent
from workstreams.choices import Lifecycle, Milestone, Status, SubscriptionType
from workstreams.models import WorkStream

SYNC = "contact.sync"
MERGE = "contact.merge"
FORGET = "contact.forget"

# What Intercom is told of a person beyond name and address, by the attribute's name there: what the team sees of it.
ATTRIBUTES = {
    "portal_company": "Client organisation in the portal",
    "portal_job_title": "Job title in the portal",
    "portal_language": "Language in the portal",
    "portal_lifecycle": "User or Customer, as the portal has it",
    "portal_subscription_types": "Subscription types of the open WorkStreams",
    "portal_milestone": "Milestone of the WorkStream that was active last",
    "portal_workstream_url": "The WorkStream that was active last",
}


def want(person: User) -> None:
    """Have a person's contact made or brought up to date, unless that stands in the queue already."""
    waiting = Delivery.objects.unsettled().filter(
        mailbox__provider=Provider.INTERCOM, mailbox__person=person, operation=SYNC
    )
    if not waiting.exists():
        with transaction.atomic():
            outgoing.write(Provider.INTERCOM, SYNC, about=person)


def of(person: User) -> Contact:
    """The contact somebody is.

    Raises: Waits, having asked for it, while there is none that can be used; Refused for an erased person without one.
    """
    contact = Contact.objects.filter(person=person).first()
    if contact is not None and contact.state == Contact.State.ACTIVE:
        return contact
    if person.erased_at:
        raise Refused("The WorkStream Owner was erased and is no contact of Intercom. Make somebody else owner.")
    want(person)
    raise Waits("The WorkStream Owner has no contact in Intercom yet.")


def sync(person: User) -> Sent:
    """Tell Intercom what the portal knows of a person of a client; the contact is made if there is none (R5, R6).

    Raises: VendorFailure.
    """
    if person.erased_at or person.role != Role.CLIENT:
        return Sent({"skipped": "erased" if person.erased_at else "a colleague"})
    fields = described(person)
    digest = hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
    contact = Contact.objects.filter(person=person).first()
    if contact is None or contact.state == Contact.State.GONE:
        known_id = _made(person, fields)
    elif contact.state == Contact.State.ACTIVE and contact.digest == digest:
        return Sent({"contact": contact.contact_id, "unchanged": True}, digest)
    else:
        known_id = _brought_up_to_date(person, contact, fields)
    _store(person, known_id, digest)
    return Sent({"contact": known_id}, digest)


def forget(person: User) -> Sent:
    """Have Intercom forget an erased person: the contact is deleted, or emptied where conversations run through it.

    Raises: VendorFailure.
    """
    contact = Contact.objects.filter(person=person).first()
    contact_id = contact.contact_id if contact else ""
    try:
        # One whose making was not heard of is found by our id.
        contact_id = contact_id or client().contact_with_external_id(str(person.public_id)).id
        if contact and contact.conversations.exclude(state=Conversation.State.GONE).exists():
            nothing: dict[str, Any] = {"email": None, "phone": None, "name": FORMER_MEMBER, "avatar": None}
            _tell(contact_id, {**nothing, "custom_attributes": dict.fromkeys(ATTRIBUTES, "")})
            Contact.objects.filter(pk=contact.pk).update(digest="", synced_at=timezone.now())
            return Sent({"contact": contact_id, "emptied": True})
        client().delete_contact(contact_id)
    except Missing:
        pass  # forgotten already
    Contact.objects.filter(person=person).update(state=Contact.State.GONE, digest="", synced_at=timezone.now())
    return Sent({"contact": contact_id, "deleted": True})


def continue_lead(*, person: User, lead: str) -> None:
    """Have a visitor's contact of the public site become part of the person's own (R6). In a transaction."""
    outgoing.write(Provider.INTERCOM, SYNC, about=person)
    outgoing.write(Provider.INTERCOM, MERGE, about=person, data={"lead": lead})


def merge(person: User, lead: str) -> Sent:
    """Merge a lead into the person's contact. What was merged already, or is gone, is no failure.

    Raises: VendorFailure.
    """
    if person.erased_at:
        return Sent({"skipped": "erased"})
    contact = of(person)
    if lead == contact.contact_id:
        return Sent({"contact": contact.contact_id, "unchanged": True})
    try:
        client().merge_contacts(lead=lead, user=contact.contact_id)
    except Refused:
        # A repeat finds the lead gone; one that is still there was refused for another reason.
        if not _is_gone(lead):
            raise
    FormerContact.objects.get_or_create(contact_id=lead, defaults={"now": contact})
    return Sent({"contact": contact.contact_id, "lead": lead})


def look_again(contact: Contact) -> None:
    """See what became of a contact through which something was refused.

    Raises: Waits, having asked for another, when it is gone or archived; VendorFailure. Returns when it is well.
    """
    try:
        seen = client().contact(contact.contact_id)
    except Missing:
        state = Contact.State.GONE
    else:
        if not seen.is_archived:
            return
        state = Contact.State.ARCHIVED
    Contact.objects.filter(pk=contact.pk).update(state=state, digest="")
    if not contact.person.erased_at:
        want(contact.person)
        raise Waits(f"The contact of the WorkStream Owner is {state.label.lower()}.")
    raise Refused("The contact of the erased WorkStream Owner is gone in Intercom. Make somebody else owner.")


def described(person: User) -> dict[str, Any]:
    """What Intercom is told of a person."""
    theirs = WorkStream.objects.visible_to(person).order_by("-last_activity_at", "-id")
    latest = theirs.filter(status=Status.OPEN).first() or theirs.first()
    types = set(theirs.filter(status=Status.OPEN).values_list("subscription_type", flat=True))
    told = {
        "portal_company": person.organization.name if person.organization else "",
        "portal_job_title": person.title,
        "portal_language": person.language,
        "portal_lifecycle": _lifecycle(person).label,
        "portal_subscription_types": ", ".join(kind.label for kind in SubscriptionType if kind in types),
        "portal_milestone": latest.milestone_label if latest else "",
        "portal_workstream_url": latest.full_url if latest else "",
    }
    return {
        "email": person.email,
        "name": person.display_name,
        "signed_up_at": int(person.date_joined.timestamp()),
        "custom_attributes": told,
    }


def _lifecycle(person: User) -> Lifecycle:
    """What their organisation is to us (A5)."""
    in_production = WorkStream.objects.filter(
        organization=person.organization_id, status=Status.OPEN, milestone=Milestone.PROCESSING_DATA
    )
    return Lifecycle.CUSTOMER if person.organization_id and in_production.exists() else Lifecycle.USER


def _made(person: User, fields: dict[str, Any]) -> str:
    """Make the contact, or take the one that is there already; its id."""
    wanted = {"role": "user", "external_id": str(person.public_id), **fields}
    try:
        try:
            return client().create_contact(wanted)
        except Taken:
            raise
        except Refused:
            # Attributes that this workspace does not have keep nobody from writing: `intercom_setup` makes them.
            del wanted["custom_attributes"]
            return client().create_contact(wanted)
    except Taken as taken:
        if taken.contact_id:
            return _taken_over(person, taken.contact_id, fields, is_archived=taken.is_archived)
        found = _searched(person)
        return _taken_over(person, found.id, fields, is_archived=found.is_archived)


def _brought_up_to_date(person: User, contact: Contact, fields: dict[str, Any]) -> str:
    try:
        if contact.state == Contact.State.ARCHIVED:
            client().unarchive_contact(contact.contact_id)
        _tell(contact.contact_id, fields)
    except Missing:
        # Deleted, or merged into another: who has our id now, if anybody.
        return _made(person, fields)
    return contact.contact_id


def _taken_over(person: User, contact_id: str, fields: dict[str, Any], *, is_archived: bool) -> str:
    """Use a contact that is there already, unless it is somebody else's."""
    if Contact.objects.known_as(contact_id).exclude(person=person).exists():
        # An address that changed hands: whoever had it before is told of first.
        raise NotNow("Intercom still has this address for another person of the portal.")
    try:
        seen = client().contact(contact_id)
        if _is_anothers(seen, person):
            raise NotNow("Intercom still has this address for another person of the portal.")
        if is_archived or seen.is_archived:
            client().unarchive_contact(contact_id)
        _tell(contact_id, {"external_id": str(person.public_id), **fields})
    except Missing as gone:
        raise NotNow("The contact that Intercom named is not there any more.") from gone
    return contact_id


def _is_anothers(seen: ContactSeen, person: User) -> bool:
    """Whether this contact carries our id of somebody else."""
    try:
        external_id = UUID(seen.external_id)
    except ValueError:
        return False
    return bool(User.objects.filter(public_id=external_id).exclude(pk=person.pk).exists())


def _searched(person: User) -> ContactSeen:
    """Find whom Intercom spoke of without naming them."""
    try:
        return client().contact_with_external_id(str(person.public_id))
    except Missing:
        pass
    is_it = {"operator": "AND", "value": [_equals("email", person.email), _equals("role", "user")]}
    for seen in client().search_contacts(is_it):
        if seen.email == person.email.lower():
            return seen
    raise NotNow("Intercom says that there is a contact with this address, and does not find it yet.")


def _equals(field: str, value: str) -> dict[str, str]:
    return {"field": field, "operator": "=", "value": value}


def _tell(contact_id: str, fields: dict[str, Any]) -> None:
    """Change a contact; without the attributes if Intercom does not take those."""
    try:
        client().update_contact(contact_id, fields)
    except (Missing, Taken):
        raise
    except Refused:
        client().update_contact(
            contact_id, {name: told for name, told in fields.items() if name != "custom_attributes"}
        )


def _is_gone(contact_id: str) -> bool:
    try:
        client().contact(contact_id)
    except Missing:
        return True
    return False


@transaction.atomic
def _store(person: User, contact_id: str, digest: str) -> None:
    """Remember who the person is at Intercom, and who they were."""
    contact = Contact.objects.select_for_update().filter(person=person).first() or Contact(person=person)
    if contact.pk and contact.contact_id != contact_id:
        FormerContact.objects.get_or_create(contact_id=contact.contact_id, defaults={"now": contact})
    FormerContact.objects.filter(contact_id=contact_id).delete()
    contact.contact_id, contact.state = contact_id, Contact.State.ACTIVE
    contact.digest, contact.synced_at = digest, timezone.now()
    contact.save()
