"""The subscription on the WorkStream page and on the administration screen."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.capabilities import Can
from accounts.http import PortalRequest
from subscriptions import actions
from subscriptions.attributes import USUAL_HOURS, number, outside_range
from subscriptions.forms import TermsForm, TypeForm
from subscriptions.models import AgileTerms, Terms
from subscriptions.panel import earlier_terms, panel_for
from workstreams.choices import SubscriptionType
from workstreams.errors import ChangedMeanwhile, Closed
from workstreams.models import WorkStream
from workstreams.tenancy import require
from workstreams.views.fetch import administered


@require_GET
@vary_on_headers("HX-Request")
def panel(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The panel alone, for htmx; others are led to the page it is on."""
    workstream = _fetch(request, public_id)
    if not request.htmx:
        return redirect(_on_the_page(workstream))
    return render(request, "subscriptions/_terms.html", {"panel": panel_for(workstream, request.user)})


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def edit(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Fill in what is known by now (R20): in the panel's place, or on a page of its own."""
    workstream = _fetch(request, public_id)
    require(request.user, Can.EDIT_DETAILS, workstream)
    if not workstream.is_open:
        raise Closed(f"“{workstream.name}” is closed, so its subscription stays as it is.")
    for_clients = not request.user.is_internal
    if request.method == "GET":
        focus = request.GET.get("field", "")
        return _edit(request, workstream, TermsForm(workstream=workstream, for_clients=for_clients, focus=focus))
    form = TermsForm(request.POST, workstream=workstream, for_clients=for_clients)
    if not form.is_valid():
        return _edit(request, workstream, form, status=422)
    try:
        actions.edit_terms(
            workstream=workstream, actor=request.user, values=form.values(), seen=form.cleaned_data["seen"] or None
        )
    except ChangedMeanwhile as refusal:
        renewed = form.renewed(workstream, for_clients=for_clients)
        return _edit(request, workstream, renewed, status=409, refusal=refusal.message)
    if request.htmx:
        return render(request, "subscriptions/_terms.html", {"panel": panel_for(workstream, request.user)})
    messages.success(request, "The subscription details are saved.")
    return redirect(_on_the_page(workstream))


@require_http_methods(["GET", "POST"])
def administration(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The Subscription tab: every attribute of the type, and the type itself (R40-R43, A32)."""
    workstream = administered(request.user, public_id)
    if request.method == "GET":
        return _administration(request, workstream)
    form = TermsForm(request.POST, workstream=workstream, for_clients=False)
    if not form.is_valid():
        return _administration(request, workstream, form=form, status=422)
    try:
        terms = actions.edit_terms(
            workstream=workstream, actor=request.user, values=form.values(), seen=form.cleaned_data["seen"] or None
        )
    except ChangedMeanwhile as refusal:
        renewed = form.renewed(workstream, for_clients=False)
        return _administration(request, workstream, form=renewed, status=409, refusal=refusal.message)
    messages.success(request, "The subscription is saved.")
    for remark in _remarks(terms, workstream):
        messages.warning(request, remark)
    return redirect("subscriptions:administration", public_id)


@require_POST
def change_type(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Change the subscription type (A32)."""
    workstream = administered(request.user, public_id)
    form = TypeForm(request.POST, workstream=workstream)
    if not form.is_valid():
        return _administration(request, workstream, type_form=form, status=422)
    to = SubscriptionType(form.cleaned_data["to"])
    before = workstream.milestone
    changed = actions.change_type(workstream=workstream, actor=request.user, to=to)
    messages.success(request, f"This is a {to.label} WorkStream now.")
    if changed.milestone != before:
        messages.info(request, f"Its milestone is {changed.milestone_label}, by the position it had.")
    return redirect("subscriptions:administration", public_id)


def _fetch(request: PortalRequest, public_id: UUID) -> WorkStream:
    workstream: WorkStream = get_object_or_404(
        WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id
    )
    return workstream


def _on_the_page(workstream: WorkStream) -> str:
    return f"{workstream.get_absolute_url()}?tab=details#terms"


def _edit(
    request: PortalRequest, workstream: WorkStream, form: TermsForm, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    template = "subscriptions/_terms_form.html" if request.htmx else "subscriptions/edit.html"
    context = {"workstream": workstream, "form": form, "refusal": refusal}
    return render(request, template, context, status=status)


def _administration(
    request: PortalRequest,
    workstream: WorkStream,
    *,
    form: TermsForm | None = None,
    type_form: TypeForm | None = None,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {
        "workstream": workstream,
        "tab": "subscription",
        "panel": panel_for(workstream, request.user),
        "form": form or TermsForm(workstream=workstream, for_clients=False),
        "type_form": type_form or TypeForm(workstream=workstream),
        "earlier": earlier_terms(workstream),
        "refusal": refusal,
    }
    return render(request, "subscriptions/administration.html", context, status=status)


def _remarks(terms: Terms, workstream: WorkStream) -> list[str]:
    """What is worth a second look, though it is saved (table 1.6, R43)."""
    found = [
        f"{price.label} lies outside its estimated range; the reason is kept with it."
        for price in outside_range(terms, workstream.subscription_type)
    ]
    if isinstance(terms, AgileTerms) and terms.hours_per_month and terms.hours_per_month not in USUAL_HOURS:
        found.append(
            f"{number(terms.hours_per_month)} hours a month is unusual: mostly it is between "
            f"{number(USUAL_HOURS.start)} and {number(USUAL_HOURS[-1])}."
        )
    return found
