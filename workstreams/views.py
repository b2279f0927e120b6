"""The WorkStream page, the lists and the administration screen."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.http import PortalRequest
from workstreams.models import WorkStream
from workstreams.tenancy import require


@require_GET
def grid(request: PortalRequest) -> HttpResponse:
    """Every WorkStream, for colleagues (R88-R92)."""
    require(request.user, Can.SEARCH_GRID)
    return render(request, "workstreams/grid.html", {"workstreams": WorkStream.objects.visible_to(request.user)[:50]})


@require_GET
def mine(request: PortalRequest) -> HttpResponse:
    """The WorkStreams this person is a member of."""
    return render(request, "workstreams/mine.html", {"workstreams": WorkStream.objects.visible_to(request.user)})


@require_GET
def page(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The WorkStream page, the same for both sides."""
    workstream = get_object_or_404(WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id)
    return render(request, "workstreams/page.html", {"workstream": workstream})


@require_GET
def administration(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The General tab of the administration screen."""
    workstream = get_object_or_404(WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id)
    require(request.user, Can.ADMINISTER, workstream)
    return render(request, "workstreams/administration/general.html", {"workstream": workstream})
