"""Looking into a file without opening it."""

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.capabilities import Can
from accounts.http import PortalRequest
from accounts.models import User
from workstreams import files
from workstreams.errors import StoreAway
from workstreams.papers import Preview
from workstreams.tenancy import require


@require_safe
@vary_on_headers("HX-Request")
def preview(request: PortalRequest, public_id: UUID, attachment_id: UUID) -> HttpResponse:
    """What a file looks like inside: a dialog's content for htmx, a page for everybody else."""
    found = fetch(request.user, public_id, attachment_id)
    template = "workstreams/_preview.html" if request.htmx else "workstreams/preview.html"
    context = {
        "preview": found,
        "attachment": found.attachment,
        "workstream": found.attachment.workstream,
        "size": files.in_words(found.attachment.size),
        "pictures": list(found.pictures.all()) if found.state == Preview.State.READY else [],
    }
    return render(request, template, context)


@require_safe
def picture(request: PortalRequest, public_id: UUID, attachment_id: UUID, number: int) -> HttpResponse:
    """One picture of a preview: ours, made anew, so it may be shown in the page."""
    return picture_answer(fetch(request.user, public_id, attachment_id), number)


def fetch(user: User, public_id: UUID, attachment_id: UUID) -> Preview:
    """The preview of a file that this person may see at this moment.

    Raises: Http404 for one they may not know of, or of which there is none; NotAllowed.
    """
    found: Preview = get_object_or_404(
        Preview.objects.visible_to(user).select_related("attachment__workstream", "attachment__uploaded_by"),
        attachment__workstream__public_id=public_id,
        attachment__public_id=attachment_id,
    )
    require(user, Can.VIEW_ATTACHMENTS, found.attachment.workstream)
    return found


def picture_answer(preview: Preview, number: int) -> HttpResponse:
    """A picture as an answer; at most four megabytes, so it is read at once. Raises: Http404, StoreAway."""
    row = get_object_or_404(preview.pictures, number=number)
    try:
        with default_storage.open(row.key, "rb") as file:
            content = file.read()
    except OSError as error:
        raise StoreAway("The file store does not answer right now. Nothing was lost: try again in a moment.") from error
    response = HttpResponse(content, content_type="image/webp")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # What it shows never changes; whether one may still see it does.
    response["Cache-Control"] = "private, no-cache"
    response["Content-Disposition"] = "inline"
    return response
