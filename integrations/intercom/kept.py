"""What this app keeps about a person, for their copy: under which ids Intercom knows them."""

from typing import Any

from accounts.models import User
from accounts.personal import registry
from integrations.intercom.models import Contact, Teammate


@registry.gathers("intercom")
def known_as(person: User) -> dict[str, Any]:
    """The contact they are at Intercom, or the teammate."""
    contact = Contact.objects.filter(person=person).first()
    return {
        "contact": contact.contact_id if contact else None,
        "state": contact.get_state_display() if contact else None,
        "former_contacts": list(contact.former.values_list("contact_id", flat=True)) if contact else [],
        "teammates": list(Teammate.objects.filter(person=person).values_list("admin_id", flat=True)),
    }
