"""The Salesforce tab of the administration screen: check, tie, untie, and what Salesforce reported."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import DomainError, NotAllowed
from accounts.http import PortalRequest
from integrations.salesforce import actions
from integrations.salesforce.forms import DeliveryForm, OpportunityForm, UntieForm
from integrations.salesforce.tab import Tab, Understood
from milestones.actions import choose_delivery
from workstreams.choices import DeliveryMode
from workstreams.models import WorkStream
from workstreams.views.fetch import administered


@require_GET
def tab(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Both sides of the tie; with `?opportunity=` what was pasted, understood and not yet saved (R99-R101)."""
    workstream = administered(request.user, public_id)
    if "opportunity" not in request.GET or workstream.opportunity_id:
        return _tab(request, workstream)
    form = OpportunityForm(request.GET)
    if not form.is_valid():
        return _tab(request, workstream, status=422, form=form)
    return _tab(request, workstream, form=form, understood=Understood.of(form.parsed, workstream, request.user))


@require_POST
def tie(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Tie what was understood (R23, R100)."""
    workstream = administered(request.user, public_id)
    form = OpportunityForm(request.POST)

    def act() -> str:
        tied = actions.tie_opportunity(workstream=workstream, pasted=form.parsed, actor=request.user)
        return f"Tied to {tied.opportunity_id}. It stands at {tied.milestone_label}."

    return _do(request, workstream, form, act, form=form)


@require_POST
def untie(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Untie the opportunity the person saw."""
    workstream = administered(request.user, public_id)
    form = UntieForm(request.POST)

    def act() -> str:
        actions.untie_opportunity(workstream=workstream, actor=request.user, seen=form.cleaned_data["seen"])
        return "Untied. The milestone stays where it is and follows Salesforce no longer."

    return _do(request, workstream, form, act)


@require_POST
def delivery(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Decide the fork of BATCH that a stage waits for (R54, A24)."""
    workstream = administered(request.user, public_id)
    form = DeliveryForm(request.POST)

    def act() -> str:
        mode = DeliveryMode(form.cleaned_data["mode"])
        choose_delivery(workstream=workstream, mode=mode, actor=request.user)
        return f"Delivery is chosen: {mode.label}. Salesforce's stage is being followed."

    return _do(request, workstream, form, act)


@require_POST
def try_again(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Hand what failed back to the workers."""
    workstream = administered(request.user, public_id)

    def act() -> str:
        count = actions.try_failed_again(workstream=workstream, actor=request.user)
        return f"{count} handed to the worker again." if count else "There is nothing that failed."

    return _do(request, workstream, None, act)


def _do(
    request: PortalRequest, workstream: WorkStream, sent: Form | None, act: Callable[[], str], **context: Any
) -> HttpResponse:
    """Act, and answer with the tab as it is now; a refusal shows its sentence, the present state and what was typed."""
    if sent is not None and not sent.is_valid():
        problem = next(iter(sent.errors.values()))[0]
        return _tab(request, workstream, status=422, refusal="" if "form" in context else str(problem), **context)
    try:
        done = act()
    except NotAllowed:
        raise
    except DomainError as refusal:
        present = administered(request.user, workstream.public_id)
        return _tab(request, present, status=refusal.status_code, refusal=refusal.message, **context)
    if request.htmx:
        return _tab(request, administered(request.user, workstream.public_id), done=done)
    messages.success(request, done)
    return redirect("integrations:salesforce", workstream.public_id)


def _tab(request: PortalRequest, workstream: WorkStream, *, status: int = 200, **context: Any) -> HttpResponse:
    context.setdefault("form", OpportunityForm())
    context |= {"workstream": workstream, "tab": "salesforce", "salesforce": Tab.of(workstream, request.user)}
    template = "integrations/_salesforce_answer.html" if request.htmx else "integrations/salesforce.html"
    return render(request, template, context, status=status)
