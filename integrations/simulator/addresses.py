"""Which vendors there are, and the portal's settings that lead to their simulators. Light: `make run` reads it, too."""

from urllib.parse import urlsplit

# Where each vendor's class is: "package:Class". A vendor's simulator enters itself here, with its settings below.
VENDORS = {
    "hubspot": "integrations.hubspot.simulator.vendor:HubSpot",
    "intercom": "integrations.intercom.simulator.vendor:Intercom",
    "salesforce": "integrations.salesforce.simulator.vendor:Salesforce",
}

INTERCOM_TOKEN = "simulated-intercom-token"  # noqa: S105  a word of the simulator's
INTERCOM_SECRET = "simulated-client-secret"  # noqa: S105
INTERCOM_APP = "sim12345"
INTERCOM_SERVICE_ADMIN = "493880"
HUBSPOT_TOKEN = "simulated-hubspot-token"  # noqa: S105
HUBSPOT_PORTAL = "4711"
HUBSPOT_FORM = "1c5a4d2e-0f3b-4a6c-9d7e-8b1f2a3c4d5e"
SALESFORCE_KEY = "simulated-consumer-key"
SALESFORCE_SECRET = "simulated-consumer-secret"  # noqa: S105
SALESFORCE_FLOW_SECRET = "simulated-flow-secret-0123456789"  # noqa: S105
SALESFORCE_OUTBOUND_TOKEN = "simulated-outbound-token-0123456789"  # noqa: S105
SALESFORCE_ORGANIZATION = "00D5g000000KqXyEAK"


def settings_for(url: str) -> dict[str, str]:
    """The environment of a portal whose vendors are the simulator at this address; lists are parted by commas."""
    return {name: value for variables in settings_by_vendor(url).values() for name, value in variables.items()}


def settings_by_vendor(url: str) -> dict[str, dict[str, str]]:
    """The same, apart for each vendor."""
    host = urlsplit(url)
    of_vendor = {
        "intercom": {
            "INTERCOM_TOKEN": INTERCOM_TOKEN,
            "INTERCOM_BASE_URL": f"{url}/intercom",
            "INTERCOM_CLIENT_SECRETS": INTERCOM_SECRET,
            "INTERCOM_APP_ID": INTERCOM_APP,
            # No INTERCOM_IDENTITY_SECRET: with it, Intercom's real Messenger would be put on the pages.
            "INTERCOM_ADMIN_ID": INTERCOM_SERVICE_ADMIN,
            "INTERCOM_FILE_HOSTS": host.hostname or "",
        },
        "hubspot": {
            "HUBSPOT_TOKEN": HUBSPOT_TOKEN,
            "HUBSPOT_BASE_URL": f"{url}/hubspot",
            "HUBSPOT_FORMS_URL": f"{url}/hubspot-forms",
            "HUBSPOT_PORTAL_ID": HUBSPOT_PORTAL,
            "HUBSPOT_FORM_ID": HUBSPOT_FORM,
        },
        "salesforce": {
            "SALESFORCE_CONSUMER_KEY": SALESFORCE_KEY,
            "SALESFORCE_CONSUMER_SECRET": SALESFORCE_SECRET,
            "SALESFORCE_DOMAIN": "simulated.my",
            "SALESFORCE_SIMULATOR_PORT": str(host.port),
            "SALESFORCE_FLOW_SECRETS": SALESFORCE_FLOW_SECRET,
            "SALESFORCE_OUTBOUND_TOKENS": SALESFORCE_OUTBOUND_TOKEN,
            "SALESFORCE_ORGANIZATION_ID": SALESFORCE_ORGANIZATION,
        },
    }
    return {vendor: of_vendor[vendor] for vendor in VENDORS}
