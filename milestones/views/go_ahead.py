"""The client's go-ahead for the service agreement (R52, A13). The team's own is on the administration screen."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.capabilities import Can
from accounts.http import PortalRequest
from accounts.models import User
from milestones import actions
from workstreams.choices import Milestone, Side
from workstreams.models import WorkStream
from workstreams.tenancy import require


@require_http_methods(["GET", "POST"])
def give(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Ask once more (the page without script does it here), then record the client's decision."""
    workstream = _own(request.user, public_id)
    if request.method == "POST":
        actions.give_go_ahead(workstream=workstream, side=Side.CLIENT, actor=request.user)
        messages.success(request, f"Your go-ahead for “{workstream.name}” is recorded. Thank you.")
        return redirect(workstream)
    return _ask(request, workstream, title="Give your go-ahead", withdraw=False)


@require_http_methods(["GET", "POST"])
def withdraw(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Ask once more, then take the client's decision back, while the agreement is still reviewed."""
    workstream = _own(request.user, public_id)
    if request.method == "POST":
        actions.withdraw_go_ahead(workstream=workstream, side=Side.CLIENT, actor=request.user)
        messages.success(request, f"Your go-ahead for “{workstream.name}” is withdrawn.")
        return redirect(workstream)
    return _ask(request, workstream, title="Withdraw your go-ahead", withdraw=True)


def _own(user: User, public_id: UUID) -> WorkStream:
    workstream: WorkStream = get_object_or_404(WorkStream.objects.visible_to(user).for_page(), public_id=public_id)
    require(user, Can.GIVE_CLIENT_GO_AHEAD, workstream)
    return workstream


def _ask(request: PortalRequest, workstream: WorkStream, *, title: str, withdraw: bool) -> HttpResponse:
    if not workstream.is_open or workstream.milestone != Milestone.REVIEWING_AGREEMENT:
        return redirect(workstream)  # an old link: the page says where things stand
    context = {"workstream": workstream, "title": title, "withdraw": withdraw}
    return render(request, "milestones/go_ahead.html", context)
