"""What every request of a signed-in person carries."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from accounts import devices
from accounts.models import User

# How old "last seen" may grow before a request writes it anew. Others read it in minutes, so this is exact enough.
SEEN_EVERY = timedelta(minutes=5)


class PersonMiddleware:
    """Show times in the person's own zone (everything is stored in UTC), and remember when they were here.

    What signed-in people see is theirs: no cache on the way keeps it, browsers ask anew before they show it again, and
    signing out makes them forget it, so that the back button shows nothing to whoever sits there next. `no-store` would
    be shorter, but takes away what was typed when somebody goes back to a form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the zone for this request only."""
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        remember_seen(user)
        devices.seen(request)
        with timezone.override(ZoneInfo(user.time_zone)):
            response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        if not request.user.is_authenticated:
            response["Clear-Site-Data"] = '"cache"'
        return response


def remember_seen(user: User) -> None:
    """Move the person's `last_seen_at` to now, at most once in five minutes: mostly this writes nothing.

    One UPDATE that looks again itself, so requests side by side neither wait for one another nor go back in time.
    """
    now = timezone.now()
    if user.last_seen_at is not None and now - user.last_seen_at < SEEN_EVERY:
        return
    user.last_seen_at = now
    User.objects.seen(user, now=now, at_most_every=SEEN_EVERY)
