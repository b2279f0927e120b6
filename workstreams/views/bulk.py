"""Several WorkStreams at once: choosing them in the grid, whom or why, the confirmation, the result, and Undo."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.capabilities import Can
from accounts.http import PortalRequest
from accounts.models import User
from workstreams import bulk as actions
from workstreams.forms import BulkCloseForm, BulkLeadForm, ChosenForm
from workstreams.runs import BulkChange, BulkItem
from workstreams.tenancy import require
from workstreams.views.grid import understand


@require_http_methods(["GET", "POST"])
def choose(request: PortalRequest) -> HttpResponse:
    """What the grid's buttons post to: remember the chosen rows, and go on to whom or why."""
    require(request.user, Can.SEARCH_GRID)
    if request.method == "GET":
        return redirect("workstreams:grid")
    form = ChosenForm(request.POST)
    form.is_valid()  # what cannot be read is left out
    asked = understand(request.user, QueryDict(form.cleaned_data.get("question", "").removeprefix("?")))
    if form.cleaned_data.get("all"):
        ids = actions.matching_ids(actor=request.user, query=asked.reading.query)
    else:
        ids = actions.chosen_ids(actor=request.user, public_ids=form.chosen(request.POST))
    planned = actions.plan(
        actor=request.user,
        kind=form.kind(),
        ids=ids,
        question=asked.reading.address.query_string(),
        public_id=uuid4(),
    )
    return redirect(planned)


@require_http_methods(["GET", "POST"])
def bulk(request: PortalRequest, bulk_id: UUID) -> HttpResponse:
    """Whom or why; then what will happen; then what happened. A POST says whom or why."""
    found = _own(request, bulk_id)
    if request.method == "POST" and found.state == BulkChange.State.PLANNED:
        form = _form(found, request.user, request.POST)
        if not form.is_valid():
            return _page(request, found, form=form, status=422)
        actions.choose(bulk=found, actor=request.user, **form.choice())
        return redirect(found)
    return _page(request, found)


@require_http_methods(["GET", "POST"])
def confirm(request: PortalRequest, bulk_id: UUID) -> HttpResponse:
    """Do it. Sent twice, it is done once."""
    found = _own(request, bulk_id)
    if request.method == "POST":
        actions.carry_on(actions.confirm(bulk=found, actor=request.user))
    return redirect(found)


@require_http_methods(["GET", "POST"])
def undo(request: PortalRequest, bulk_id: UUID) -> HttpResponse:
    """Put back what nobody changed since. Sent twice, it is done once."""
    found = _own(request, bulk_id)
    if request.method == "POST":
        actions.carry_on(actions.undo(bulk=found, actor=request.user))
    return redirect(found)


def _own(request: PortalRequest, bulk_id: UUID) -> BulkChange:
    require(request.user, Can.SEARCH_GRID)
    rows = BulkChange.objects.visible_to(request.user).select_related("actor", "lead")
    found: BulkChange = get_object_or_404(rows, public_id=bulk_id)
    return found


def _form(bulk: BulkChange, user: User, data: Any = None) -> "BulkLeadForm | BulkCloseForm":
    if bulk.kind == BulkChange.Kind.LEAD:
        return BulkLeadForm(data, user=user, bulk=bulk)
    return BulkCloseForm(data, bulk=bulk)


def _page(
    request: PortalRequest, bulk: BulkChange, *, form: "BulkLeadForm | BulkCloseForm | None" = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "bulk": bulk,
        "back_url": reverse("workstreams:grid") + bulk.question,
        "is_lead": bulk.kind == BulkChange.Kind.LEAD,
    }
    if bulk.state == BulkChange.State.PLANNED:
        asks = form is not None or not bulk.has_choice or "again" in request.GET
        context |= {"preview": actions.preview(bulk), "form": (form or _form(bulk, request.user)) if asks else None}
    else:
        context |= _progress(bulk)
    is_part = request.htmx and request.htmx.target == "bulk"
    template = "workstreams/bulk/_result.html" if is_part else "workstreams/bulk/page.html"
    return render(request, template, context, status=status)


def _progress(bulk: BulkChange) -> dict[str, Any]:
    """How far it is being done, or undone, and what was left out of that."""
    states = BulkItem.State
    counts = bulk.items.counts()
    if bulk.state in {BulkChange.State.UNDOING, BulkChange.State.UNDONE}:
        waiting, left_out, of = states.CHANGED, states.KEPT, [states.CHANGED, states.PUT_BACK, states.KEPT]
    else:
        waiting, left_out, of = states.WAITING, states.REFUSED, list(states)
    total, ahead = sum(counts.get(state, 0) for state in of), counts.get(waiting, 0)
    return {
        "counts": counts,
        "total": total,
        "ahead": ahead,
        "behind": total - ahead,
        "left_out": bulk.items.filter(state=left_out).select_related("workstream"),
        "may_be_undone": bulk.may_be_undone(timezone.now()) and counts.get(states.CHANGED),
    }
