"""The second factor: who must have one, and what happens to those who do not yet."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts import devices, events
from accounts.capabilities import Can
from accounts.confirming import has_second_factor
from accounts.errors import NotAllowed
from accounts.models import User
from activity.record import record

# In the session: that its person was seen to have one. Losing it ends their sessions, so it is never stale.
SEEN = "second_factor"
# Where somebody without one may go: setting it up, confirming that it is them, help, signing out.
OPEN_TO_ALL = ("/accounts/2fa/", "/accounts/reauthenticate/", "/accounts/logout/", "/profile/confirm/", "/help/")
SENTENCE = "Colleagues need a second factor here. Set up your authenticator app first: open the portal in a browser."


def is_required_of(person: User) -> bool:
    """Whether this person has to have a second factor (`MFA_REQUIRED_FOR_STAFF`)."""
    return bool(settings.MFA_REQUIRED_FOR_STAFF) and person.is_team


def is_missing(person: User) -> bool:
    """Whether this person must not do anything before they set up a second factor."""
    return is_required_of(person) and not has_second_factor(person)


class SecondFactorMiddleware:
    """Leads colleagues without a second factor to setting it up, before anything else. Costs one query a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request pass, or say what is missing."""
        person = request.user
        if not isinstance(person, User) or not is_required_of(person) or request.session.get(SEEN):
            return self.get_response(request)
        if request.path_info.startswith((*OPEN_TO_ALL, settings.STATIC_URL)) or request.path_info == "/healthz":
            return self.get_response(request)
        if has_second_factor(person):
            request.session[SEEN] = True
            return self.get_response(request)
        # What a page fetches beside itself would be led there too, and see a page where it waits for an answer.
        is_page = request.headers.get("Sec-Fetch-Dest", "document") == "document"
        is_called = request.path_info.startswith(("/api/", "/live/")) or request.headers.get("HX-Request")
        if is_called or not is_page:
            answer: HttpResponse = JsonResponse({"code": "second_factor_required", "message": SENTENCE}, status=403)
            return answer
        return redirect("mfa_activate_totp")


class PortalMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Our words, and no way out of a second factor that is required."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": "Colleagues need a second factor here, so it cannot be switched off. "
        "An administrator can reset it if you lost your device.",
        "incorrect_code": "That is not the code your app shows now. Please look again.",
        "cannot_generate_recovery_codes": "Set up the authenticator app first; recovery codes are for when it is away.",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether somebody may switch it off."""
        return not is_required_of(authenticator.user)

    def get_totp_issuer(self) -> str:
        """Under which name apps list it."""
        return str(settings.PORTAL_NAME)


@transaction.atomic
def reset(*, person: User, actor: User, request: HttpRequest) -> bool:
    """Take away a second factor whose device is lost; the person is signed out everywhere and told by mail.

    Returns whether there was one. Raises: NotAllowed, also for one's own.
    """
    if not actor.may(Can.MANAGE_PORTAL):
        raise NotAllowed(f"You may not {Can.MANAGE_PORTAL}.")
    if person.pk == actor.pk:
        raise NotAllowed("Another administrator has to reset yours; you can change it yourself on your profile.")
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    gone, _ = Authenticator.objects.filter(user=person).delete()
    if not gone:
        return False
    record(events.SECOND_FACTOR_RESET, actor=actor, data={"user_id": person.pk, "name": person.display_name})
    devices.end(person=person, actor=actor, reason="second factor reset")
    get_adapter(request).send_mail(
        "account/email/second_factor_reset", person.email, {"person": person, "at": timezone.now()}
    )
    return True
