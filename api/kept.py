"""What this app keeps about a person, for their copy. Tokens go with the person when they are erased."""

from typing import Any

from accounts.models import User
from accounts.personal import registry
from api.models import ApiToken


@registry.gathers("api-tokens")
def tokens(person: User) -> list[dict[str, Any]]:
    """Their tokens, without the secrets, which nobody has."""
    return [
        {
            "name": token.name,
            "begins": token.beginning,
            "may": token.scopes,
            "made": token.created_at,
            "expires": token.expires_at,
            "last_used": token.last_used_at,
            "revoked": token.revoked_at,
        }
        for token in ApiToken.objects.filter(person=person)
    ]
