"""Answering a mail of the demonstration, as its recipient's own program would."""

from email.message import EmailMessage
from email.utils import make_msgid, parseaddr

from mailroom import door
from mailroom.models import IncomingMail
from notifications.models import Mail
from notifications.tasks import message_of


def answers_to(mail: Mail) -> str:
    """Where an answer to this mail goes; empty where it cannot be answered."""
    address = parseaddr(mail.reply_to[0])[1] if mail.reply_to else ""
    return address if door.is_known(address) else ""


def headers_of(mail: Mail) -> list[tuple[str, str]]:
    """The headers it travels with."""
    return [(name, " ".join(str(value).split())) for name, value in message_of(mail).message().items()]


def write_answer(mail: Mail, text: str) -> None:
    """Write an answer above the quoted mail, and bring it to the door."""
    sent = message_of(mail).message()
    answer = EmailMessage()
    answer["From"] = mail.recipients[0]
    answer["To"] = answers_to(mail)
    answer["Subject"] = f"Re: {' '.join(mail.subject.split())}"
    answer["Message-ID"] = make_msgid(domain="demo.localhost")
    answer["In-Reply-To"] = sent["Message-ID"]
    answer["References"] = f"{sent['References'] or ''} {sent['Message-ID']}".strip()
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
    answer.set_content(f"{text}\n\nOn {mail.created_at:%d %b %Y at %H:%M}, {mail.from_email} wrote:\n{quoted}\n")
    door.take_in(
        raw=answer.as_bytes(), recipient=answers_to(mail), sender=mail.recipients[0], via=IncomingMail.Via.DEMO
    )
