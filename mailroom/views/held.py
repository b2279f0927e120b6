"""The page of mails that wait for a colleague."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.capabilities import Can
from accounts.errors import DomainError, NotAllowed
from accounts.http import PortalRequest
from mailroom import actions
from mailroom.forms import AcceptForm, DiscardForm
from mailroom.models import IncomingMail
from notifications.models import BouncedAddress

ON_A_PAGE = 50


@require_GET
def held(request: PortalRequest) -> HttpResponse:
    """Every held mail, newest first, and the addresses that do not take ours."""
    _insist_on_a_colleague(request)
    mails = IncomingMail.objects.visible_to(request.user).held()
    context = {
        "page": Paginator(mails, ON_A_PAGE).get_page(request.GET.get("page")),
        "bounced": BouncedAddress.objects.visible_to(request.user)[:ON_A_PAGE],
    }
    return render(request, "mailroom/held.html", context)


@require_GET
def mail(request: PortalRequest, mail_id: UUID) -> HttpResponse:
    """One mail, with what can be done with it."""
    return _mail(request, _found(request, mail_id), DiscardForm())


@require_POST
def accept(request: PortalRequest, mail_id: UUID) -> HttpResponse:
    """Put it where it belongs."""
    found = _found(request, mail_id)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _mail(request, found, DiscardForm(), refusal="Choose where it goes.", status=422)
    try:
        actions.accept(mail=found, actor=request.user, as_note=form.cleaned_data["where"] == "note")
    except NotAllowed:
        raise
    except DomainError as refusal:
        return _mail(request, found, DiscardForm(), refusal=refusal.message, status=refusal.status_code)
    messages.success(request, "It is in the notes now." if form.cleaned_data["where"] == "note" else "It is posted.")
    return redirect("mailroom:held")


@require_POST
def discard(request: PortalRequest, mail_id: UUID) -> HttpResponse:
    """Settle it without posting it."""
    found = _found(request, mail_id)
    form = DiscardForm(request.POST)
    if not form.is_valid():
        return _mail(request, found, form, status=422)
    try:
        actions.discard(mail=found, actor=request.user, reason=form.cleaned_data["reason"])
    except NotAllowed:
        raise
    except DomainError as refusal:
        return _mail(request, found, form, refusal=refusal.message, status=refusal.status_code)
    messages.success(request, "It is discarded.")
    return redirect("mailroom:held")


def _insist_on_a_colleague(request: PortalRequest) -> None:
    """Answers to notes are among these mails, so for everybody else there is no such page (R70)."""
    if not request.user.may(Can.READ_NOTES):
        raise Http404


def _found(request: PortalRequest, mail_id: UUID) -> IncomingMail:
    _insist_on_a_colleague(request)
    mails = IncomingMail.objects.visible_to(request.user).select_related("workstream", "person", "settled_by")
    found: IncomingMail = get_object_or_404(mails.defer("raw"), public_id=mail_id)
    return found


def _mail(
    request: PortalRequest, found: IncomingMail, form: DiscardForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {"mail": found, "form": form, "refusal": refusal}
    return render(request, "mailroom/mail.html", context, status=status)
