"""The few answers that belong to no app."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.http import PortalRequest, way_back
from milestones import tracks
from workstreams.choices import Milestone


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
    """Everybody's first page: the grid for colleagues, their own WorkStreams for the others."""
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
