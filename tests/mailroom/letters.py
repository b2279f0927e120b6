"""Writing mails as people's programs do."""

from email.message import EmailMessage
from email.utils import make_msgid

from accounts.models import User
from mailroom import door
from mailroom.models import IncomingMail
from mailroom.tasks import work_waiting_mails
from notifications.letters import Kind, reply_address
from workstreams.models import WorkStream


def answer(
    person: User,
    workstream: WorkStream,
    text: str = "Yes, please.",
    *,
    kind: Kind = Kind.CHAT,
    sender: str = "",
    headers: dict[str, str] | None = None,
) -> EmailMessage:
    """An answer to a mail of the portal, ready to be changed."""
    mail = EmailMessage()
    mail["From"] = sender or f"{person.display_name} <{person.email}>"
    mail["To"] = reply_address(person, workstream, kind)
    mail["Subject"] = f"Re: WorkStream: {workstream.name}"
    mail["Message-ID"] = make_msgid(domain="mail.acme.example")
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text)
    return mail


def arrive(mail: EmailMessage | bytes, *, to: str = "", sender: str = "owner@acme.example") -> IncomingMail:
    """The mail server brings it, and a worker works it."""
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    recipient = to or ("" if isinstance(mail, bytes) else str(mail["To"]))
    door.take_in(raw=raw, recipient=recipient, sender=sender, via=IncomingMail.Via.SERVER)
    work_waiting_mails()
    return IncomingMail.objects.latest("id")
