"""Sending what waits."""

import logging
import smtplib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from notifications.models import Mail

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 12
LONGEST_WAIT = timedelta(hours=1)
FOR_GOOD = 500  # answers of mail servers from here on will be the same next time


@shared_task(acks_late=True, ignore_result=True)
def send_waiting_mails() -> None:
    """Send every due mail. Safe to run twice, late, or at the same time as itself."""
    while mail := Mail.objects.claim(now=timezone.now()):
        _send(mail)


def _send(mail: Mail) -> None:
    """Send one mail that was claimed. Whatever ails it, the next ones are sent all the same."""
    if mail.attempts > GIVE_UP_AFTER:
        _give_up(mail, "Sending it began again and again and never ended.")
        return
    try:
        _message(mail).send()
    except smtplib.SMTPRecipientsRefused as refusal:
        if all(code >= FOR_GOOD for code, _ in refusal.recipients.values()):
            _give_up(mail, f"The mail server refused the recipients: {refusal}")
        else:
            _try_again_later(mail, refusal)  # many servers turn a new sender away the first time
    except ValueError as failure:
        _give_up(mail, f"It is no mail that could be sent: {failure}")
    except (smtplib.SMTPException, OSError) as failure:
        _try_again_later(mail, failure)
    except Exception as failure:
        logger.exception("Mail %s could not be sent.", mail.public_id)
        _try_again_later(mail, failure)
    else:
        _write_down(mail, state=Mail.State.SENT, sent_at=timezone.now(), error="")


def _message(mail: Mail) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        mail.from_email,
        mail.recipients,
        headers={"Message-ID": f"<{mail.public_id}@{urlsplit(settings.BASE_URL).hostname}>", **mail.headers},
        connection=get_connection(settings.MAIL_TRANSPORT),
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _try_again_later(mail: Mail, failure: Exception) -> None:
    if mail.attempts >= GIVE_UP_AFTER:
        _give_up(mail, str(failure))
        return
    due_at = timezone.now() + min(timedelta(seconds=10 * 2**mail.attempts), LONGEST_WAIT)
    _write_down(mail, due_at=due_at, error=str(failure)[:500])


def _give_up(mail: Mail, error: str) -> None:
    logger.error("Gave up on mail %s after %s attempts: %s", mail.public_id, mail.attempts, error)
    _write_down(mail, state=Mail.State.GIVEN_UP, error=error[:500])


def _write_down(mail: Mail, **values: Any) -> None:
    """What became of this attempt; nothing when its lease ran out and another worker has taken the mail since."""
    Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING, attempts=mail.attempts).update(**values)
