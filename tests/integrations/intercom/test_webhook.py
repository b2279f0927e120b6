"""The address where Intercom tells what happened: verified, stored once without anybody's words, answered."""

import hashlib
import hmac
import json
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from integrations import inbox
from integrations.intercom.hints import Hint
from integrations.intercom.tasks import forget_old_hints
from integrations.models import InboundEvent
from tests.chat.conftest import in_threads

URL = "/webhooks/intercom/"
SECRETS = ["an-old-secret", "client-secret"]


@pytest.fixture(autouse=True)
def _configured(settings: Settings) -> None:
    settings.INTERCOM_CLIENT_SECRETS = SECRETS
    settings.INTERCOM_APP_ID = "abc12345"


def notification(topic: str = "conversation.user.replied", **fields: Any) -> dict[str, Any]:
    part = {"type": "conversation_part", "id": 134, "part_type": "comment", "body": "<p>A secret word</p>"}
    item = {
        "type": "conversation",
        "id": "499",
        "contacts": [{"type": "contact", "id": "6762f0dd1bb69f9f2193bb83"}],
        "conversation_parts": {"type": "conversation_part.list", "conversation_parts": [part], "total_count": 7},
    }
    return {
        "type": "notification_event",
        "app_id": "abc12345",
        "topic": topic,
        "id": "notif_ccd8a4d0",
        "created_at": 1734537520,
        "data": {"type": "notification_event_data", "item": item},
    } | fields


def send(told: Any, *, secret: str = SECRETS[1], signature: str | None = None) -> Any:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    signed = "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    headers = {"X-Hub-Signature": signed if signature is None else signature}
    return Client().post(URL, body, content_type="application/json", headers=headers)


def test_the_signature_of_the_vendors_documentation_is_accepted(db: None) -> None:
    body = b'{"type":"notification_event","topic":"ping","id":"notif_1"}'
    answer = send(body, signature="sha1=4474b70fc0f02344316a0dfc25a75d0c834a9f1f")

    assert (answer.status_code, answer.content) == (200, b"")
    assert not InboundEvent.objects.exists()


def test_it_is_there_when_intercom_looks(db: None) -> None:
    assert Client().head(URL).status_code == 200
    assert Client().get(URL).status_code == 405


def test_what_is_told_is_stored_without_anybodys_words(db: None) -> None:
    assert send(notification(), secret="an-old-secret").status_code == 200

    event = InboundEvent.objects.get()
    assert (event.provider, event.state, event.subject_id) == ("intercom", "received", "conversation 499")
    assert event.payload == {
        "topic": "conversation.user.replied",
        "record": "499",
        "parts": ["134"],
        "merged_from": "",
    }
    assert event.happened_at is not None
    assert event.happened_at.isoformat() == "2024-12-18T15:58:40+00:00"


@pytest.mark.parametrize("fields", [{}, {"id": None}, {"id": None, "delivery_attempts": 2, "delivery_status": "retry"}])
def test_a_repeat_is_stored_once(db: None, fields: dict[str, Any]) -> None:
    first = notification(id=fields.get("id", "notif_ccd8a4d0"))
    answers = [send(first), send(first | fields), send(first | fields)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert InboundEvent.objects.get().repeats == 2


def test_two_without_an_id_are_told_apart_by_what_they_are_about(db: None) -> None:
    send(notification(id=None))
    send(notification(id=None, created_at=1734537521))
    send(notification("conversation.admin.closed", id=None))

    assert InboundEvent.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_same_twice_at_once_is_stored_once() -> None:
    answers = in_threads(*(partial(send, notification()) for _ in range(4)))

    assert [each.result().status_code for each in answers] == [200] * 4
    assert InboundEvent.objects.get().repeats == 3


@pytest.mark.parametrize(
    "signature",
    ["", "sha1=", "sha1=" + 40 * "0", "sha256=" + 64 * "0", "sha1=\u00e9", "4474b70fc0f02344316a0dfc25a75d0c834a9f1f"],
)
def test_without_a_valid_signature_nothing_is_stored(db: None, signature: str) -> None:
    assert send(notification(), signature=signature).status_code == 401
    assert not InboundEvent.objects.exists()


def test_without_any_secret_there_is_no_entry(db: None, settings: Settings) -> None:
    settings.INTERCOM_CLIENT_SECRETS = [""]

    assert send(notification(), secret="").status_code == 401
    settings.INTERCOM_CLIENT_SECRETS = []
    assert send(notification(), secret="").status_code == 401
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"\xff", b"[" * 100_000])
def test_what_is_no_object_is_refused(db: None, body: bytes) -> None:
    assert send(body).status_code == 400
    assert not InboundEvent.objects.exists()


def test_what_is_too_large_is_refused(db: None) -> None:
    assert send(b" " * (4 * 1024 * 1024) + b"{}").status_code in {401, 413}
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (notification("company.created"), "Nothing follows from “company.created”."),
        (notification(""), "Nothing follows from “”."),
        (notification(app_id="another"), "It is of another workspace."),
        (notification(data=None), "It names nothing that could be looked for."),
        (notification(data={"item": {"id": "../contacts/x"}}), "It names nothing that could be looked for."),
    ],
)
def test_what_nothing_follows_from_is_stored_as_ignored(db: None, told: dict[str, Any], reason: str) -> None:
    assert send(told).status_code == 200

    event = InboundEvent.objects.get()
    assert (event.state, event.reason) == ("ignored", reason)
    assert event.settled_at is not None


def test_what_cannot_be_stored_is_sent_again(db: None) -> None:
    with mock.patch.object(inbox, "remember", side_effect=OperationalError("the server closed the connection")):
        assert send(notification()).status_code == 503


def test_it_costs_one_question(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        send(notification())
    with django_assert_num_queries(1):
        send(notification())


@pytest.mark.parametrize(
    ("topic", "item", "record", "parts"),
    [
        ("conversation.deleted", {"type": "conversation", "conversation_id": 499}, "499", ()),
        ("conversation.contact.attached", {"conversation": {"id": "499"}, "contact": {"id": "6" * 24}}, "499", ()),
        ("conversation.admin.replied", {"id": 499, "conversation_parts": [{"id": "7"}]}, "499", ("7",)),
        (
            "conversation_part.redacted",
            {"type": "conversation_part", "id": "7", "conversation_id": "499"},
            "499",
            ("7",),
        ),
        ("contact.archived", {"type": "contact", "id": "6762f0dd1bb69f9f2193bb83"}, "6762f0dd1bb69f9f2193bb83", ()),
        ("contact.archived", {"type": "contact", "id": "499"}, "", ()),
        ("conversation.user.replied", ["nonsense"], "", ()),
        ("conversation.user.replied", {"id": True, "conversation_parts": {"conversation_parts": "x"}}, "", ()),
    ],
)
def test_a_hint_is_read_in_every_shape_it_comes_in(topic: str, item: Any, record: str, parts: tuple[str, ...]) -> None:
    hint = Hint.of({"topic": topic, "data": {"item": item}})

    assert (hint.topic, hint.record, hint.parts) == (topic, record, parts)
    assert Hint.from_payload(hint.as_payload()) == hint


def test_a_merged_contact_names_who_it_was() -> None:
    item = {"type": "contact", "id": "a" * 24, "merged_from": {"type": "contact", "id": "b" * 24}}

    assert Hint.of({"topic": "contact.merged", "data": {"item": item}}).merged_from == "b" * 24


def test_what_was_settled_long_ago_is_forgotten_and_what_failed_stays(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FORGOTTEN_AT_ONCE", 2)
    now = timezone.now()
    long_ago = now - timedelta(days=200)
    for number in range(7):
        send(notification(id=f"notif_{number}"))
    events = list(InboundEvent.objects.order_by("pk"))
    states = ["unchanged", "failed", "received", "ignored", "applied", "applied", "applied"]
    for event, state in zip(events, states, strict=True):
        settled = None if state == "received" else long_ago
        InboundEvent.objects.filter(pk=event.pk).update(state=state, settled_at=settled, received_at=long_ago)
    InboundEvent.objects.filter(pk=events[6].pk).update(settled_at=now, received_at=now)
    InboundEvent.objects.filter(pk=events[5].pk).update(provider="salesforce")
    forget_old_hints()

    assert [event.pk for event in InboundEvent.objects.order_by("pk")] == [events[each].pk for each in (1, 2, 5, 6)]
