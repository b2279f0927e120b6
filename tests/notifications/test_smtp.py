"""Mails on their way to a real mail server, which listens on this machine and has its moods."""

import asyncio
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.core.mail import send_mail
from django.utils import timezone
from pytest_django import Settings

from notifications.models import BouncedAddress, Mail
from notifications.tasks import send_waiting_mails

pytestmark = pytest.mark.django_db
State = Mail.State


@dataclass
class Server:
    """What the server was given, and how it behaves."""

    received: list[bytes] = field(default_factory=list)
    connections: int = 0
    refuses_recipient: str = ""
    refuses_mail: str = ""
    hangs_up_after_data: bool = False
    is_slow: bool = False
    port: int = 0

    async def handle_EHLO(  # noqa: N802  named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count who calls."""
        self.connections += not session.host_name
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802  named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        envelope.rcpt_tos.append(address)
        return self.refuses_recipient or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take or refuse a mail, or leave in the middle of it."""
        if self.is_slow:
            await asyncio.sleep(3)
        if not self.refuses_mail:
            self.received.append(bytes(envelope.original_content or b""))
        if self.hangs_up_after_data:
            self.hangs_up_after_data = False
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return self.refuses_mail or "250 OK"


@contextmanager
def listening(server: Server, **options: Any) -> Iterator[None]:
    """The server, on a free port."""
    loop = asyncio.new_event_loop()

    async def start() -> asyncio.Server:
        return await loop.create_server(lambda: SMTP(server, loop=loop, **options), "127.0.0.1", 0)

    running = loop.run_until_complete(start())
    server.port = running.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(_end(running), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end(running: asyncio.Server) -> None:
    running.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    """A server that takes everything, and settings that lead there."""
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 1
    found = Server()
    with listening(found):
        settings.EMAIL_PORT = found.port
        yield found


def write(count: int = 1) -> list[Mail]:
    for number in range(count):
        send_mail(f"Mail {number}", "Grüße", None, ["ann@acme.example"])
    return list(Mail.objects.order_by("id"))


def send_again() -> None:
    Mail.objects.update(due_at=timezone.now())
    send_waiting_mails()


def test_many_mails_go_over_one_connection(server: Server) -> None:
    write(5)
    send_waiting_mails()

    assert len(server.received) == 5
    assert server.connections == 1
    assert {mail.state for mail in Mail.objects.all()} == {State.SENT}


@pytest.mark.parametrize(
    ("answer", "state", "is_marked"),
    [
        ("550 5.1.1 No such user", State.GIVEN_UP, True),
        ("550 5.7.1 Not from you", State.GIVEN_UP, False),
        ("451 4.7.1 Greylisted", State.WAITING, False),
    ],
)
def test_a_refused_recipient_is_given_up_or_tried_again(
    server: Server, answer: str, state: str, is_marked: bool
) -> None:
    server.refuses_recipient = answer
    (mail,) = write()
    send_waiting_mails()

    mail.refresh_from_db()
    assert mail.state == state
    assert BouncedAddress.objects.filter(email="ann@acme.example").exists() is is_marked


@pytest.mark.parametrize(
    ("answer", "state"), [("552 5.3.4 Too big", State.GIVEN_UP), ("452 4.3.1 Disk full", State.WAITING)]
)
def test_a_refused_mail_is_given_up_or_tried_again(server: Server, answer: str, state: str) -> None:
    server.refuses_mail = answer
    (mail,) = write()
    send_waiting_mails()
    server.refuses_mail = ""
    send_again()

    mail.refresh_from_db()
    assert mail.state == (State.SENT if state == State.WAITING else State.GIVEN_UP)


def test_what_was_cut_off_after_the_text_is_sent_again_under_the_same_id(server: Server) -> None:
    server.hangs_up_after_data = True
    (mail,) = write()
    send_waiting_mails()
    send_again()

    mail.refresh_from_db()
    ids = [line for raw in server.received for line in raw.splitlines() if line.startswith(b"Message-ID:")]
    assert (mail.state, len(ids), len(set(ids))) == (State.SENT, 2, 1)


def test_a_connection_that_ended_between_two_mails_is_made_anew_at_once(server: Server) -> None:
    write(2)
    server.hangs_up_after_data = True
    send_waiting_mails()
    send_again()

    assert {mail.state for mail in Mail.objects.all()} == {State.SENT}


def test_a_slow_server_keeps_nobody_for_longer_than_the_time_out(server: Server) -> None:
    server.is_slow = True
    (mail,) = write()
    began = time.monotonic()
    send_waiting_mails()

    mail.refresh_from_db()
    assert (mail.state, "timed out" in mail.error.lower()) == (State.WAITING, True)
    assert time.monotonic() - began < 2.5


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One for this machine, signed by itself."""
    folder = tmp_path_factory.mktemp("certificate")
    key, made = folder / "key.pem", folder / "certificate.pem"
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subprocess.run(
        ["/usr/bin/env", "openssl", "req", *kind, "-keyout", key, "-out", made, *subject],
        check=True,
        capture_output=True,
    )
    return key, made


@pytest.mark.parametrize("password", ["right", "wrong"])
def test_over_tls_with_a_password(
    settings: Settings,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    password: str,
) -> None:
    key, made = certificate
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(made, key)

    def authenticate(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=given.password == b"right", handled=False)

    found = Server()
    options: dict[str, Any] = {"authenticator": authenticate, "auth_required": True}
    options |= {"tls_context": tls, "require_starttls": True}
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "localhost", 5
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", password
    settings.EMAIL_USE_TLS = True
    (mail,) = write()
    with listening(found, **options):
        settings.EMAIL_PORT = found.port
        send_waiting_mails()

    mail.refresh_from_db()
    assert mail.state == (State.SENT if password == "right" else State.WAITING)
    assert len(found.received) == (password == "right")


class Provider(BaseHTTPRequestHandler):
    """A provider that takes mails over HTTP."""

    told: list[dict[str, Any]] = []
    status = 200

    def do_POST(self) -> None:
        """Take one mail."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).told.append(body | {"token": self.headers["X-Postmark-Server-Token"]})
        ok = {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": "ann@acme.example"}
        answer = json.dumps(ok if self.status == 200 else {"ErrorCode": 10, "Message": "No"}).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nobody reads it."""


@pytest.mark.parametrize(("status", "state"), [(200, State.SENT), (422, State.GIVEN_UP), (500, State.WAITING)])
def test_a_provider_is_told_over_http(settings: Settings, status: int, state: str) -> None:
    Provider.told, Provider.status = [], status
    provider = HTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=provider.serve_forever)
    thread.start()
    settings.REPLY_DOMAIN = "reply.portal.example"
    settings.MAIL_TRANSPORT = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "secret",
        "POSTMARK_API_URL": f"http://127.0.0.1:{provider.server_port}/",
    }
    (mail,) = write()
    try:
        send_waiting_mails()
    finally:
        provider.shutdown()
        thread.join(10)
        provider.server_close()

    mail.refresh_from_db()
    (told,) = Provider.told
    assert mail.state == state, mail.error
    assert (told["token"], told["To"], told["TextBody"]) == ("secret", "ann@acme.example", "Grüße")
    assert "portal@testserver.example" in told["From"]
    assert {"Name": "Message-ID", "Value": f"<{mail.public_id}@testserver>"} in told["Headers"]
