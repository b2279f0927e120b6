"""Where one is signed in, the second factor, and one's e-mail address."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.core import context
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import addresses, confirming, devices, second_factor
from accounts.errors import AddressTaken, CodeRefused, TooOften
from accounts.forms import AddressForm, CodeForm
from accounts.http import PortalRequest, own_path
from accounts.models import MailedCode

View = Callable[..., HttpResponseBase]
ASKED_ADDRESS = "asked_address"  # in the session: the address a code was mailed to


class KeepsItsSecret(ActivateTOTPForm):  # type: ignore[misc]
    """allauth's form, with the same secret until it is used: opened anew, or twice, the code that was scanned holds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As allauth's, which would make a new secret whenever the page is opened."""
        session = context.request.session
        kept = session.get(SECRET_SESSION_KEY)
        super().__init__(*args, **kwargs)
        if kept:
            session[SECRET_SESSION_KEY] = self.secret = kept


class SetUpSecondFactor(ActivateTOTPView):  # type: ignore[misc]
    """allauth's page, which leads on to the recovery codes."""

    def get_form_class(self) -> type[KeepsItsSecret]:
        """The form that keeps its secret."""
        return KeepsItsSecret

    def form_valid(self, form: Any) -> HttpResponse:
        """The code that switched it on also opens the page of the recovery codes."""
        response: HttpResponse = super().form_valid(form)
        confirming.note_code_of_app(self.request)
        return response


def freshly_confirmed(view: View) -> View:
    """Lead whoever did not show lately that it is them to a page that asks for a code, and back."""

    @wraps(view)
    def insist(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not confirming.is_fresh(request):
            return redirect(f"{reverse('accounts:confirm')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return insist


@never_cache
@require_http_methods(["GET"])
def sessions(request: PortalRequest) -> HttpResponse:
    """Where one is signed in, and what protects the account."""
    context = {
        "sessions": devices.sessions_of(request.user, this=request.session.session_key),
        "has_second_factor": confirming.has_second_factor(request.user),
        "is_second_factor_required": second_factor.is_required_of(request.user),
    }
    return render(request, "accounts/sessions.html", context)


@require_http_methods(["GET", "POST"])
def end_sessions(request: PortalRequest) -> HttpResponse:
    """Sign out one other session, or all others."""
    if request.method == "POST":
        chosen = request.POST.get("session")
        ended = devices.end(
            person=request.user,
            actor=request.user,
            names=[chosen] if chosen else None,
            but=request.session.session_key,
        )
        if ended:
            messages.success(request, f"{ended} session{'s are' if ended > 1 else ' is'} signed out.")
        else:
            messages.info(request, "That session had ended already.")
    return redirect("accounts:sessions")


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: PortalRequest) -> HttpResponse:
    """Ask for a code before something important: of the authenticator app, else one that is mailed."""
    where_to = own_path(request.POST.get("next", "") or request.GET.get("next", "")) or reverse("accounts:sessions")
    by_app = confirming.has_second_factor(request.user)
    form = CodeForm(request.POST if "code" in request.POST else None)
    status = 200
    if request.method == "POST" and "code" not in request.POST and not by_app:
        try:
            confirming.send_code(
                request, person=request.user, purpose=MailedCode.Purpose.CONFIRM, email=request.user.email
            )
        except TooOften as refusal:
            form, status = CodeForm({"code": ""}), refusal.status_code
            form.errors.clear()
            form.add_error(None, refusal.message)
        else:
            messages.info(request, f"A code is on its way to {request.user.email}.")
    elif form.is_bound:
        status = 422
        if form.is_valid():
            try:
                confirming.confirm(request, form.cleaned_data["code"])
            except (CodeRefused, TooOften) as refusal:
                form.add_error("code", refusal.message)
            else:
                return redirect(where_to)
    is_sent = request.method == "POST" and not by_app
    context = {"form": form, "where_to": where_to, "by_app": by_app, "is_sent": is_sent}
    return render(request, "accounts/confirm.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@freshly_confirmed
def address(request: PortalRequest) -> HttpResponse:
    """Ask for another e-mail address: a code goes there."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            email = form.cleaned_data["email"]
            try:
                addresses.ask(request, person=request.user, actor=request.user, email=email)
            except (AddressTaken, TooOften) as refusal:
                form.add_error("email", refusal.message)
            else:
                request.session[ASKED_ADDRESS] = email
                return redirect("accounts:address_code")
    return render(request, "accounts/address.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@freshly_confirmed
def address_code(request: PortalRequest) -> HttpResponse:
    """Take the code from the new address."""
    asked = request.session.get(ASKED_ADDRESS, "")
    if not asked:
        return redirect("accounts:address")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            try:
                addresses.change(request, person=request.user, actor=request.user, code=form.cleaned_data["code"])
            except (CodeRefused, AddressTaken) as refusal:
                form.add_error("code", refusal.message)
            else:
                request.session.pop(ASKED_ADDRESS, None)
                messages.success(request, f"You sign in with {asked} from now on. We told both addresses.")
                return redirect("accounts:sessions")
    return render(request, "accounts/address_code.html", {"form": form, "asked": asked}, status=status)


set_up_second_factor = freshly_confirmed(SetUpSecondFactor.as_view())
