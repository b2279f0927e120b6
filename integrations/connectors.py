"""Which vendors are configured."""

from django.conf import settings

from integrations.models import Provider

# The setting without which nothing can be sent or read there.
_NEEDS = {
    Provider.INTERCOM: "INTERCOM_TOKEN",
    Provider.HUBSPOT: "HUBSPOT_TOKEN",
    Provider.SALESFORCE: "SALESFORCE_CONSUMER_KEY",
}


def is_on(provider: str) -> bool:
    """Whether an operator has configured this vendor; nothing is written for, or asked of, one that is off."""
    return bool(getattr(settings, _NEEDS[Provider(provider)]))
