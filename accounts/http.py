"""Types of the requests our views take."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class PortalRequest(HttpRequest):
    """A request of a signed-in person, with htmx's details."""

    user: User
    htmx: HtmxDetails
