"""The WorkStream page: the same address for both sides, with what each may see."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.http import PortalRequest
from workstreams import people
from workstreams.attachment_forms import OlderForm
from workstreams.forms import InviteForm, MembersForm
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of
from workstreams.views.attachments import context as attachments_panel


@require_GET
def page(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """The WorkStream page (R24-R30, R56, R76); for Agile Workers without chat, prices and addresses (A7)."""
    workstream = get_object_or_404(WorkStream.objects.visible_to(request.user).for_page(), public_id=public_id)
    rights = capabilities_of(request.user, workstream)
    tabs = [*(["chat"] if Can.CHAT in rights else []), "details", "attachments", "members"]
    wanted = request.GET.get("tab", "")
    context = {
        "workstream": workstream,
        "rights": rights,
        "may_chat": Can.CHAT in rights,
        "may_see_prices": Can.SEE_PRICES in rights,
        "may_administer": Can.ADMINISTER in rights,
        "tab": wanted if wanted in tabs else tabs[0],
        **people.panel(workstream, viewer=request.user, rights=rights, **MembersForm.pages_in(request.GET)),
        "invite_form": InviteForm(),
        "opens_invite": "invite" in request.GET,
        **attachments_panel(request, workstream, OlderForm.place_in(request.GET), rights=rights),
    }
    return render(request, "workstreams/page.html", context)
