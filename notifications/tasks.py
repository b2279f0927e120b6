"""Sending what waits, and forgetting what was sent."""

import logging
import smtplib
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from notifications import bounces, dispatch, rounds
from notifications.letters import host, message_id, return_path
from notifications.line import Line, why_never
from notifications.models import Mail, MailFile

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 12
LONGEST_WAIT = timedelta(hours=1)
FORGET_AT_ONCE = 1000
# What programs that answer by themselves look at before they do.
OF_A_PROGRAM = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}


@shared_task(acks_late=True, ignore_result=True)
def send_waiting_mails() -> None:
    """Send every due mail. Safe to run twice, late, or at the same time as itself."""
    with Line() as line:
        while mail := Mail.objects.claim(now=timezone.now()):
            _send(mail, line)


@shared_task(acks_late=True, ignore_result=True)
def write_due_mails() -> None:
    """Go through the chats, then write every mail that is due. Safe to run twice, late, or beside itself."""
    now = timezone.now()
    rounds.go_round(now=now)
    dispatch.write_due(now=now)


@shared_task(acks_late=True, ignore_result=True)
def forget_old_mails() -> None:
    """Delete mails that were settled long ago, some at a time."""
    old = Mail.objects.settled_before(timezone.now() - timedelta(days=settings.MAIL_KEEP_DAYS)).order_by()
    while keys := list(old.values_list("pk", flat=True)[:FORGET_AT_ONCE]):
        Mail.objects.filter(pk__in=keys).delete()


def _send(mail: Mail, line: Line) -> None:
    """Send one mail that was claimed. Whatever ails it, the next ones are sent all the same."""
    if mail.attempts > GIVE_UP_AFTER:
        _give_up(mail, "Sending it began again and again and never ended.")
        return
    try:
        line.send(message_of(mail))
    except Exception as failure:
        if why := why_never(failure):
            _give_up(mail, why)
            _mark_addresses(failure)
            return
        if not isinstance(failure, smtplib.SMTPException | OSError):
            logger.exception("Mail %s could not be sent.", mail.public_id)
        _try_again_later(mail, failure)
    else:
        _write_down(mail, **_without_secrets(mail), state=Mail.State.SENT, sent_at=timezone.now(), error="")
        MailFile.objects.filter(mail=mail).delete()


def _mark_addresses(failure: Exception) -> None:
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        for address, (code, words) in failure.recipients.items():
            bounces.refused(address, code, words.decode(errors="replace"))


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """The mail as it leaves, the same at every attempt."""
    headers = {**OF_A_PROGRAM, "X-Loop": host(), "Message-ID": message_id(mail), **mail.headers}
    if path := return_path(mail):
        headers["From"] = mail.from_email
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        path or mail.from_email,
        mail.recipients,
        cc=mail.cc,
        bcc=mail.bcc,
        reply_to=mail.reply_to,
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in mail.files.all():
        message.attach(file.name, bytes(file.content), file.content_type)
    return message


def _without_secrets(mail: Mail) -> dict[str, Any]:
    """What takes the place of a text that lets somebody in, once nobody needs it here any more."""
    if not mail.is_secret or settings.MAIL_KEEPS_CODES:
        return {}
    # The subject of a code is the code; that of an invitation, which has a key, says who was invited to what.
    return {"subject": mail.subject if mail.key else "Signing in", "text": "", "html": ""}


def _try_again_later(mail: Mail, failure: Exception) -> None:
    if mail.attempts >= GIVE_UP_AFTER:
        _give_up(mail, str(failure))
        return
    due_at = timezone.now() + min(timedelta(seconds=10 * 2**mail.attempts), LONGEST_WAIT)
    _write_down(mail, due_at=due_at, error=str(failure)[:500])


def _give_up(mail: Mail, error: str) -> None:
    logger.error("Gave up on mail %s after %s attempts: %s", mail.public_id, mail.attempts, error)
    _write_down(mail, **_without_secrets(mail), state=Mail.State.GIVEN_UP, error=error[:500])


def _write_down(mail: Mail, **values: Any) -> None:
    """What became of this attempt; nothing when its lease ran out and another worker has taken the mail since."""
    Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING, attempts=mail.attempts).update(**values)
