"""Signing in."""

from urllib.parse import urlencode

from allauth.account.views import LoginView
from allauth.decorators import rate_limit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.sign_in import (
    SignInForm,
    SignInView,
    by_link,
    person_of_link,
    person_of_old_link,
    remembered_next,
    safe_next,
)

sign_in = SignInView.as_view()
# For people who chose a password; the code by mail always works.
sign_in_by_password = LoginView.as_view(template_name="accounts/sign_in_by_password.html")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="login")  # type: ignore[untyped-decorator]
def sign_in_link(request: HttpRequest) -> HttpResponse:
    """The link of the mail. Opening it only asks; mail scanners open links too, and would use it up."""
    where_to = safe_next(request)
    if request.method == "POST":
        key = request.POST.get("key", "")
        response = by_link(request, key, where_to=where_to)
        return response or _link_expired(request, key, where_to)
    key = request.GET.get("key", "")
    person = person_of_link(key)
    if request.user.is_authenticated and person in {None, request.user}:
        return redirect(where_to or "home")
    if person is None:
        return _link_expired(request, key, where_to)
    return render(request, "accounts/sign_in_link.html", {"person": person, "key": key, "where_to": where_to})


def _link_expired(request: HttpRequest, key: str, where_to: str) -> HttpResponse:
    person = person_of_old_link(key)
    form = SignInForm(initial={"email": person.email if person else ""})
    return render(request, "accounts/sign_in_link_expired.html", {"form": form, "where_to": where_to}, status=410)


@login_not_required
def to_sign_in(request: HttpRequest, **_: str) -> HttpResponse:
    """In the place of pages of allauth's that the portal does not have: everybody signs in at one place."""
    where_to = safe_next(request) or remembered_next(request)
    query = f"?{urlencode({'next': where_to})}" if where_to else ""
    return redirect(f"{reverse('accounts:sign_in')}{query}")


@login_not_required
@require_GET
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """“Use another address”: back to where this session began to sign in, which is the start page or the sign-in."""
    return redirect(remembered_next(request) or "accounts:sign_in")
