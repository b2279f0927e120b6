"""The grid: every WorkStream, for colleagues."""

from django.http import HttpResponse
from django.shortcuts import render
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
