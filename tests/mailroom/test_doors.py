"""The ways in: a webhook, a provider's webhook, and a mail server's LMTP or SMTP."""

import asyncio
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from mailroom import door, server
from mailroom.models import IncomingMail
from notifications.letters import Kind, reply_address
from notifications.models import BouncedAddress
from tests.conftest import World
from tests.mailroom.letters import answer

SECRET = "a secret of the mail server"


def hand_in(client: Client, raw: bytes, to: str, secret: str = SECRET) -> int:
    return client.post(
        "/hooks/mail/",
        raw,
        "message/rfc822",
        headers={"Authorization": f"Bearer {secret}", "X-Envelope-To": to, "X-Envelope-From": "owner@acme.example"},
    ).status_code


@pytest.fixture
def _with_secret(settings: Settings) -> None:
    settings.MAIL_HOOK_SECRETS = ["the next one", SECRET]


@pytest.mark.django_db
@pytest.mark.usefixtures("_with_secret")
def test_a_mail_over_http_is_stored_once(client: Client, world: World) -> None:
    mail = answer(world.owner, world.labels)
    for _ in range(2):
        assert hand_in(client, mail.as_bytes(), mail["To"]) == 202

    stored = IncomingMail.objects.get()
    assert (stored.via, stored.repeats, bytes(stored.raw)) == ("hook", 1, mail.as_bytes())


@pytest.mark.django_db
@pytest.mark.usefixtures("_with_secret")
@pytest.mark.parametrize(
    ("change", "status"),
    [({"secret": "wrong"}, 401), ({"secret": ""}, 401), ({"to": "someone@reply.portal.example"}, 404)],
)
def test_what_is_not_ours_is_refused_before_it_is_read(
    client: Client, world: World, change: dict[str, str], status: int
) -> None:
    mail = answer(world.owner, world.labels)
    assert hand_in(client, mail.as_bytes(), **({"to": mail["To"]} | change)) == status
    assert not IncomingMail.objects.exists()


@pytest.mark.django_db
def test_without_a_secret_nobody_gets_in(client: Client, world: World) -> None:
    mail = answer(world.owner, world.labels)
    assert hand_in(client, mail.as_bytes(), mail["To"], secret="") == 401


@pytest.mark.django_db
@pytest.mark.usefixtures("_with_secret")
def test_a_mail_that_is_too_large_is_refused(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "LARGEST", 100)
    mail = answer(world.owner, world.labels, "x" * 200)
    assert hand_in(client, mail.as_bytes(), mail["To"]) == 413


@pytest.mark.django_db
def test_a_providers_format_is_understood(client: Client, world: World, settings: Settings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": "user:word"}
    mail = answer(world.owner, world.labels)
    told = {
        "From": "owner@acme.example",
        "FromFull": {"Email": "owner@acme.example", "Name": "Olive"},
        "To": mail["To"],
        "OriginalRecipient": mail["To"],
        "Subject": "Re: Labels",
        "TextBody": "Yes, please.",
        "Headers": [
            {"Name": "Message-ID", "Value": "<1@acme.example>"},
            {"Name": "Return-Path", "Value": "<owner@acme.example>"},
        ],
        "RawEmail": mail.as_string(),
    }
    for secret, status in (("dXNlcjp3b3Jk", 200), ("d3Jvbmc6b25l", 400)):
        answered = client.post(
            "/hooks/mail/postmark/inbound/", told, "application/json", headers={"Authorization": f"Basic {secret}"}
        )
        assert answered.status_code == status

    stored = IncomingMail.objects.get()
    assert (stored.via, stored.recipient) == ("provider", mail["To"])


@pytest.mark.django_db
def test_a_providers_bounce_marks_the_address(client: Client, settings: Settings) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": "user:word"}
    told = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "TypeCode": 1,
        "Email": "gone@acme.example",
        "Description": "The server was unable to deliver your message",
        "Details": "smtp;550 5.1.1 User unknown",
        "MessageID": "1",
        "BouncedAt": "2026-11-01T10:00:00Z",
    }
    client.post(
        "/hooks/mail/postmark/tracking/", told, "application/json", headers={"Authorization": "Basic dXNlcjp3b3Jk"}
    )

    assert BouncedAddress.objects.get().email == "gone@acme.example"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["postmark/inbound", "nobody/inbound", "postmark/anything"])
def test_a_provider_without_a_secret_or_unknown_has_no_address(
    client: Client, settings: Settings, address: str
) -> None:
    assert client.post(f"/hooks/mail/{address}/", {}).status_code == 404
    settings.ANYMAIL = {"WEBHOOK_SECRET": "user:word"}
    if not address.startswith("postmark/inbound"):
        assert client.post(f"/hooks/mail/{address}/", {}).status_code == 404


@contextmanager
def listening(*, is_lmtp: bool) -> Iterator[int]:
    """Our server, on a free port of the loopback interface."""
    loop = asyncio.new_event_loop()

    async def start() -> asyncio.Server:
        return await loop.create_server(lambda: server.make_server(is_lmtp=is_lmtp), "127.0.0.1", 0)

    running = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield running.sockets[0].getsockname()[1]
    finally:
        # Both in the loop's own thread, which may be closing a connection of this server at the same moment.
        loop.call_soon_threadsafe(running.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_hands_over_by_smtp(world: World) -> None:
    mail = answer(world.owner, world.labels)
    other = reply_address(world.member, world.labels, Kind.CHAT)
    with listening(is_lmtp=False) as port, smtplib.SMTP("127.0.0.1", port) as client:
        refused = client.sendmail("owner@acme.example", [mail["To"], other, "x@evil.example"], mail.as_bytes())
        again = client.sendmail("owner@acme.example", [mail["To"]], mail.as_bytes())

    assert {address: code for address, (code, _) in refused.items()} == {"x@evil.example": 550}
    assert again == {}
    assert set(IncomingMail.objects.values_list("recipient", "repeats")) == {(mail["To"], 1), (other, 0)}
    assert IncomingMail.objects.get(recipient=mail["To"]).envelope_sender == "owner@acme.example"


@pytest.mark.django_db(transaction=True)
def test_by_lmtp_every_recipient_has_an_answer(world: World) -> None:
    mail = answer(world.owner, world.labels)
    other = reply_address(world.member, world.labels, Kind.CHAT)
    with listening(is_lmtp=True) as port, smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("owner@acme.example")
        asked = [client.rcpt(address)[0] for address in (mail["To"], "x@evil.example", other)]
        answers = [client.data(mail.as_bytes())[0], client.getreply()[0]]
        assert client.noop()[0] == 250

    assert asked == [250, 550, 250]
    assert answers == [250, 250]
    assert set(IncomingMail.objects.values_list("recipient", flat=True)) == {mail["To"], other}


@pytest.mark.django_db(transaction=True)
def test_the_sender_keeps_the_mail_while_the_database_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(door, "take_in", away)
    mail = answer(world.owner, world.labels)
    with (
        listening(is_lmtp=False) as port,
        smtplib.SMTP("127.0.0.1", port) as client,
        pytest.raises(smtplib.SMTPDataError) as refusal,
    ):
        client.sendmail("owner@acme.example", [mail["To"]], mail.as_bytes())

    assert refusal.value.smtp_code == 451
