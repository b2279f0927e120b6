"""What this app keeps about a person, for their copy and for their erasure."""

from typing import Any

from accounts.models import User
from accounts.personal import Traces, registry
from integrations import outgoing
from integrations.hubspot.actions import FORGET
from integrations.hubspot.models import Contact, VisitTrail
from integrations.models import Provider


@registry.gathers("hubspot")
def told(person: User) -> dict[str, Any]:
    """What HubSpot was told, and how they came to us."""
    contact = Contact.objects.filter(person=person).first()
    trail = VisitTrail.objects.filter(person=person).first()
    found: dict[str, Any] = {}
    if contact is not None:
        found["contact"] = {name: each["value"] for name, each in contact.wanted.items()}
    if trail is not None:
        found["way_here"] = {
            "pages": trail.pages,
            "referrer": trail.referrer,
            "landing_page": trail.landing_page,
            "first_campaign": trail.first_utm,
            "last_campaign": trail.last_utm,
            "first_seen": trail.first_seen_at,
            "hubspot_cookie": trail.hutk,
            "address": trail.ip,
            "agreed_to": trail.consent_words,
        }
    return found


@registry.erases("hubspot contact")
def erase(person: User, _traces: Traces) -> None:
    """Our words go now; HubSpot's, when a worker reaches it. Until then only ids are kept."""
    if Contact.objects.filter(person=person).update(wanted={}, known={}, left_out={}):
        outgoing.write(Provider.HUBSPOT, FORGET, about=person)
