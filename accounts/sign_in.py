"""Signing in by e-mail: one mail with a code and a link.

allauth keeps the code (in the session that asked for it), the limits and the second factor; sesame signs the link,
which works on any device. What we need of allauth beyond its settings, adapter, views and forms is in two modules only:
here `record_authentication` and the name of one method that decides about a sign-in that was begun and not finished; in
`accounts.confirming` the record of how and when somebody signed in.
"""

from typing import Any
from urllib.parse import urlencode

from allauth.account.forms import RequestLoginCodeForm
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import filter_users_by_email, get_next_redirect_url, perform_login
from allauth.account.views import RequestLoginCodeView
from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from sesame.backends import ModelBackend
from sesame.utils import get_token

from accounts import actions
from accounts.models import User

SCOPE = "sign-in"
NEXT_IN_SESSION = "sign_in_next"
TOO_OFTEN = "too_many_login_attempts"
# An expired link still tells whom to mail a new one, for as long as mails are read.
RECOGNISED_FOR = 90 * 24 * 3600


def safe_next(request: HttpRequest) -> str:
    """Where to go after signing in, if the request names a path of ours (`adapter.is_safe_url`); else empty."""
    return str(get_next_redirect_url(request) or "")


def remembered_next(request: HttpRequest) -> str:
    """Where the sign-in that was begun in this session leads."""
    return str(request.session.get(NEXT_IN_SESSION, ""))


class SignInForm(RequestLoginCodeForm):  # type: ignore[misc]
    """One field. Known, unknown and closed addresses are all valid."""

    _user: User | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say whose address we want."""
        super().__init__(*args, **kwargs)
        field = self.fields["email"]
        field.label = "Work e-mail"
        field.max_length = field.widget.attrs["maxlength"] = 254
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["autocapitalize"] = "none"
        field.error_messages["required"] = "Please give your e-mail address."
        field.error_messages["invalid"] = "This does not look like an e-mail address. It is like ann@acme.com."

    def clean_email(self) -> str:
        """The address in lower case; tries are counted here, by address and by network."""
        email: str = super().clean_email()
        if len(email) > 254:
            self.add_error("email", "This is too long for an e-mail address.")
        return email

    @property
    def was_too_often(self) -> bool:
        """Whether the limit was reached."""
        return bool(self.has_error("email", code=TOO_OFTEN))

    def register(self) -> None:
        """Register the address if it is new, so that there is somebody to mail a code to."""
        if self._user is None:
            self._user = actions.register(email=self.cleaned_data["email"])
        else:
            actions.register(email=self._user.email)


class SignInView(RequestLoginCodeView):  # type: ignore[misc]
    """Asks for the address and mails a code; everybody gets the same answer."""

    template_name = "accounts/sign_in.html"
    form_class = SignInForm

    def where_to(self) -> str:
        """The address to lead to after signing in; empty for the person's first page."""
        return safe_next(self.request)

    def get_initial(self) -> dict[str, Any]:
        """The address that a link of ours brings along, to be sent or changed."""
        return {"email": self.request.GET.get("email", "")[:254]}

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: object) -> None:
        """A sign-in that was begun does not keep anybody from beginning anew, perhaps with another address."""

    def form_valid(self, form: SignInForm) -> HttpResponse:
        """Mail the code and go on to the page that asks for it."""
        with transaction.atomic():
            form.register()
            self.request.session[NEXT_IN_SESSION] = self.where_to()
            response: HttpResponse = super().form_valid(form)
        return response

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        """Say what is the matter, with the status that fits."""
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 429 if form.was_too_often else 422
        return response

    def get_success_url(self) -> str | None:
        """The page that asks for the code; for those signed in already, where they wanted to go."""
        if self.request.user.is_authenticated:
            return self.where_to() or None
        return _with_next(reverse("account_confirm_login_code"), self.where_to())


def link_for(email: str, *, where_to: str = "") -> str:
    """A link that signs in the person with this address, once, within fifteen minutes. Empty for nobody."""
    people = filter_users_by_email(email, is_active=True, prefer_verified=True)
    if not people:
        return ""
    parameters = {"key": get_token(people[0], scope=SCOPE)} | ({"next": where_to} if where_to else {})
    return f"{settings.BASE_URL}{reverse('accounts:sign_in_link')}?{urlencode(parameters)}"


def person_of_link(key: str) -> User | None:
    """Whom this link signs in; None when it is used, too old or made up."""
    return _parse(key)


def person_of_old_link(key: str) -> User | None:
    """Whom this link was made for, though it is too old by now; None when it is used or made up."""
    return _parse(key, max_age=RECOGNISED_FOR)


@transaction.atomic
def by_link(request: HttpRequest, key: str, *, where_to: str) -> HttpResponse | None:
    """Sign in by a mailed link; None when it does not hold. A second factor is asked for all the same.

    The lock makes two clicks take turns, and the first one ends the link: it dies with the person's last sign-in.
    """
    person = person_of_link(key)
    if person is None:
        return None
    User.objects.select_for_update().get(pk=person.pk)
    person = person_of_link(key)
    if person is None:
        return None
    actions.confirm_email(actor=person)
    return by_mailed_proof(request, person, where_to=where_to)


def by_mailed_proof(request: HttpRequest, person: User, *, where_to: str) -> HttpResponse:
    """Sign in somebody who has just shown that they read their mails. A second factor is asked for all the same."""
    if request.user.is_authenticated and request.user != person:
        logout(request)
    record_authentication(request, person, method="code", email=person.email)
    response: HttpResponse = perform_login(request, person, redirect_url=where_to or None, email=person.email.lower())
    return response


def _parse(key: str, *, max_age: int | None = None) -> User | None:
    return ModelBackend().authenticate(None, sesame=key, scope=SCOPE, max_age=max_age) if key else None


def _with_next(url: str, where_to: str) -> str:
    return f"{url}?{urlencode({'next': where_to})}" if where_to else url
