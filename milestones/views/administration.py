"""The Milestones tab of the administration screen."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.http import PortalRequest
from workstreams.models import WorkStream
from workstreams.tenancy import require


@require_GET
def administration(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Where the WorkStream stands, what comes next, and how it came here."""
    workstream = get_object_or_404(WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id)
    require(request.user, Can.ADMINISTER, workstream)
    return render(request, "milestones/administration.html", {"workstream": workstream, "tab": "milestones"})
