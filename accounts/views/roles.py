"""Who may do what."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.views.decorators.http import require_GET

from accounts.capabilities import CAPABILITIES, Can, Standing
from accounts.errors import NotAllowed
from accounts.http import PortalRequest


@require_GET
def capabilities(request: PortalRequest) -> HttpResponse:
    """The table role x capability, as the code holds it."""
    if not request.user.may(Can.MANAGE_PORTAL):
        raise NotAllowed(f"You may not {Can.MANAGE_PORTAL}.")
    standings = [standing for standing in Standing if standing != Standing.STRANGER]
    return render(
        request,
        "accounts/capabilities.html",
        {
            "standings": [standing.label for standing in standings],
            "rows": [
                # The capability is worded for refusals; what follows its semicolon only explains those.
                {"says": capfirst(can.partition(";")[0]), "held": [can in CAPABILITIES[s] for s in standings]}
                for can in Can
            ],
        },
    )
