"""Pictures of people, for those who meet them."""

from uuid import UUID

from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.http import PortalRequest
from accounts.models import User
from accounts.pictures import CONTENT_TYPE
from workstreams.models import Membership

A_YEAR = 365 * 24 * 3600


@require_safe
def picture(request: PortalRequest, person_id: UUID, version: str) -> HttpResponseBase:
    """One's own, those of people on the same WorkStream, and to colleagues everybody's.

    The address changes with the picture, so the browser keeps it; signing out makes it forget it.
    """
    person = User.objects.visible_to(request.user).filter(public_id=person_id).first()
    if person is None:
        met = Membership.objects.visible_to(request.user).select_related("user").filter(user__public_id=person_id)
        person = get_object_or_404(met[:1]).user
    if not version or person.picture_version != version:
        raise Http404("This person has another picture by now.")
    try:
        file = person.picture.open()
    except FileNotFoundError as error:
        raise Http404("The picture is not there.") from error
    return FileResponse(
        file,
        content_type=CONTENT_TYPE,
        headers={
            "Cache-Control": f"private, max-age={A_YEAR}, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
