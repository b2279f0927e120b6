"""Starting a WorkStream for a client."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.capabilities import Can
from accounts.errors import BelongsElsewhere, OrganizationExists
from accounts.http import PortalRequest
from workstreams.choices import SubscriptionType
from workstreams.errors import CannotBeInvited
from workstreams.for_clients import start_for_client
from workstreams.forms import NewForm
from workstreams.tenancy import require


@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """A WorkStream for a client who did not start it themselves (R74)."""
    require(request.user, Can.START_FOR_CLIENT)
    form = NewForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        entries = form.cleaned_data
        try:
            workstream = start_for_client(
                actor=request.user,
                organization=entries["organization"] or entries["new_organization"],
                name=entries["name"],
                description=entries["description"],
                intended_start=entries["intended_start"],
                subscription_type=SubscriptionType(entries["subscription_type"]),
                first_person=entries["first_person"],
                public_id=entries["public_id"],
            )
        except OrganizationExists as refusal:
            form.add_error("new_organization", refusal.message)
        except (BelongsElsewhere, CannotBeInvited) as refusal:
            form.add_error("first_person", refusal.message)
        else:
            messages.success(request, f"“{workstream.name}” is started.")
            return redirect(workstream)
    return render(request, "workstreams/new.html", {"form": form}, status=422 if form.is_bound else 200)
