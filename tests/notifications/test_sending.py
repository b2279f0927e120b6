"""Sending what waits: each mail once, and none held up by another."""

import smtplib
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.core import mail as post
from django.core.mail import EmailMessage, send_mail
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from pytest_django import Settings

from notifications.models import Mail
from notifications.tasks import GIVE_UP_AFTER, send_waiting_mails

pytestmark = pytest.mark.django_db
State = Mail.State


class MoodyServer(BaseEmailBackend):
    """A mail server that answers by the name of the recipient."""

    answers: dict[str, Exception] = {
        "nobody": smtplib.SMTPRecipientsRefused({"nobody@acme.example": (550, b"No such user")}),
        "greylisted": smtplib.SMTPRecipientsRefused({"greylisted@acme.example": (451, b"Come back later")}),
        "away": ConnectionRefusedError("The mail server is away"),
        "odd": RuntimeError("Nobody thought of this"),
    }

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Take every message, or fail with the answer."""
        for message in email_messages:
            message.message()  # as every transport does, which finds what cannot be written as a mail
            if failure := self.answers.get(message.to[0].partition("@")[0]):
                raise failure
            post.outbox.append(message)
        return len(email_messages)


class OvertakenServer(BaseEmailBackend):
    """A mail server so slow that the lease runs out and another worker sends the mail meanwhile."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Fail at last."""
        Mail.objects.update(state=State.SENT, attempts=2)
        raise TimeoutError("Too slow")


@pytest.fixture(autouse=True)
def _server(settings: Settings) -> None:
    settings.MAIL_TRANSPORT = f"{__name__}.MoodyServer"


def write(to: str, subject: str = "Hello") -> Mail:
    send_mail(subject, "Text", None, [f"{to}@acme.example"])
    return Mail.objects.latest("id")


def test_a_waiting_mail_is_sent_once(settings: Settings) -> None:
    settings.BASE_URL = "http://localhost:8000"
    mail = write("ann")
    for _ in range(2):
        send_waiting_mails()

    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.error) == (State.SENT, 1, "")
    assert [message.to for message in post.outbox] == [["ann@acme.example"]]
    assert post.outbox[0].extra_headers["Message-ID"] == f"<{mail.public_id}@localhost>"


@pytest.mark.parametrize(
    ("to", "subject", "state"),
    [
        ("nobody", "Hello", State.GIVEN_UP),
        ("greylisted", "Hello", State.WAITING),
        ("away", "Hello", State.WAITING),
        ("odd", "Hello", State.WAITING),
        ("ann", "Hello\nBcc: eve@evil.example", State.GIVEN_UP),
    ],
)
def test_a_mail_that_fails_keeps_none_of_the_others(to: str, subject: str, state: str) -> None:
    troubled = write(to, subject)
    write("next")
    send_waiting_mails()

    troubled.refresh_from_db()
    assert troubled.state == state
    assert troubled.error
    assert [message.to for message in post.outbox] == [["next@acme.example"]]
    if state == State.WAITING:
        assert troubled.due_at > timezone.now() + timedelta(seconds=15)


def test_after_many_attempts_it_is_given_up() -> None:
    mail = write("away")
    for _ in range(GIVE_UP_AFTER + 1):
        Mail.objects.update(due_at=timezone.now())
        send_waiting_mails()

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.GIVEN_UP, GIVE_UP_AFTER)


def test_a_mail_that_kills_its_worker_is_given_up_too() -> None:
    mail = write("ann")
    Mail.objects.update(attempts=GIVE_UP_AFTER)
    send_waiting_mails()

    mail.refresh_from_db()
    assert mail.state == State.GIVEN_UP
    assert post.outbox == []


def test_what_a_dead_worker_claimed_is_sent_when_its_lease_runs_out() -> None:
    mail = write("ann")
    now = timezone.now()
    assert Mail.objects.claim(now=now) == mail
    assert Mail.objects.claim(now=now + timedelta(seconds=90)) is None
    assert Mail.objects.claim(now=now + timedelta(minutes=3)) == mail


def test_a_worker_that_was_too_slow_does_not_undo_what_the_next_one_did(settings: Settings) -> None:
    settings.MAIL_TRANSPORT = f"{__name__}.OvertakenServer"
    mail = write("ann")
    send_waiting_mails()

    mail.refresh_from_db()
    assert (mail.state, mail.error) == (State.SENT, "")
