"""Intercom's Messenger on the pages of clients: who is there, and the proof that they are."""

import hashlib
import hmac
from typing import Any

from django.conf import settings

from accounts.models import User


def boot(person: User) -> dict[str, Any]:
    """What the Messenger is started with; empty while it is off, for colleagues, and for whoever has not signed in.

    The id is the one our contacts carry, so that what somebody writes there is found with what they write here (R6).
    Times are Unix seconds.
    """
    if not settings.INTERCOM_MESSENGER or not person.is_authenticated or person.is_team:
        return {}
    known_as = str(person.public_id)
    return {
        "app_id": settings.INTERCOM_APP_ID,
        "user_id": known_as,
        "user_hash": proof_of(known_as),
        "name": person.display_name,
        "email": person.email,
        "created_at": int(person.date_joined.timestamp()),
    }


def proof_of(known_as: str) -> str:
    """The HMAC-SHA256 of an id with the secret of identity verification, in hexadecimal."""
    return hmac.new(settings.INTERCOM_IDENTITY_SECRET.encode(), known_as.encode(), hashlib.sha256).hexdigest()
