"""Writing the mails about a WorkStream: who gets which, and why."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from notifications.letters import letter
from workstreams.models import WorkStream


def tell(person: User, about: str, *, workstream: WorkStream, because: str, **context: Any) -> None:
    """Queue one mail to one person, who is active. `about` names the templates, `because` says why they get it."""
    _send(person, about, {**context, "workstream": workstream, "because": because}, workstream)


NAMED = 20


def tell_of_many(person: User, about: str, *, workstreams: Sequence[WorkStream], because: str, **context: Any) -> None:
    """Queue one mail about several WorkStreams, naming the first few of them."""
    context |= {
        "workstreams": workstreams[:NAMED],
        "count": len(workstreams),
        "others": max(len(workstreams) - NAMED, 0),
        "grid_url": f"{settings.BASE_URL}{reverse('workstreams:grid')}",
        "because": because,
    }
    _send(person, about, context)


def _send(person: User, about: str, context: dict[str, Any], workstream: WorkStream | None = None) -> None:
    if not person.is_active:
        return
    context |= {
        "person": person,
        "portal_name": settings.PORTAL_NAME,
        "provider_name": settings.PROVIDER_NAME,
        "base_url": settings.BASE_URL,
    }
    letter(
        to=person,
        subject=" ".join(render_to_string(f"notifications/mail/{about}_subject.txt", context).split()),
        text=render_to_string(f"notifications/mail/{about}.txt", context).strip() + "\n",
        html=render_to_string(f"notifications/mail/{about}.html", context),
        workstream=workstream,
    ).send()
