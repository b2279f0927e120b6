"""Becoming one of the demonstration's people, and reading the mails that the portal would have sent."""

from uuid import UUID

from csp.decorators import csp
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from accounts import devices
from accounts.models import User
from demo.links import HAND_OFFS
from demo.people import groups
from notifications.models import Mail

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NEWEST = 100


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody of the demonstration, one click each."""
    if request.method == "POST":
        person = _chosen(request.POST.get("person", ""))
        login(request, person, backend=BACKEND)
        response = redirect("home")
        devices.begin(request, response, person)
        return response
    found = groups()
    context = {
        "clients": [group for group in found if not group.is_team],
        "team": [person for group in found if group.is_team for person in group.people],
        "hand_offs": HAND_OFFS,
    }
    return render(request, "demo/people.html", context)


def _chosen(public_id: str) -> User:
    """One of the demonstration's people; somebody who registered themselves cannot be played."""
    for group in groups():
        for person in group.people:
            if str(person.public_id) == public_id:
                return person
    raise Http404("Nobody of the demonstration has this id.")


@login_not_required
@never_cache
@require_GET
def mailbox(request: HttpRequest, mail_id: UUID | None = None) -> HttpResponse:
    """Every mail the portal wrote, newest first; with an id, that one beside the list."""
    chosen = get_object_or_404(Mail, public_id=mail_id) if mail_id else None
    return render(request, "demo/mailbox.html", {"mails": Mail.objects.all()[:NEWEST], "chosen": chosen})


@login_not_required
@never_cache
@xframe_options_sameorigin
@csp(  # type: ignore[arg-type]  # its type forgets the arguments of an address
    {
        "default-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-top-navigation-by-user-activation"],
    }
)
@require_GET
def mail_html(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """The designed form of a mail, for the frame: no scripts, nothing loaded, links open in the whole window."""
    mail = get_object_or_404(Mail.objects.exclude(html=""), public_id=mail_id)
    return HttpResponse(f'<base target="_top">{mail.html}')
