"""Django's mail backend for the whole portal: writing a mail is writing a row."""

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from activity.record import nudge
from notifications.models import Mail
from notifications.tasks import send_waiting_mails


class QueueBackend(BaseEmailBackend):
    """Stores mails for the worker. A page never waits for a mail server, nor fails with one."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue every message; returns how many."""
        for message in email_messages:
            html = ""
            if isinstance(message, EmailMultiAlternatives):
                html = next((str(content) for content, kind in message.alternatives if kind == "text/html"), "")
            Mail.objects.create(
                recipients=list(message.to),
                subject=str(message.subject)[:300],
                text=str(message.body),
                html=html,
                from_email=message.from_email,
                headers={str(k): str(v) for k, v in message.extra_headers.items()},
            )
        if email_messages:
            nudge(send_waiting_mails)
        return len(email_messages)
