"""The administration screen: General, Lead and members, Activity. The other tabs belong to the apps they are about."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.http import PortalRequest
from workstreams.models import WorkStream
from workstreams.tenancy import require


@require_GET
def general(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The General tab of the administration screen."""
    workstream = get_object_or_404(WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id)
    require(request.user, Can.ADMINISTER, workstream)
    return render(request, "workstreams/administration/general.html", {"workstream": workstream, "tab": "general"})
