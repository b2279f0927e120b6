"""Django's mail backend for the whole portal: writing a mail is writing a row."""

from collections.abc import Sequence
from email.message import MIMEPart
from email.mime.base import MIMEBase
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from activity.record import nudge
from notifications.letters import Letter
from notifications.models import BouncedAddress, Mail, MailFile, Priority
from notifications.tasks import send_waiting_mails

# Of all files of one mail; most mail servers refuse more.
LARGEST_FILES = 10 * 1024 * 1024


class QueueBackend(BaseEmailBackend):
    """Stores mails for the worker. A page never waits for a mail server, nor fails with one.

    A mail that does not come from the sign-in is not sent to an address that bounced; its row says so.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue every message; returns how many.

        Raises: ValueError for files of more than `LARGEST_FILES` together.
        """
        for message in email_messages:
            _store(message)
        if email_messages:
            nudge(send_waiting_mails)
        return len(email_messages)


@transaction.atomic
def _store(message: EmailMessage) -> None:
    html = ""
    if isinstance(message, EmailMultiAlternatives):
        html = next((str(content) for content, kind in message.alternatives if kind == "text/html"), "")
    is_letter = isinstance(message, Letter)
    fields: dict[str, Any] = {
        "recipients": list(message.to),
        "cc": list(message.cc),
        "bcc": list(message.bcc),
        "reply_to": list(message.reply_to),
        "subject": str(message.subject)[:300],
        "text": str(message.body),
        "html": html,
        "from_email": message.from_email,
        "headers": {str(k): str(v) for k, v in message.extra_headers.items()},
        "is_secret": message.is_secret if isinstance(message, Letter) else True,
        "priority": message.priority if isinstance(message, Letter) else Priority.URGENT,
    }
    if is_letter and (bounced := BouncedAddress.objects.among(fields["recipients"])):
        fields |= {"state": Mail.State.GIVEN_UP, "error": f"Not sent: {bounced} does not take our mails."}
        if fields["is_secret"] and not settings.MAIL_KEEPS_CODES:
            fields |= {"text": "", "html": ""}
    files = [_file(attachment) for attachment in message.attachments]
    if sum(len(file.content) for file in files) > LARGEST_FILES:
        raise ValueError(f"The files of “{fields['subject']}” are too large for a mail. Mail a link to them.")
    key = message.key if isinstance(message, Letter) else ""
    if key:
        mail, is_new = Mail.objects.get_or_create(key=key, defaults=fields)
    else:
        mail, is_new = Mail.objects.create(**fields), True
    if is_new and files:
        for file in files:
            file.mail = mail
        MailFile.objects.bulk_create(files)


def _file(attachment: Any) -> MailFile:
    """One of Django's attachments, which come as a triple or as a part of a mail."""
    if isinstance(attachment, MIMEBase | MIMEPart):
        content = attachment.get_payload(decode=True)
        return MailFile(
            name=attachment.get_filename() or "file",
            content_type=attachment.get_content_type(),
            content=content if isinstance(content, bytes) else b"",
        )
    name, content, content_type = attachment
    return MailFile(
        name=name or "file",
        content_type=content_type or "application/octet-stream",
        content=content.encode() if isinstance(content, str) else content,
    )
