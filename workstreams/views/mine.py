"""A person's own list of WorkStreams."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.http import PortalRequest
from workstreams.listing import page_of
from workstreams.models import WorkStream


@require_GET
def mine(request: PortalRequest) -> HttpResponse:
    """The WorkStreams this person is a member of: open ones, and closed ones folded away (ledger 1.12, R92)."""
    own = WorkStream.objects.visible_to(request.user).with_member(request.user).for_page()
    context = {
        "open": page_of(own.open(), before=request.GET.get("before", "")),
        "closed": page_of(own.closed(), before=request.GET.get("closed_before", "")),
        "may_start": request.user.may(Can.START_WORKSTREAM),
    }
    return render(request, "workstreams/mine.html", context)
