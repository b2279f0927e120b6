"""From the public site's link to a started WorkStream."""

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.capabilities import Can
from accounts.http import PortalRequest
from accounts.sign_in import SignInForm, SignInView
from subscriptions import actions, handoff
from subscriptions.forms import SelectionForm, StartForm, draft_of
from subscriptions.handoff import Selection
from subscriptions.models import StartAttempt
from workstreams.models import WorkStream

BEGAN_HERE = "start_attempt"
# Programs that look at links for people: they see the page and leave no attempt behind.
_NOT_A_VISITOR = re.compile(r"bot\b|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|embedly", re.IGNORECASE)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Where the public site's links and “Start a WorkStream” arrive (R16-R22).

    Makes an attempt and leads to its own address, so that reloading keeps it. Whoever only looks at links gets a page
    with a button that does the same.
    """
    user = request.user if request.user.is_authenticated else None
    if user is not None and user.is_team and user.may(Can.START_WORKSTREAM):
        return redirect("workstreams:new")
    link = handoff.read(request.META.get("QUERY_STRING", ""))
    if request.method != "POST" and not _is_visited(request):
        context = {"selection": link.selection, "query": request.META.get("QUERY_STRING", "")}
        return render(request, "subscriptions/start.html", context)
    attempt = actions.open_attempt(
        handoff=link,
        actor=user,
        began_here=request.session.get(BEGAN_HERE, ""),
        referrer=handoff.read_referrer(request.headers.get("Referer", "")),
    )
    request.session[BEGAN_HERE] = str(attempt.public_id)
    if link.unreadable:
        messages.info(
            request, "Part of the link could not be read, so it was left out. You can fill it in here, or later."
        )
    return redirect("subscriptions:attempt", attempt.public_id)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """One attempt: first the address and the code, then the form. It opens on any device (R17).

    Its pages are asked for anew each time, so that the back button leads to the WorkStream once there is one. Only
    the page that answers a form with what is the matter may be shown from memory: asking for it anew would mean
    sending the form again, and browsers show an error instead.
    """
    if request.user.is_authenticated:
        response = _form(request, public_id)  # type: ignore[arg-type]
        if request.method != "POST":
            add_never_cache_headers(response)
        return response
    arrived: HttpResponseBase = arrive(request, public_id=public_id)
    return arrived


class Arrive(SignInView):
    """For those not signed in: what was chosen, and one field for the address (R95)."""

    template_name = "subscriptions/arrive.html"
    attempt: StartAttempt
    selection_form: SelectionForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the attempt; one that somebody has claimed, like one that never was, asks to sign in."""
        found = StartAttempt.objects.visible_to(request.user).filter(public_id=kwargs["public_id"]).first()
        if found is None:
            return redirect(f"{reverse('accounts:sign_in')}?{urlencode({'next': request.path})}")
        self.attempt = found
        self.selection_form = SelectionForm(selection=self.selection)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    @property
    def selection(self) -> Selection:
        """What was chosen so far."""
        return Selection.from_json(self.attempt.selection)

    def where_to(self) -> str:
        """The code and the link lead back to this attempt."""
        return reverse("subscriptions:attempt", args=[self.attempt.public_id])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Either the address, or the selection changed in place."""
        if "choose" not in request.POST:
            response: HttpResponse = super().post(request, *args, **kwargs)
            return response
        self.selection_form = SelectionForm(request.POST, selection=self.selection)
        if not self.selection_form.is_valid():
            page: HttpResponse = self.render_to_response(self.get_context_data(form=SignInForm()), status=422)
            return page
        actions.choose(attempt=self.attempt, actor=None, selection=self.selection_form.selection())
        return redirect(self.where_to())

    def form_valid(self, form: SignInForm) -> HttpResponse:
        """Remember the address with the attempt, then mail the code."""
        actions.note_email(attempt=self.attempt, email=form.cleaned_data["email"])
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page prints."""
        context = {"attempt": self.attempt, "selection": self.selection, "selection_form": self.selection_form}
        found: dict[str, Any] = super().get_context_data(**kwargs) | context
        return found


arrive = Arrive.as_view()


def _form(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """For those signed in: name, day, description, and the type (R37). Whoever opens an unclaimed attempt claims it."""
    mine = StartAttempt.objects.visible_to(request.user)
    attempt = get_object_or_404(mine.select_related("workstream"), public_id=public_id)
    if attempt.workstream is not None:
        return _to_its_chat(attempt.workstream)
    attempt = actions.claim(attempt=attempt, actor=request.user)
    if request.method != "POST" or "choose" in request.POST:
        return _show(request, attempt, StartForm(user=request.user, attempt=attempt))
    form = StartForm(request.POST, user=request.user, attempt=attempt)
    if not form.is_valid():
        actions.save_draft(attempt=attempt, actor=request.user, draft=draft_of(request.POST))
        return _show(request, attempt, form, status=422)
    workstream = actions.start_from_attempt(attempt=attempt, actor=request.user, wish=form.wish())
    # The page adds by when the team answers.
    messages.success(request, "WorkStream started.", extra_tags="started")
    return _to_its_chat(workstream)


def _to_its_chat(workstream: WorkStream) -> HttpResponse:
    """To the page of what was started, with the focus on the chat."""
    return redirect(f"{workstream.get_absolute_url()}#chat-title")


def _show(request: PortalRequest, attempt: StartAttempt, form: StartForm, *, status: int = 200) -> HttpResponse:
    others = StartAttempt.objects.visible_to(request.user).begun_by(request.user).unfinished()
    earlier = others.recent(now=timezone.now()).exclude(pk=attempt.pk).exclude(selection={}, draft={}).first()
    context = {
        "attempt": attempt,
        "selection": Selection.from_json(attempt.selection),
        "form": form,
        "earlier": earlier,
        "earlier_selection": Selection.from_json(earlier.selection) if earlier else None,
    }
    return render(request, "subscriptions/form.html", context, status=status)


@require_POST
def draft(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Keep what was typed so far; the page sends it every few seconds and when it is left."""
    found = get_object_or_404(StartAttempt.objects.visible_to(request.user), public_id=public_id)
    actions.save_draft(attempt=found, actor=request.user, draft=draft_of(request.POST))
    return HttpResponse(status=204)


@require_POST
def empty(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Forget what was typed and begin with the selection alone."""
    found = get_object_or_404(StartAttempt.objects.visible_to(request.user), public_id=public_id)
    actions.save_draft(attempt=found, actor=request.user, draft={})
    return redirect("subscriptions:attempt", public_id)


def _is_visited(request: HttpRequest) -> bool:
    """Whether a person is looking, rather than a program or a browser that loads ahead."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    agent = request.headers.get("User-Agent", "")
    return request.method == "GET" and "prefetch" not in purpose and not _NOT_A_VISITOR.search(agent)
