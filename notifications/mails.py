"""Writing mails: what is said to whom, and how they can be rid of it."""

from collections.abc import Sequence
from typing import Any, TypedDict

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import User
from notifications import unsubscribing
from notifications.letters import Kind, letter
from notifications.models import Priority
from workstreams.models import Invitation, WorkStream

# Topics whose mails may be answered: the answer goes where the question stood.
_ANSWERS = {"client_message": Kind.CHAT, "team_message": Kind.CHAT, "mention": Kind.NOTES}
NAMED = 20


class _Words(TypedDict):
    """What a mail says, for `letter`."""

    subject: str
    text: str
    html: str


def tell(
    person: User,
    about: str,
    *,
    workstream: WorkStream | None,
    because: str,
    topic: str = "",
    also: Sequence[str] = (),
    **context: Any,
) -> None:
    """Queue one mail to one person, who is active. `about` names the templates, `because` says why they get it.

    `topic` is the row of the policy it belongs to, `also` the others it tells of; they say what can be switched off.
    """
    context |= {"workstream": workstream, "because": because}
    _send(person, about, context, workstream, [topic, *also] if topic else [], answers=_ANSWERS.get(topic))


def tell_of_many(person: User, about: str, *, workstreams: Sequence[WorkStream], because: str, **context: Any) -> None:
    """Queue one mail about several WorkStreams, naming the first few of them."""
    context |= {
        "workstreams": workstreams[:NAMED],
        "count": len(workstreams),
        "others": max(len(workstreams) - NAMED, 0),
        "grid_url": f"{settings.BASE_URL}{reverse('workstreams:grid')}",
        "because": because,
    }
    _send(person, about, context, None, ["lead"])


def tell_of_some(person: User, about: str, *, because: str, topics: Sequence[str], **context: Any) -> None:
    """Queue one mail about what happened here and there: a digest."""
    _send(person, about, {**context, "because": because}, None, topics, priority=Priority.BULK)


def invite(invitation: Invitation, *, link: str, by: str) -> None:
    """Queue the invitation (R75). Its address may be nobody's yet, and only the link of the latest one works."""
    context = {
        **_of_every_mail(),
        "invitation": invitation,
        "workstream": invitation.workstream,
        "by": by,
        "link": link,
        "because": f"{by} invited this address.",
    }
    nobody_yet = User(email=invitation.email)
    letter(
        to=nobody_yet,
        **_rendered("invitation", context),
        key=f"invitation {invitation.pk} {invitation.nonce}"[:200],
        priority=Priority.URGENT,
        is_secret=True,
    ).send()


def _send(
    person: User,
    about: str,
    context: dict[str, Any],
    workstream: WorkStream | None,
    topics: Sequence[str],
    *,
    answers: Kind | None = None,
    priority: Priority = Priority.USUAL,
) -> None:
    if not person.is_active:
        return
    ways_out = unsubscribing.ways_out(person, topics, workstream)
    can_answer = bool(answers and settings.REPLY_DOMAIN)
    context |= {**_of_every_mail(), "person": person, "ways_out": ways_out, "can_answer": can_answer}
    letter(
        to=person,
        **_rendered(about, context),
        workstream=workstream,
        answers=answers,
        priority=priority,
        headers=ways_out.headers,
    ).send()


def _of_every_mail() -> dict[str, str]:
    return {
        "portal_name": settings.PORTAL_NAME,
        "provider_name": settings.PROVIDER_NAME,
        "base_url": settings.BASE_URL,
    }


def _rendered(about: str, context: dict[str, Any]) -> _Words:
    return {
        "subject": " ".join(render_to_string(f"notifications/mail/{about}_subject.txt", context).split()),
        "text": render_to_string(f"notifications/mail/{about}.txt", context).strip() + "\n",
        "html": render_to_string(f"notifications/mail/{about}.html", context),
    }
