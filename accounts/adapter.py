"""How allauth behaves here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import devices, sign_in
from accounts.http import own_path
from accounts.models import User


class PortalAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up happens by giving an e-mail address on our own page, so allauth's own form is closed."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": "That is not the code of the latest mail. Please look again; spaces do not count.",
        "too_many_login_attempts": "That was too often for this address. "
        "Please wait a few minutes, or use the latest mail we sent.",
        "rate_limited": "That was too often. Please wait a few minutes, then try again.",
    }

    def is_open_for_signup(self, request: object) -> bool:
        """Nobody signs up through allauth's form."""
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """Whether signing in and out may lead there: to paths of ours only, and to no other host of ALLOWED_HOSTS."""
        return bool(url and own_path(url))

    def post_login(self, request: HttpRequest, user: User, **told: Any) -> HttpResponse:
        """Remember the browser, and tell the person when it is a new one."""
        response: HttpResponse = super().post_login(request, user, **told)
        devices.begin(request, response, user)
        return response

    def logout(self, request: HttpRequest) -> None:
        """Signing out ends what other tabs of this browser still hear."""
        if isinstance(request.user, User) and request.session.session_key:
            devices.end(person=request.user, actor=request.user, key=request.session.session_key)
        super().logout(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail in our own words; a code comes with a link that does the same on any device."""
        ours = {
            "portal_name": settings.PORTAL_NAME,
            "provider_name": settings.PROVIDER_NAME,
            "base_url": settings.BASE_URL,
        }
        if template_prefix == "account/email/login_code":
            ours["link"] = sign_in.link_for(email, where_to=sign_in.remembered_next(context["request"]))
        super().send_mail(template_prefix, email, context | ours)
