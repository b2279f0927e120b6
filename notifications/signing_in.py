"""What a sign-in tells about mails."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User
from notifications import bounces

# Where allauth keeps how somebody showed who they are.
METHODS_IN_SESSION = "account_authentication_methods"


@receiver(user_logged_in, dispatch_uid="a code arrived")
def clear_the_mark(request: HttpRequest | None, user: User, **_: Any) -> None:
    """Whoever signs in by a mailed code or link gets mails at this address after all."""
    methods = request.session.get(METHODS_IN_SESSION, []) if request is not None else []
    if any(each.get("method") == "code" for each in methods):
        bounces.clear(user.email)
