"""What of each vendor is configured, answers, and is missing: read off the vendor itself, changing nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings

from integrations.connectors import is_on
from integrations.failures import Refused, VendorFailure
from integrations.hubspot import client as hubspot_client
from integrations.hubspot.properties import OURS
from integrations.intercom import contacts, conversations
from integrations.intercom.client import client as intercom_client
from integrations.intercom.hints import TOPICS
from integrations.models import InboundEvent, Provider
from integrations.salesforce import client as salesforce_client

# Nobody's: 006 and a right checksum, so that the question is a real one and finds nothing.
NO_OPPORTUNITY = "006000000000000AAA"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `says` also tells what to do where it is not well."""

    is_well: bool
    says: str


def findings(provider: Provider) -> Iterator[Finding]:
    """Look at one vendor; what does not answer ends the look with a finding. Nothing for one that is off."""
    if not is_on(provider):
        return
    try:
        yield from _LOOKS[provider]()
    except Refused as failure:
        yield Finding(is_well=False, says=f"It refuses: {failure.reason}")
    except VendorFailure as failure:
        yield Finding(is_well=False, says=f"It does not answer: {failure.reason}")


def _intercom() -> Iterator[Finding]:
    client = intercom_client()
    workspace = client.workspace()
    yield Finding(is_well=True, says=f"It answers; the token belongs to workspace {workspace or 'unknown'}.")
    yield _set("INTERCOM_APP_ID", bool(settings.INTERCOM_APP_ID), "webhooks of any workspace are believed")
    if settings.INTERCOM_APP_ID and workspace and workspace != settings.INTERCOM_APP_ID:
        yield Finding(is_well=False, says=f"INTERCOM_APP_ID is {settings.INTERCOM_APP_ID}, another workspace.")
    yield _set("INTERCOM_CLIENT_SECRETS", bool(settings.INTERCOM_CLIENT_SECRETS), "every webhook is refused")
    known = settings.INTERCOM_ADMIN_ID in {teammate.id for teammate in client.teammates()}
    yield Finding(known, "INTERCOM_ADMIN_ID names a teammate." if known else "INTERCOM_ADMIN_ID names no teammate.")
    for model, wanted in (("contact", contacts.ATTRIBUTES), ("conversation", conversations.ATTRIBUTES)):
        missing = sorted(set(wanted) - client.attributes(model))
        says = f"Attributes missing of a {model}: {', '.join(missing)}. Run manage.py intercom_setup."
        yield Finding(not missing, says if missing else f"Every attribute of a {model} is there.")
    yield _heard(Provider.INTERCOM, f"Subscribe the app to: {', '.join(sorted(TOPICS))}.")


def _hubspot() -> Iterator[Finding]:
    missing = [wanted.name for wanted in OURS if hubspot_client.describe(wanted.name) is None]
    yield Finding(is_well=True, says="It answers.")
    yield Finding(
        not missing,
        f"Properties missing: {', '.join(missing)}. Run manage.py hubspot_setup."
        if missing
        else "Every property is there.",
    )
    has_form = bool(settings.HUBSPOT_PORTAL_ID and settings.HUBSPOT_FORM_ID)
    yield _set("HUBSPOT_PORTAL_ID and HUBSPOT_FORM_ID", has_form, "no visitor's pages are joined to a contact")


def _salesforce() -> Iterator[Finding]:
    salesforce_client.read([NO_OPPORTUNITY])
    usage = salesforce_client.usage()
    used = f", and {usage.used:,} of {usage.allowed:,} calls of the day are used" if usage else ""
    yield Finding(is_well=True, says=f"It answers; opportunities and the fields we read can be read{used}.")
    yield _set("SALESFORCE_ORGANIZATION_ID", bool(settings.SALESFORCE_ORGANIZATION_ID), "any organisation is believed")
    pushes = settings.SALESFORCE_FLOW_SECRETS or settings.SALESFORCE_FLOW_HMAC_SECRETS
    has_way = bool(pushes or settings.SALESFORCE_OUTBOUND_TOKENS)
    yield _set(
        "SALESFORCE_FLOW_SECRETS, SALESFORCE_FLOW_HMAC_SECRETS or SALESFORCE_OUTBOUND_TOKENS",
        has_way,
        "stages are only found by asking",
    )
    yield _heard(Provider.SALESFORCE, "Check the Flow or the Outbound Message.")


def _set(name: str, is_set: bool, otherwise: str) -> Finding:
    return Finding(is_set, f"{name} is set." if is_set else f"{name} is not set: {otherwise}.")


def _heard(provider: Provider, otherwise: str) -> Finding:
    """Whether it ever told us something; which topics it is subscribed to, no vendor says."""
    last = InboundEvent.objects.filter(provider=provider).order_by("-received_at").first()
    if last is None:
        return Finding(is_well=False, says=f"It never told us anything. {otherwise}")
    return Finding(is_well=True, says=f"It told us something last at {last.received_at:%Y-%m-%d %H:%M} UTC.")


_LOOKS: dict[Provider, Callable[[], Iterator[Finding]]] = {
    Provider.INTERCOM: _intercom,
    Provider.HUBSPOT: _hubspot,
    Provider.SALESFORCE: _salesforce,
}
