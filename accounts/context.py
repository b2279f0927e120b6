"""What every page's frame prints."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.capabilities import Can


def frame(request: HttpRequest) -> dict[str, Any]:
    """Names, navigation and which of the three frames (staff, client, public) to draw. Makes no query of its own."""
    user = getattr(request, "user", None)
    context: dict[str, Any] = {
        "portal_name": settings.PORTAL_NAME,
        "provider_name": settings.PROVIDER_NAME,
        "is_demo": settings.DEMO,
        "nav": [],
        "frame": "public",
        "may_search": False,
        "may_search_chats": False,
    }
    if user is None or not user.is_authenticated:
        return context
    links = []
    if user.may(Can.SEARCH_GRID):
        links.append(("WorkStreams", reverse("workstreams:grid")))
    else:
        links.append(("My WorkStreams", reverse("workstreams:mine")))
    if user.may(Can.START_FOR_CLIENT):
        links.append(("Start for a client", reverse("workstreams:new")))
    elif user.may(Can.START_WORKSTREAM):
        links.append(("Start a WorkStream", reverse("subscriptions:start")))
    if user.may(Can.MANAGE_PORTAL):
        links.append(("Roles", reverse("accounts:capabilities")))
        links.append(("Sync", reverse("integrations:sync")))
    # The longest address that leads here is where the person is: a WorkStream's page lies under the grid.
    here = max((url for _, url in links if request.path.startswith(url)), key=len, default="")
    context["nav"] = [{"label": label, "url": url, "current": url == here} for label, url in links]
    context["may_search"] = user.may(Can.SEARCH_GRID)
    # Agile Workers take part in no chat (A7).
    context["may_search_chats"] = user.is_internal or not user.is_team
    context["frame"] = "staff" if user.is_team else "client"
    return context
