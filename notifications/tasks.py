"""Sending what waits."""

import logging
import smtplib
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from notifications.models import Mail

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 12
LONGEST_WAIT = timedelta(hours=1)


@shared_task(acks_late=True, ignore_result=True)
def send_waiting_mails() -> None:
    """Send every due mail. Safe to run twice, late, or at the same time as itself."""
    while batch := Mail.objects.claim(now=timezone.now()):
        connection = get_connection(settings.MAIL_TRANSPORT)
        for mail in batch:
            _send(mail, connection)


def _send(mail: Mail, connection: object) -> None:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        mail.from_email,
        mail.recipients,
        headers={"Message-ID": f"<{mail.public_id}@{settings.BASE_URL.split('//')[1]}>", **mail.headers},
        connection=connection,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        _finish(mail, Mail.State.GIVEN_UP, error=f"The mail server refused the recipients: {refusal}")
    except (smtplib.SMTPException, OSError) as failure:
        _try_again_later(mail, failure)
    else:
        _finish(mail, Mail.State.SENT)


def _finish(mail: Mail, state: Mail.State, *, error: str = "") -> None:
    mail.state = state
    mail.sent_at = timezone.now() if state == Mail.State.SENT else None
    mail.error = error[:500]
    mail.save(update_fields=["state", "sent_at", "error"])


def _try_again_later(mail: Mail, failure: Exception) -> None:
    if mail.attempts >= GIVE_UP_AFTER:
        _finish(mail, Mail.State.GIVEN_UP, error=str(failure))
        logger.error("Gave up on a mail after %s attempts: %s", mail.attempts, failure)
        return
    mail.due_at = timezone.now() + min(timedelta(seconds=10 * 2**mail.attempts), LONGEST_WAIT)
    mail.error = str(failure)[:500]
    mail.save(update_fields=["due_at", "error"])
