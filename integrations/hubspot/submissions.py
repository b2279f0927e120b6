"""Joining the pages that HubSpot's own cookie has seen to the contact: by submitting a form, the only way there is.

It carries the address and the cookie; everything else goes by the contact's properties, so the form needs one field.
"""

from typing import Any

from django.conf import settings
from django.db.models import F

from accounts.models import User
from integrations.failures import Waits
from integrations.hubspot import client
from integrations.hubspot.models import Contact, VisitTrail
from integrations.models import Delivery
from integrations.movements import Sent

CONTACT_OBJECT = "0-1"
STALE_COOKIE = "INVALID_HUTK"
# Said of the person, not of our form: nobody can do anything about it, and nothing waits behind it for that.
OF_THE_PERSON = frozenset({"INVALID_EMAIL", "BLOCKED_EMAIL"})
# A submission cannot be looked for, and a second one stands on the contact's page for ever.
MOST_UNHEARD = 2


class Submission:
    """Sends one submission, and once more at most when nobody heard whether it was taken."""

    def send(self, delivery: Delivery) -> Sent:
        """Submit. Raises: VendorFailure."""
        person = User.objects.get(pk=delivery.mailbox.person_id)
        trail = VisitTrail.objects.filter(person=person).first()
        if trail is None or not trail.hutk or person.erased_at is not None:
            return Sent({"did": "nothing, there is no consent any more"})
        if not (settings.HUBSPOT_PORTAL_ID and settings.HUBSPOT_FORM_ID):
            return Sent({"did": "nothing, no form is configured"})
        if not Contact.objects.filter(person=person).exclude(contact_id="").exists():
            raise Waits("The contact is to be made first.")
        body = _body(person, trail)
        try:
            client.submit(body)
        except client.FormRefused as refusal:
            if STALE_COOKIE in refusal.codes:
                body["context"].pop("hutk")
                client.submit(body)
                return Sent({"did": "submitted without the cookie, which was stale"}, client.digest(body))
            if refusal.codes & OF_THE_PERSON:
                return Sent({"did": f"nothing, HubSpot answered {', '.join(sorted(refusal.codes))}"})
            raise
        return Sent({"did": "submitted"}, client.digest(body))

    def look(self, delivery: Delivery) -> Sent | None:
        """Nothing to look at; after the second answer that nobody heard it counts as done."""
        trails = VisitTrail.objects.filter(person=delivery.mailbox.person_id)
        trails.update(unheard=F("unheard") + 1)
        trail = trails.first()
        if trail is not None and trail.unheard >= MOST_UNHEARD:
            return Sent({"did": "submitted twice; nobody heard an answer"})
        return None


def _body(person: User, trail: VisitTrail) -> dict[str, Any]:
    """What the submission says; nothing that is empty, because HubSpot refuses empty values."""
    last: dict[str, str] = trail.pages[-1] if trail.pages else {}
    context = {
        "hutk": trail.hutk,
        "ipAddress": trail.ip or "",
        "pageUri": last.get("url", "") or trail.landing_page,
        "pageName": last.get("title", ""),
    }
    body: dict[str, Any] = {
        "submittedAt": str(int(trail.remembered_at.timestamp() * 1000)),
        "fields": [{"objectTypeId": CONTACT_OBJECT, "name": "email", "value": person.email.strip().lower()}],
        "context": {name: value for name, value in context.items() if value},
    }
    if trail.consent_words:
        body["legalConsentOptions"] = {"consent": {"consentToProcess": True, "text": trail.consent_words}}
    return body
