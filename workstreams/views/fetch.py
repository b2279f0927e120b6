"""Fetching the WorkStream an address names, the same way everywhere."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts.capabilities import Can
from accounts.http import PortalRequest
from accounts.models import User
from workstreams.models import WorkStream
from workstreams.tenancy import require


def administered(user: User, public_id: UUID) -> WorkStream:
    """The WorkStream whose administration screen this person opens, with what the screen's head prints.

    Raises: Http404 for one they may not know of; NotAllowed for clients and Agile Workers (R27, R28).
    """
    workstream: WorkStream = get_object_or_404(WorkStream.objects.visible_to(user).for_page(), public_id=public_id)
    require(user, Can.ADMINISTER, workstream)
    return workstream


View = Callable[[PortalRequest, UUID], HttpResponse]


def button_of(tab: str) -> Callable[[View], View]:
    """Decorate what a button of an administration tab posts to; `tab` is the name of the tab's address.

    A GET leads back to the tab: that is where somebody lands who was signed out meanwhile and signs in again.
    """

    def decorate(view: View) -> View:
        @require_http_methods(["GET", "POST"])
        @wraps(view)
        def answer(request: PortalRequest, public_id: UUID) -> HttpResponse:
            if request.method == "POST":
                return view(request, public_id)
            return redirect(tab, administered(request.user, public_id).public_id)

        return answer

    return decorate
