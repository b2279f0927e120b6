"""The line to whoever carries our mails: a mail server, or a provider's API."""

import smtplib
from contextlib import suppress
from types import TracebackType
from typing import Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

FOR_GOOD = 500  # answers of mail servers from here on will be the same next time
# What a provider's API says of a mail that it will never take.
REFUSED_BY_PROVIDERS = {400, 413, 422}


def why_never(failure: Exception) -> str:
    """Why trying this mail again would end the same; empty where it may go better another time."""
    match failure:
        case smtplib.SMTPRecipientsRefused(recipients=recipients):
            # Several recipients: one who may come later keeps the mail.
            never = all(code >= FOR_GOOD for code, _ in recipients.values())
            return f"The mail server refused the recipients: {failure}" if never else ""
        case smtplib.SMTPDataError(smtp_code=code):
            return f"The mail server refused the mail: {failure}" if code >= FOR_GOOD else ""
        case smtplib.SMTPException():
            return ""
        case OSError():
            status = getattr(failure, "status_code", None)
            return f"The provider refused the mail: {failure}" if status in REFUSED_BY_PROVIDERS else ""
        case ValueError():
            return f"It is no mail that could be sent: {failure}"
    return ""


class Line:
    """One connection for as many mails as wait, opened for the first one.

    After a failure it is hung up: nobody knows what the other side still expects.
    """

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._hang_up()

    def send(self, message: EmailMessage) -> None:
        """Hand over one mail. Servers end a connection that was quiet or busy for long, so that is tried once anew."""
        was_open = self._connection is not None
        try:
            self._hand_over(message)
        except smtplib.SMTPServerDisconnected:
            if not was_open:
                raise
            self._hand_over(message)

    def _hand_over(self, message: EmailMessage) -> None:
        try:
            if self._connection is None:
                self._connection = get_connection(settings.MAIL_TRANSPORT)
                self._connection.open()
            self._connection.send_messages([message])
        except BaseException:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # It may be gone already.
            with suppress(smtplib.SMTPException, OSError):
                connection.close()
