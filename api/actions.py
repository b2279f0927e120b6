"""Every change to a token."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from accounts.errors import NotAllowed
from accounts.fields import one_line
from accounts.models import User
from activity.models import SystemActor
from activity.record import record
from api import events
from api.errors import TokenRefused, TooManyTokens
from api.models import ApiToken, Scope

PREFIX = "wsp_"  # what secret scanners look for
BEGINNING = len(PREFIX) + 4
MOST_TOKENS = 10
LONGEST_DAYS = 365
DEFAULT_DAYS = 90


def digest_of(secret: str) -> str:
    """What is stored of a secret, in hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make_token(
    *,
    person: User,
    actor: User | SystemActor,
    name: str,
    scopes: Iterable[Scope],
    days: int = DEFAULT_DAYS,
    public_id: UUID | None = None,
) -> tuple[ApiToken, str]:
    """Make a token that acts for `person`. Returns it and its secret, which nobody can read again.

    People make their own; an operator makes one on the server. Making it again with the same `public_id` returns the
    token that is there and an empty secret. `days` is how long it lives, 1 to 365.

    Raises: NotAllowed, TokenRefused, TooManyTokens.
    """
    if actor not in (person, SystemActor.OPERATOR):
        raise NotAllowed("You may make API tokens for yourself only.")
    if not person.is_active:
        raise NotAllowed(f"{person.display_name} may not sign in, so no token can act for them.")
    # Two at once take turns, so that the second finds what the first made.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=person.pk)
    public_id = public_id or uuid4()
    if made := ApiToken.objects.filter(public_id=public_id).select_related("person").first():
        if made.person != person:
            raise NotAllowed("This form was used by somebody else already. Open your page of API tokens anew.")
        return made, ""
    name, wanted = one_line(name), [scope for scope in Scope if scope in set(scopes)]
    if not name or not wanted:
        raise TokenRefused("A token needs a name, and something it may be used for.")
    if not 1 <= days <= LONGEST_DAYS:
        raise TokenRefused(f"A token lives 1 to {LONGEST_DAYS} days.")
    now = timezone.now()
    if ApiToken.objects.filter(person=person).usable(now=now).count() >= MOST_TOKENS:
        raise TooManyTokens(f"{MOST_TOKENS} tokens are in use already. Revoke one that is not needed any more.")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        public_id=public_id,
        person=person,
        name=name,
        digest=digest_of(secret),
        beginning=secret[:BEGINNING],
        scopes=wanted,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(
        events.TOKEN_CREATED,
        actor=actor,
        data={"user_id": person.pk, "name": name, "beginning": token.beginning, "words": token.scope_words},
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User) -> ApiToken:
    """End a token at once. Revoking a revoked one changes nothing.

    Raises: NotAllowed for a token of somebody else; ApiToken.DoesNotExist.
    """
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("person").get(pk=token.pk)
    if token.person != actor:
        raise NotAllowed("You may revoke your own API tokens only.")
    if token.revoked_at is not None:
        return token
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(
        events.TOKEN_REVOKED,
        actor=actor,
        data={
            "user_id": token.person.pk,
            "name": token.name,
            "beginning": token.beginning,
            "person": token.person.display_name,
        },
    )
    return token
