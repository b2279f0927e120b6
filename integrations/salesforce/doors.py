"""What shows that something comes from our own Salesforce."""

import hmac

from django.conf import settings

from integrations.salesforce.ids import NotAnOpportunity, complete


def is_one_of(told: str, secrets: list[str]) -> bool:
    """Whether it is one of our secrets; every one is compared, in constant time."""
    matches = [hmac.compare_digest(told.encode(), secret.encode()) for secret in secrets if secret]
    return any(matches)


def is_our_organization(told: str) -> bool:
    """Whether an organisation's ID of 15 or 18 characters is ours; any is where none is configured."""
    return not settings.SALESFORCE_ORGANIZATION_ID or is_same_id(told, settings.SALESFORCE_ORGANIZATION_ID)


def is_same_id(one: str, other: str) -> bool:
    """Whether two IDs of 15 or 18 characters name one record."""
    try:
        return complete(one) == complete(other)
    except NotAnOpportunity:
        return False
