"""Mails that nobody honest writes: none stops the worker, none gets further than the others."""

import pytest

from chat.models import Message
from mailroom import door, reading
from mailroom.models import IncomingMail
from mailroom.tasks import work_waiting_mails
from notifications.letters import Kind, reply_address
from tests.conftest import World
from tests.mailroom.letters import answer, arrive

pytestmark = pytest.mark.django_db
State = IncomingMail.State
HEAD = b"From: Olive <owner@acme.example>\r\nMessage-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\n"


def nested(depth: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )
    return HEAD + head + b"Content-Type: text/plain\r\n\r\nDeep.\r\n"


HOSTILE = {
    "nothing": b"",
    "no header": b"\r\n\r\nhello",
    "bytes": bytes(range(256)) * 100,
    "nested deeply": nested(60),
    "nested without end": nested(20_000),
    "a mail in a mail in a mail": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 3_000,
    "an unknown character set": HEAD + b"Content-Type: text/plain; charset=klingon\r\n\r\nHello \xff\xfe",
    "a wrong character set": HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\nGr\xfc\xdfe",
    "a character set that runs": HEAD + b"Content-Type: text/plain; charset=zlib\r\n\r\nHello",
    "zeros": HEAD + b"Subject: a\x00b\r\n\r\nHello\x00there",
    "wrong base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n!!!!=",
    "a broken file name": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment; "
    + b"filename*=klingon''%ff%00../../etc/passwd\r\n\r\nx\r\n--b--\r\n",
    "a broken sender": b"From: =?utf-8?q?=00?= <<<@@>>>\r\nMessage-ID: <1@acme.example>\r\n\r\nHello",
    "a broken subject": HEAD + b"Subject: =?utf-8?b?////?= =?x?q?=ZZ?=\r\n\r\nHello",
    "many parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 20_000,
    "an endless header": HEAD + b"References: " + b"<1@a.example> " * 100_000 + b"\r\n\r\nHello",
    "many headers": HEAD + b"X-A: b\r\n" * 50_000 + b"\r\nHello",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_comes_is_settled_and_the_next_mail_is_worked(world: World, name: str) -> None:
    address = reply_address(world.owner, world.labels, Kind.CHAT)
    mail = arrive(HOSTILE[name], to=address)
    assert mail.state in {State.POSTED, State.DROPPED, State.HELD}, mail.reason

    assert arrive(answer(world.owner, world.labels, "The next one.")).state == State.POSTED


def test_ten_megabytes_are_read_and_cut(world: World) -> None:
    raw = HEAD + b"Content-Type: text/html\r\n\r\n" + b"<b><i>hello " * 900_000

    assert arrive(raw, to=reply_address(world.owner, world.labels, Kind.CHAT)).state == State.HELD


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        (b"From: owner@acme.example <eve@evil.example>", "eve@evil.example"),
        (b'From: "owner@acme.example" <eve@evil.example>', "eve@evil.example"),
        (b"From: eve@evil.example, owner@acme.example", "eve@evil.example"),
        (b"From: owner@acme.example\r\n <eve@evil.example>", "eve@evil.example"),
        (b"From: eve@evil.example\r\nFrom: owner@acme.example", "eve@evil.example"),
        (b"From: =?utf-8?q?owner=40acme.example?= <eve@evil.example>", "eve@evil.example"),
        (b"From: <owner@acme.example>@evil.example", ""),
    ],
)
def test_a_second_address_in_the_sender_does_not_count(world: World, head: bytes, sender: str) -> None:
    raw = head + b"\r\nMessage-ID: <2@evil.example>\r\n\r\nHello"
    found = reading.read(raw)

    assert found.sender != "owner@acme.example"
    assert arrive(raw, to=reply_address(world.owner, world.labels, Kind.CHAT)).state == State.HELD
    assert not Message.objects.filter(author=world.owner).exists()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "reply@reply.portal.example",
        "reply+@reply.portal.example",
        "reply+zz@reply.portal.example",
        f"reply+{'0' * 40}@reply.portal.example",
        f"reply+{'0' * 40}@evil.example",
        f"note+{'0' * 40}@reply.portal.example",
        f"reply+{'0' * 4000}@reply.portal.example",
        "reply+' OR 1=1 --@reply.portal.example",
        "\x00@reply.portal.example",
    ],
)
def test_addresses_that_nobody_was_given_are_not_known(world: World, address: str) -> None:
    assert not door.is_known(address)


def test_an_address_is_known_however_it_is_written(world: World) -> None:
    address = reply_address(world.owner, world.labels, Kind.CHAT)

    assert door.is_known(f"<{address.upper()}>")


def test_a_mail_that_fails_again_and_again_is_held(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: bytes) -> None:
        raise RuntimeError("Nobody thought of this")

    monkeypatch.setattr(reading, "read", fail)
    mail = arrive(answer(world.owner, world.labels))
    assert mail.state == State.RECEIVED
    for _ in range(8):
        IncomingMail.objects.update(due_at=mail.received_at)
        work_waiting_mails()

    mail.refresh_from_db()
    assert mail.state == State.HELD
