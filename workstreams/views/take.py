"""“Take”: one click in the grid makes the reader WorkStream Lead of what nobody leads."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from accounts.capabilities import Can
from accounts.http import PortalRequest, own_path
from workstreams import actions, columns, rows
from workstreams.errors import ChangedMeanwhile
from workstreams.filters import Address
from workstreams.models import WorkStream
from workstreams.tenancy import require


@require_http_methods(["GET", "POST"])
def take(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Become WorkStream Lead (R85, R87); where somebody else was faster, say who. A GET leads back to the grid."""
    visible = WorkStream.objects.visible_to(request.user)
    workstream = get_object_or_404(visible, public_id=public_id)
    require(request.user, Can.SET_LEAD, workstream)
    back = own_path(request.POST.get("next", "")) or reverse("workstreams:grid")
    if request.method == "GET":
        return redirect(back)
    status, tone, said = 200, "success", f"You lead “{workstream.name}” now."
    try:
        actions.set_lead(workstream=workstream, actor=request.user, lead=request.user, seen="")
    except ChangedMeanwhile:
        workstream = visible.select_related("lead").get(pk=workstream.pk)
        status, tone = 409, "warning"
        said = f"{workstream.lead or 'Nobody'} leads “{workstream.name}” already, so nothing was changed."
    if not request.htmx:
        messages.add_message(request, messages.SUCCESS if status == 200 else messages.WARNING, said)
        return redirect(back)
    keys = columns.shown(Address((), columns=request.POST.get("columns", "")), request.user.grid_columns)
    row = rows.load(visible, [workstream.pk], reader=request.user, keys=keys)
    response = render(request, "workstreams/_grid_rows.html", rows.table(row, keys, offers_taking=False), status=status)
    return trigger_client_event(response, "grid:said", {"text": said, "tone": tone})
