"""Who asks: a token in a header, or the browser's session."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import second_factor
from accounts.models import User
from api.actions import PREFIX, digest_of
from api.errors import CsrfFailed
from api.models import ApiToken

# How old "last used" may grow before a request writes it anew.
USED_EVERY = timedelta(minutes=1)


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer wsp_...`. Whoever sends that header is not asked for a session."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's person. Raises: AuthenticationFailed, with what is the matter with the token."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        secret = secret.strip()
        if not (secret.isascii() and secret.startswith(PREFIX)):
            raise AuthenticationFailed(f"This is not a token of this portal; those begin with {PREFIX}.")
        token = ApiToken.objects.select_related("person").filter(digest=digest_of(secret)).first()
        now = timezone.now()
        if token is None:
            raise AuthenticationFailed("Nobody has this token.")
        if token.revoked_at is not None:
            raise AuthenticationFailed("This token was revoked.")
        if token.expires_at <= now:
            raise AuthenticationFailed(f"This token expired on {token.expires_at:%d %b %Y}. Make a new one.")
        if not token.person.is_active:
            raise AuthenticationFailed("The person of this token may not sign in any more.")
        if second_factor.is_missing(token.person):
            raise AuthenticationFailed(second_factor.SENTENCE)
        if token.last_used_at is None or now - token.last_used_at >= USED_EVERY:
            ApiToken.objects.used(token, now=now, at_most_every=USED_EVERY)
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        """What an answer with status 401 asks for."""
        return 'Bearer realm="api"'


class PortalSession(SessionAuthentication):
    """The session of somebody who is signed in to the pages; changes need the CSRF token, as in every form."""

    def enforce_csrf(self, request: Request) -> None:
        """Insist on the CSRF token. Raises: CsrfFailed."""
        try:
            super().enforce_csrf(request)
        except Exception as failure:
            raise CsrfFailed("Send the CSRF token of the page in X-CSRFToken, or use an API token.") from failure
