"""The Milestones tab of the administration screen. Every button is one action of `milestones.actions`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.errors import DomainError, NotAllowed
from accounts.http import PortalRequest
from milestones import actions
from milestones.desk import Desk
from milestones.forms import AdvanceForm, DeliveryForm, GoAheadForm, GoBackForm
from workstreams.choices import DeliveryMode, Milestone, Side
from workstreams.models import WorkStream
from workstreams.views.fetch import administered, button_of


@require_GET
def administration(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Where the WorkStream stands, what comes next, and how it came here (R46-R54, V4)."""
    return _desk(request, administered(request.user, public_id))


@button_of("milestones:administration")
def advance(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """One step forward (R46, R48, R54)."""
    workstream = administered(request.user, public_id)
    form = AdvanceForm(request.POST)

    def act() -> str:
        to = Milestone(form.cleaned_data["to"])
        moved = actions.advance(
            workstream=workstream,
            to=to,
            actor=request.user,
            override_reason=form.cleaned_data["override_reason"],
            seen=form.cleaned_data["seen"],
        )
        return f"It stands at {moved.milestone_label} now."

    return _do(request, workstream, form, act, advance_form=form)


@button_of("milestones:administration")
def go_back(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Back to an earlier milestone, with a reason (A11)."""
    workstream = administered(request.user, public_id)
    form = GoBackForm(request.POST)

    def act() -> str:
        moved = actions.go_back(
            workstream=workstream,
            to=Milestone(form.cleaned_data["to"]),
            actor=request.user,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
        )
        return f"It is back at {moved.milestone_label}."

    return _do(request, workstream, form, act, go_back_form=form)


@button_of("milestones:administration")
def choose_delivery(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """How a BATCH WorkStream is delivered, before the fork (R54, A24)."""
    workstream = administered(request.user, public_id)
    form = DeliveryForm(request.POST)

    def act() -> str:
        mode = DeliveryMode(form.cleaned_data["mode"])
        actions.choose_delivery(workstream=workstream, mode=mode, actor=request.user)
        return f"Delivery is chosen: {mode.label}."

    return _do(request, workstream, form, act)


@button_of("milestones:administration")
def record_go_ahead(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Our own go-ahead, or the client's on their behalf (R52, A13)."""
    workstream = administered(request.user, public_id)
    form = GoAheadForm(request.POST)

    def act() -> str:
        side = Side(form.cleaned_data["side"])
        actions.give_go_ahead(workstream=workstream, side=side, actor=request.user, note=form.cleaned_data["note"])
        return f"The {actions.side_word(side)} go-ahead is recorded."

    return _do(request, workstream, form, act, go_ahead_form=form)


@button_of("milestones:administration")
def withdraw_go_ahead(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Take a go-ahead back while the agreement is being reviewed."""
    workstream = administered(request.user, public_id)
    form = GoAheadForm(request.POST)

    def act() -> str:
        side = Side(form.cleaned_data["side"])
        actions.withdraw_go_ahead(workstream=workstream, side=side, actor=request.user)
        return f"The {actions.side_word(side)} go-ahead is withdrawn."

    return _do(request, workstream, form, act)


def _do(
    request: PortalRequest, workstream: WorkStream, form: Form, act: Callable[[], str], **forms: Form
) -> HttpResponse:
    """Act, and answer with the tab as it is now; a refusal shows its sentence, the present state and what was typed."""
    if not form.is_valid():
        problem = next(iter(form.errors.values()))[0]
        return _desk(request, workstream, status=422, refusal=str(problem), **forms)
    try:
        done = act()
    except NotAllowed:
        raise
    except DomainError as refusal:
        present = administered(request.user, workstream.public_id)
        return _desk(request, present, status=refusal.status_code, refusal=refusal.message, **forms)
    if request.htmx:
        return _desk(request, administered(request.user, workstream.public_id), done=done)
    messages.success(request, done)
    return redirect(reverse("milestones:administration", args=[workstream.public_id]))


def _desk(request: PortalRequest, workstream: WorkStream, *, status: int = 200, **context: Any) -> HttpResponse:
    context |= {
        "workstream": workstream,
        "tab": "milestones",
        "desk": Desk.of(workstream, request.user, go_back_form=context.get("go_back_form")),
    }
    template = "milestones/_desk_answer.html" if request.htmx else "milestones/administration.html"
    return render(request, template, context, status=status)
