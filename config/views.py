"""The few answers that belong to no app."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.errors import refusal_in
from accounts.http import PortalRequest, way_back
from accounts.profile import is_to_be_welcomed
from milestones import tracks
from workstreams.choices import Milestone
from workstreams.middleware import answer


@login_not_required
@never_cache
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether this process can answer pages: it runs and reaches the database. For load balancers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return JsonResponse({"ok": False, "message": "The database does not answer."}, status=503)
    return JsonResponse({"ok": True})


@login_not_required
@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """What the portal is and how to find one's way, at the same place on every page."""
    explained = [{"label": milestone.label, "explanation": tracks.EXPLANATIONS[milestone]} for milestone in Milestone]
    return render(request, "help.html", {"milestones": explained})


@require_GET
def home(request: PortalRequest) -> HttpResponse:
    """Everybody's first page: the grid for colleagues, their own WorkStreams for the others.

    Clients who came for the first time are asked before who they are (ux 3.2).
    """
    if is_to_be_welcomed(request.user):
        return redirect("accounts:welcome")
    return redirect("workstreams:grid" if request.user.may(Can.SEARCH_GRID) else "workstreams:mine")


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old, or came from elsewhere: say what to do."""
    return render(
        request,
        "refusal.html",
        {
            "message": "This page was open for too long, or was opened in another session. "
            "Go back, reload the page and try again; your browser keeps what you typed.",
            "back_url": way_back(request),
        },
        status=403,
    )


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """What no view answered. Django calls it while it handles the exception.

    A statement that took too long while the session or the person was looked up is answered as in a view. The page asks
    the database for neither again, so it is drawn for a visitor, without waiting notices.
    """
    exception = sys.exception()
    refusal = refusal_in(exception) if isinstance(exception, Exception) else None
    if refusal is None:
        return defaults.server_error(request)
    request.user = AnonymousUser()
    vars(request).pop("_messages", None)
    return answer(request, refusal)
