"""Signing in, and who may do what."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.capabilities import CAPABILITIES, Can, Standing
from accounts.errors import NotAllowed
from accounts.http import PortalRequest


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """One field, the e-mail address; known and unknown addresses get the same answer."""
    return render(request, "accounts/sign_in.html")


@require_GET
def capabilities(request: PortalRequest) -> HttpResponse:
    """The table role x capability, as the code holds it."""
    if not request.user.may(Can.MANAGE_PORTAL):
        raise NotAllowed(f"You may not {Can.MANAGE_PORTAL}.")
    standings = [standing for standing in Standing if standing != Standing.STRANGER]
    rows = [(can.value, [can in CAPABILITIES[standing] for standing in standings]) for can in Can]
    return render(request, "accounts/capabilities.html", {"standings": standings, "rows": rows})
