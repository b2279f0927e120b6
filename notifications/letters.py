"""How mails travel: sender, answers, threads. What they say and to whom is decided in `mails`."""

from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from accounts.fields import one_line
from accounts.models import User
from notifications.models import Mail, Priority, ReplyAddress
from workstreams.models import Membership, WorkStream

LONGEST_NAME = 60
REPLY, BOUNCE = "reply", "bounce"
Kind = ReplyAddress.Kind


class Letter(EmailMultiAlternatives):
    """A mail of the portal's own, with what the queue has to know of it.

    Mails that are not letters come from the sign-in: they go first, and are erased once they are sent. So is a letter
    that is secret, because it lets in whoever reads it.
    """

    def __init__(
        self,
        *arguments: Any,
        priority: Priority = Priority.USUAL,
        key: str = "",
        html: str = "",
        is_secret: bool = False,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self.priority = priority
        self.key = key
        self.is_secret = is_secret
        if html:
            self.attach_alternative(html, "text/html")


def letter(
    *,
    to: User,
    subject: str,
    text: str,
    html: str = "",
    workstream: WorkStream | None = None,
    answers: Kind | None = None,
    key: str = "",
    priority: Priority = Priority.USUAL,
    headers: Mapping[str, str] | None = None,
    is_secret: bool = False,
) -> Letter:
    """A mail to one person. Call `send()` on it.

    With `workstream` it is kept together with that person's other mails of it, and its sender bears the WorkStream's
    name. With `answers`, an answer to it becomes a message of the chat or an Internal Note, where REPLY_DOMAIN is set;
    such mails all bear one subject (`thread_subject`), because mail programs break up a thread whose subject changes.
    With `key` it is written once, however often this is called.
    """
    named: dict[str, str] = {}
    reply_to: list[str] = []
    if workstream:
        named |= {**thread_headers(to, workstream, notes=answers == Kind.NOTES), "List-Id": _list_id(workstream)}
        if answers:
            subject = thread_subject(workstream, answers)
            if address := reply_address(to, workstream, answers):
                reply_to = [formataddr((_short(workstream.name), address))]
    return Letter(
        subject=subject,
        body=text,
        from_email=sender(workstream),
        to=[to.email],
        reply_to=reply_to,
        headers=named | dict(headers or {}),
        html=html,
        key=key,
        priority=priority,
        is_secret=is_secret,
    )


def host() -> str:
    """The portal's own host name, which makes its message ids and list ids its own."""
    return str(urlsplit(settings.BASE_URL).hostname)


def sender(workstream: WorkStream | None = None) -> str:
    """Who a mail is from: the portal's address, with the WorkStream's name where it is about one."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if workstream is not None:
        name = f"{_short(workstream.name)} ({settings.PROVIDER_NAME})"
    return formataddr((name or settings.PORTAL_NAME, address))


def thread_headers(person: User, workstream: WorkStream, *, notes: bool = False) -> dict[str, str]:
    """What keeps the mails of one person about one WorkStream in one thread: an id that no mail bears, their root.

    Notes have a thread of their own. Who answers the latest mail of a thread must not have to look where it goes.
    """
    root = f"<workstream-{workstream.public_id}-{person.public_id}{'-notes' if notes else ''}@{host()}>"
    return {"In-Reply-To": root, "References": root}


def thread_subject(workstream: WorkStream, kind: Kind = Kind.CHAT) -> str:
    """The one subject of all mails about the conversation. It never begins as an answer would."""
    about = "Internal Notes" if kind == Kind.NOTES else "WorkStream"
    return f"{about}: {one_line(workstream.name)}"


def reply_address(person: User, workstream: WorkStream, kind: Kind) -> str:
    """Where this person's answers go; empty where no answers are taken in. The same one every time."""
    if not settings.REPLY_DOMAIN:
        return ""
    through = 0
    if not person.is_internal:
        membership = Membership.objects.filter(workstream=workstream, user=person).only("pk").first()
        if membership is None:
            return ""
        through = membership.pk
    known, _ = ReplyAddress.objects.get_or_create(user=person, workstream=workstream, kind=kind, through=through)
    return f"{REPLY}+{known.token}@{settings.REPLY_DOMAIN}"


def return_path(mail: Mail) -> str:
    """Where mail servers report that they could not deliver this mail; empty for its sender.

    Providers take reports themselves and tell of them over their webhooks; several refuse a return path.
    """
    if not settings.REPLY_DOMAIN or settings.MAIL_TRANSPORT.startswith("anymail."):
        return ""
    return f"{BOUNCE}+{mail.public_id.hex}@{settings.REPLY_DOMAIN}"


def message_id(mail: Mail) -> str:
    """The same at every attempt, so that a receiver who got the first one recognises the second."""
    return f"<{mail.public_id}@{host()}>"


def _list_id(workstream: WorkStream) -> str:
    return f"<{workstream.public_id}.{host()}>"


def _short(name: str) -> str:
    line = one_line(name)
    return line if len(line) <= LONGEST_NAME else f"{line[: LONGEST_NAME - 1].rstrip()}…"
