"""The administration screen: General, Lead and members, Activity. The other tabs belong to the apps they are about."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.capabilities import INTERNAL_ROLES, Role
from accounts.http import PortalRequest, own_path
from accounts.models import User
from activity.registry import registry
from activity.sentences import sentence
from workstreams import actions, events, people
from workstreams.choices import CloseReason, Side
from workstreams.errors import ChangedMeanwhile
from workstreams.forms import CloseForm, GeneralForm, InviteForm, LeadForm, MembersForm
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of
from workstreams.views.fetch import administered, button_of

MEMBERS_PER_PAGE = 10
EVENTS_PER_PAGE = 30


@require_http_methods(["GET", "POST"])
def general(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The General tab: what the WorkStream is called and for whom, and whether it is open (R27-R30)."""
    workstream = administered(request.user, public_id)
    if request.method == "GET":
        return _general(request, workstream)
    form = GeneralForm(request.POST, user=request.user, workstream=workstream)
    if not form.is_valid():
        return _general(request, workstream, form=form, status=422)
    try:
        actions.edit_general(
            workstream=workstream,
            actor=request.user,
            fields=form.general(),
            seen_version=form.cleaned_data["version"],
        )
    except ChangedMeanwhile as refusal:
        workstream.refresh_from_db()
        conflict: dict[str, Any] = {
            "refusal": refusal.message,
            "differences": form.differences(),
            "last_edit": workstream.events.latest_of(events.EDITED),
        }
        return _general(request, workstream, form=form.renewed(request.user), status=409, **conflict)
    messages.success(request, "General is saved.")
    return redirect(workstream.administration_url)


@button_of("workstreams:administration")
def close(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Close the WorkStream with a reason (R25, R27, A9)."""
    workstream = administered(request.user, public_id)
    form = CloseForm(request.POST, workstream=workstream)
    if not form.is_valid():
        return _general(request, workstream, close_form=form, status=422)
    reason = CloseReason(form.cleaned_data["reason"])
    closed = actions.close(workstream=workstream, actor=request.user, reason=reason, note=form.cleaned_data["note"])
    if closed.close_reason == reason and closed.close_note == form.cleaned_data["note"]:
        messages.success(request, "The WorkStream is closed.")
    else:
        messages.warning(
            request, f"It was closed already, as “{closed.get_close_reason_display()}”; your entries changed nothing."
        )
    return redirect(workstream.administration_url)


@button_of("workstreams:administration")
def reopen(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Open a closed WorkStream again, where it stood (R27, A9)."""
    workstream = administered(request.user, public_id)
    actions.reopen(workstream=workstream, actor=request.user)
    messages.success(request, "The WorkStream is open again, where it stood.")
    return redirect(workstream.administration_url)


@require_http_methods(["GET", "POST"])
def lead_and_members(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The Lead and members tab: who is responsible, and everybody on it (R84-R87, A38)."""
    workstream = administered(request.user, public_id)
    if request.method == "GET":
        return _lead(request, workstream)
    form = LeadForm(request.POST, user=request.user)
    if not form.is_valid():
        return _lead(request, workstream, refusal=str(next(iter(form.errors.values()))[0]), status=422)
    lead = form.cleaned_data["lead"]
    try:
        actions.set_lead(workstream=workstream, actor=request.user, lead=lead, seen=form.cleaned_data["seen"])
    except ChangedMeanwhile as refusal:
        return _lead(request, administered(request.user, public_id), refusal=refusal.message, status=409)
    messages.success(request, f"{lead.display_name} is WorkStream Lead.")
    here = reverse("workstreams:administration_lead", args=[public_id])
    return redirect(own_path(request.POST.get("next", "")) or here)


@require_GET
def activity(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The Activity tab: everything that happened, newest first, paged by the last event shown."""
    workstream = administered(request.user, public_id)
    before = request.GET.get("before", "")
    last_shown = int(before) if before.isdecimal() and len(before) < 19 else None
    shows_all = "all" in request.GET
    events_shown = workstream.events.newest_first(before=last_shown).without([] if shows_all else registry.often())
    rows = list(events_shown[: EVENTS_PER_PAGE + 1])
    context = {
        "workstream": workstream,
        "tab": "activity",
        "entries": [(event, sentence(event)) for event in rows[:EVENTS_PER_PAGE]],
        "older": rows[EVENTS_PER_PAGE - 1].pk if len(rows) > EVENTS_PER_PAGE else None,
        "is_first": last_shown is None,
        "shows_all": shows_all,
    }
    return render(request, "workstreams/administration/activity.html", context)


def _lead(request: PortalRequest, workstream: WorkStream, *, status: int = 200, refusal: str = "") -> HttpResponse:
    role = request.GET.get("role", "")
    colleagues = User.objects.visible_to(request.user).active_colleagues().order_by("role", "name", "email")
    members = workstream.memberships.in_list_order(first=workstream.lead_id)
    rights = capabilities_of(request.user, workstream)
    context = {
        **people.panel(workstream, viewer=request.user, rights=rights, **MembersForm.pages_in(request.GET)),
        "invite_form": InviteForm(),
        "workstream": workstream,
        "tab": "lead",
        "refusal": refusal,
        "colleagues": colleagues.filter(role=role) if role in INTERNAL_ROLES else colleagues,
        "role": role,
        "roles": [(str(each), each.label) for each in Role if each in INTERNAL_ROLES],
        "client_page": Paginator(members.of_side(Side.CLIENT), MEMBERS_PER_PAGE).get_page(request.GET.get("clients")),
        "team_page": Paginator(members.of_side(Side.TEAM), MEMBERS_PER_PAGE).get_page(request.GET.get("team")),
    }
    return render(request, "workstreams/administration/lead.html", context, status=status)


def _general(
    request: PortalRequest,
    workstream: WorkStream,
    *,
    form: GeneralForm | None = None,
    close_form: CloseForm | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    context |= {
        "workstream": workstream,
        "tab": "general",
        "asked": None if workstream.is_open else workstream.events.latest_of("chat.reopening_asked"),
        "form": form or GeneralForm(user=request.user, workstream=workstream),
        "close_form": close_form or CloseForm(workstream=workstream),
    }
    return render(request, "workstreams/administration/general.html", context, status=status)
