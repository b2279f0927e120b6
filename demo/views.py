"""Becoming one of the demonstration's people, and reading the mails that the portal would have sent."""

from uuid import UUID

from csp.decorators import csp
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import devices
from accounts.models import User
from demo.answers import answers_to, headers_of, write_answer
from demo.links import HAND_OFFS
from demo.people import groups
from notifications.models import Mail

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NEWEST = 100
SHOWN = ("html", "text", "headers")


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
    """Every mail the portal wrote, newest first; with an id, that one beside the list. `?q=` finds people and words."""
    chosen = get_object_or_404(Mail, public_id=mail_id) if mail_id else None
    wanted = request.GET.get("q", "").strip()[:100].replace("\x00", "")
    mails = Mail.objects.all()
    if wanted:
        people = mails.annotate(people=Cast("recipients", TextField())).filter(people__icontains=wanted)
        mails = mails.filter(Q(pk__in=people.values("pk")) | Q(subject__icontains=wanted))
    shown = request.GET.get("as", "")
    context = {
        "mails": mails[:NEWEST],
        "chosen": chosen,
        "wanted": wanted,
        "shown": shown if shown in SHOWN else ("html" if chosen and chosen.html else "text"),
        "headers": headers_of(chosen) if chosen and shown == "headers" else [],
        "answers_to": answers_to(chosen) if chosen else "",
    }
    return render(request, "demo/mailbox.html", context)


@login_not_required
@require_POST
def answer(request: HttpRequest, mail_id: UUID) -> HttpResponse:
    """Answer a mail as its recipient would: their program writes one, and it comes in as any other."""
    mail = get_object_or_404(Mail, public_id=mail_id)
    text = request.POST.get("text", "").strip()
    if text and answers_to(mail):
        write_answer(mail, text)
        messages.success(request, "Your answer is on its way. It shows where the mail came from.")
    return redirect("demo:mail", mail_id)


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
