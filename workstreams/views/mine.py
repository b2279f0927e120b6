"""A person's own list of WorkStreams."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.http import PortalRequest
from workstreams.choices import Status
from workstreams.listing import OwnList


@require_GET
def mine(request: PortalRequest) -> HttpResponse:
    """The WorkStreams this person is a member of: open ones, and closed ones folded away (ledger 1.12, R92)."""
    before = {Status.OPEN: request.GET.get("before", ""), Status.CLOSED: request.GET.get("closed_before", "")}
    pages = OwnList(request.user).pages(before)
    context = {
        "open": pages[Status.OPEN],
        "closed": pages[Status.CLOSED],
        "may_start": request.user.may(Can.START_WORKSTREAM),
    }
    return render(request, "workstreams/mine.html", context)
