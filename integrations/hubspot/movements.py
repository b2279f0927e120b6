"""What moves between the portal and HubSpot."""

from integrations.hubspot import contacts
from integrations.hubspot.actions import FORGET, SUBMIT, SYNC
from integrations.hubspot.submissions import Submission
from integrations.models import Provider
from integrations.movements import Kind, Simply, movements

movements.declare(
    Provider.HUBSPOT,
    SYNC,
    "A contact for everybody who registers: address, whether it is confirmed, name, company, job title, language, "
    "pages seen, referrer, first and last campaign",
    source="Portal: registration, profile, visits",
    target="HubSpot: contact",
    gaps="What somebody at HubSpot wrote later stays. Properties that HubSpot does not take are left out and named.",
    sender=Simply(contacts.send),
)
movements.declare(
    Provider.HUBSPOT,
    SUBMIT,
    "The pages that HubSpot’s own cookie has seen are joined to the contact, with the visitor’s consent",
    source="Portal: visits",
    target="HubSpot: form submission",
    gaps="Nothing of visitors without the cookie. One whose answer nobody heard is sent twice at most.",
    sender=Submission(),
)
movements.declare(
    Provider.HUBSPOT,
    FORGET,
    "The contact of somebody whose personal data is erased is deleted for good",
    source="Portal: erasure",
    target="HubSpot: contact",
    sender=Simply(contacts.forget),
)
movements.declare(
    Provider.HUBSPOT,
    "lead",
    "A Lead for each contact, made by HubSpot’s own integration; the portal makes none",
    source="HubSpot: contact",
    target="Salesforce: Lead",
    kind=Kind.NATIVE,
    gaps="Salesforce wants a last name and a company. What comes of an address alone is set in HubSpot.",
)
