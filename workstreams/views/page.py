"""The WorkStream page, and a person's own list."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.http import PortalRequest
from workstreams.models import WorkStream


@require_GET
def mine(request: PortalRequest) -> HttpResponse:
    """The WorkStreams this person is a member of."""
    return render(request, "workstreams/mine.html", {"workstreams": WorkStream.objects.visible_to(request.user)})


@require_GET
def page(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The WorkStream page, the same for both sides."""
    workstream = get_object_or_404(WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id)
    return render(request, "workstreams/page.html", {"workstream": workstream})
