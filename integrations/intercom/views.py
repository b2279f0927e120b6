"""What colleagues see of Intercom on a WorkStream's page."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.capabilities import Can
from accounts.http import PortalRequest
from integrations.intercom.standing import standings
from workstreams.models import WorkStream
from workstreams.tenancy import capabilities_of


class StretchForm(forms.Form):
    """Which messages or notes a page shows."""

    kind = forms.ChoiceField(choices=[("message", "Messages"), ("note", "Internal Notes")])
    first = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    last = forms.IntegerField(min_value=0, max_value=2**31 - 1)


@require_GET
def standing(request: PortalRequest, public_id: UUID) -> HttpResponse:
    """Which of the messages or notes from `first` to `last` are in Intercom, wait, or were refused."""
    workstream = get_object_or_404(WorkStream.objects.visible_to(request.user), public_id=public_id)
    if Can.READ_NOTES not in capabilities_of(request.user, workstream):
        raise Http404  # by what way the team hears of the chat is its own business
    form = StretchForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    return JsonResponse({"standing": standings(request.user, workstream, **form.cleaned_data)})
