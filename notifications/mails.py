"""Writing the mails about a WorkStream: who gets which, and why."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from accounts.models import User
from workstreams.models import WorkStream


def tell(person: User, about: str, *, workstream: WorkStream, because: str, **context: Any) -> None:
    """Queue one mail to one person, who is active. `about` names the templates, `because` says why they get it.

    Every mail of a WorkStream refers to the same thread, so that mail programs keep them together.
    """
    if not person.is_active:
        return
    context |= {
        "person": person,
        "workstream": workstream,
        "because": because,
        "portal_name": settings.PORTAL_NAME,
        "provider_name": settings.PROVIDER_NAME,
        "base_url": settings.BASE_URL,
    }
    message = EmailMultiAlternatives(
        subject=" ".join(render_to_string(f"notifications/mail/{about}_subject.txt", context).split()),
        body=render_to_string(f"notifications/mail/{about}.txt", context).strip() + "\n",
        to=[person.email],
        headers={"References": f"<workstream-{workstream.public_id}@{urlsplit(settings.BASE_URL).hostname}>"},
    )
    message.attach_alternative(render_to_string(f"notifications/mail/{about}.html", context), "text/html")
    message.send()
