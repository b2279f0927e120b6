"""The page of an invitation's link: opening it only asks; a button joins, because mail scanners open links too."""

from urllib.parse import urlencode

from allauth.decorators import rate_limit
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods

from accounts.errors import BelongsElsewhere
from accounts.models import User
from accounts.profile import is_to_be_welcomed
from accounts.sign_in import by_mailed_proof
from workstreams import invitations
from workstreams.errors import InvitationEnded
from workstreams.models import Invitation


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limit(action="login")  # type: ignore[untyped-decorator]
def invitation(request: HttpRequest) -> HttpResponse:
    """What the mailed link opens (R75, R77). The address holds the key, so nobody keeps or learns it."""
    key = (request.POST if request.method == "POST" else request.GET).get("key", "")
    found = invitations.look_up(key)
    if found is None:
        response = render(request, "workstreams/invitation/unknown.html", status=404)
    elif request.method == "POST":
        response = _act(request, found, request.POST.get("act", ""))
    else:
        response = _page(request, found)
    patch_cache_control(response, no_store=True, private=True)
    # The key goes to nobody, ourselves included; `no-referrer` would hide where a form comes from as well.
    response["Referrer-Policy"] = "strict-origin"
    return response


def _page(request: HttpRequest, found: Invitation, *, refusal: str = "", status: int = 200) -> HttpResponse:
    user = request.user
    is_theirs = user.is_authenticated and user.email.lower() == found.email
    has_ended = found.accepted_at is None and invitations.has_ended(found)
    if is_theirs and not refusal and (found.accepted_at or not has_ended):
        return _join(request, found)
    context = {
        "invitation": found,
        "workstream": found.workstream,
        "key": invitations.key_of(found),
        "is_theirs": is_theirs,
        "is_used": found.accepted_at is not None,
        "has_ended": has_ended,
        "refusal": refusal,
        "asked": "asked" in request.GET,
    }
    if has_ended and status == 200:
        status = 410
    return render(request, "workstreams/invitation/page.html", context, status=status)


def _act(request: HttpRequest, found: Invitation, act: str) -> HttpResponse:
    if act == "ask":
        invitations.ask_for_another(found)
        return redirect(f"{invitations.path_of(found)}&asked")
    if act == "switch":
        logout(request)
        return redirect(invitations.path_of(found))
    if act == "join" and found.accepted_at is None and not invitations.has_ended(found):
        return _join(request, found)
    return _page(request, found)


def _join(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Those signed in with its address are on it; the others register, or sign in first when they have registered."""
    user = request.user
    try:
        if user.is_authenticated:
            if user.email.lower() != found.email:
                return redirect(invitations.path_of(found))  # never silently joined as somebody else
            return redirect(invitations.accept(invitation=found, actor=user))
        with transaction.atomic():
            person = invitations.register_and_accept(found)
            if person is not None:
                return _welcome(request, person, found)
    except (InvitationEnded, BelongsElsewhere) as refusal:
        return _page(request, found, refusal=refusal.message, status=refusal.status_code)
    query = urlencode({"next": invitations.path_of(found), "email": found.email})
    return redirect(f"{reverse('accounts:sign_in')}?{query}")


def _welcome(request: HttpRequest, person: User, found: Invitation) -> HttpResponse:
    """To the WorkStream; who is new is asked for their name on the way, since others read it beside what they write."""
    where_to = found.workstream.get_absolute_url()
    if is_to_be_welcomed(person):
        where_to = f"{reverse('accounts:welcome')}?{urlencode({'next': where_to})}"
    return by_mailed_proof(request, person, where_to=where_to)
