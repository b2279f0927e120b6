"""Requests our views take, and the addresses that come with them."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class PortalRequest(HttpRequest):
    """A request of a signed-in person, with htmx's details."""

    user: User
    htmx: HtmxDetails


def own_path(address: str) -> str:
    """The address, if it is a path of this portal; empty for whatever else somebody wrote there."""
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours else ""


def way_back(request: HttpRequest) -> str:
    """The page of this portal that the request came from; empty when it came from elsewhere."""
    came_from = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(came_from)
    return own_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)
