"""What this app keeps about a person: under which ids Intercom knows them, and their name in what they said there."""

from typing import Any

from accounts.models import User
from accounts.personal import Traces, registry
from chat import changes
from chat.models import Message, Note
from integrations.intercom.models import Contact, FormerContact, Part, Teammate


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


@registry.erases("their name in what they said in Intercom")
def forget_name(person: User, _: Traces) -> None:
    """What was stored under their name, because they took no part here at that time, bears it no longer."""
    ids = {
        *Contact.objects.filter(person=person).values_list("contact_id", flat=True),
        *FormerContact.objects.filter(now__person=person).values_list("contact_id", flat=True),
        *Teammate.objects.filter(person=person).values_list("admin_id", flat=True),
    }
    said = Part.objects.filter(direction=Part.Direction.IN, author_id__in=ids)
    changes.forget_names(Message.objects.filter(pk__in=said.values("message")))
    changes.forget_names(Note.objects.filter(pk__in=said.values("note")))
