"""The address Salesforce's Flow calls: verify, store once, answer (D1)."""

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from integrations.models import InboundEvent
from tests.integrations.conftest import CAPTURED, PUSH_URL, SECRET, Salesforce
from workstreams.models import WorkStream


def signed(body: str, secret: str = SECRET, stamp: int | None = None) -> dict[str, str]:
    stamp = int(time.time()) if stamp is None else stamp
    digest = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-WS-Timestamp": str(stamp), "X-WS-Signature": f"sha256={digest}"}


def test_a_push_is_stored_before_it_is_worked(salesforce: Salesforce) -> None:
    response = salesforce.send(CAPTURED)

    event = InboundEvent.objects.get()
    assert (response.status_code, response.json()) == (200, {"stored": True})
    assert (event.state, event.subject_id, event.payload["stageName"]) == ("received", "006A000000abcDEIAY", "Proposal")
    assert event.happened_at == datetime(2026, 3, 1, 10, 15, 31, tzinfo=UTC)


def test_a_repeat_is_counted_and_not_stored(salesforce: Salesforce) -> None:
    salesforce.send(CAPTURED)
    again = salesforce.send({**CAPTURED, "eventId": "another interview", "opportunityId": "006A000000abcDE"})

    assert (again.status_code, again.json()) == (200, {"stored": False})
    assert InboundEvent.objects.get().repeats == 1


def test_a_push_reads_no_session(salesforce: Salesforce, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):  # one statement, new or known
        salesforce.send(CAPTURED)


@pytest.mark.parametrize("token", ["", "wrong", SECRET + " x", SECRET.upper(), "sécret", "\x00"])
def test_without_the_secret_nothing_is_stored(salesforce: Salesforce, token: str) -> None:
    response = salesforce.send(CAPTURED, headers={"X-Portal-Token": token})

    assert response.status_code == 401
    assert isinstance(response.json(), dict)
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("secrets", [[], [""], ["", SECRET + "-the-next"]])
def test_an_empty_or_missing_secret_opens_nothing(client: Client, settings: Any, db: None, secrets: list[str]) -> None:
    settings.SALESFORCE_FLOW_SECRETS = secrets

    for headers in ({}, {"X-Portal-Token": ""}, {"X-Portal-Token": SECRET}):
        assert Salesforce(client, headers).push().status_code == 401
    assert not InboundEvent.objects.exists()


def test_the_next_secret_is_valid_beside_the_old_one(salesforce: Salesforce, settings: Any) -> None:
    settings.SALESFORCE_FLOW_SECRETS = ["the-next-secret-0123456789", SECRET]

    assert salesforce.push(minute=1).status_code == 200
    assert salesforce.send(CAPTURED, headers={"X-Portal-Token": "the-next-secret-0123456789"}).status_code == 200


def test_a_signature_stands_for_the_secret(client: Client, settings: Any, db: None) -> None:
    settings.SALESFORCE_FLOW_HMAC_SECRETS = ["the-next-secret-0123456789", SECRET]
    body = json.dumps(CAPTURED)

    assert Salesforce(client, signed(body)).send(body).status_code == 200
    assert Salesforce(client, {"X-Portal-Token": SECRET}).send(body).status_code == 401
    assert InboundEvent.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        signed(json.dumps(CAPTURED), stamp=int(time.time()) - 3600),
        signed(json.dumps(CAPTURED), stamp=int(time.time()) + 3600),
        signed(json.dumps(CAPTURED), secret="another"),
        signed(json.dumps({**CAPTURED, "stageName": "Booked"})),
        signed(json.dumps(CAPTURED)) | {"X-WS-Timestamp": "now"},
        signed(json.dumps(CAPTURED)) | {"X-WS-Timestamp": "9" * 400},
        signed(json.dumps(CAPTURED)) | {"X-WS-Signature": ""},
        # A valid token does not make up for a wrong signature.
        signed(json.dumps(CAPTURED)) | {"X-WS-Signature": "sha256=00", "X-Portal-Token": SECRET},
    ],
)
def test_a_wrong_or_old_signature_opens_nothing(salesforce: Salesforce, settings: Any, headers: dict[str, str]) -> None:
    settings.SALESFORCE_FLOW_HMAC_SECRETS = [SECRET]

    assert Salesforce(salesforce.client, headers).send(CAPTURED).status_code == 401
    assert not InboundEvent.objects.exists()


def test_the_agreed_signature_is_reckoned_as_agreed() -> None:
    assert signed('{"eventId":"e-1"}', secret="portal-secret", stamp=1700000000)["X-WS-Signature"] == (
        "sha256=0a9ab5a564f222ebe72d6c5d5bad406c517adf2d0b6b218ec74658afd915430e"
    )


@pytest.mark.parametrize("ours", ["00D5g000000KqXy", "00D5g000000KqXyEAK"])
@pytest.mark.parametrize(
    ("told", "status"),
    [("00D5g000000KqXy", 200), ("00D5g000000KqXyEAK", 200), ("00D5g000000Other", 401), ("nonsense", 401)],
)
def test_only_our_own_organisation_is_followed(
    salesforce: Salesforce, settings: Any, ours: str, told: str, status: int
) -> None:
    settings.SALESFORCE_ORGANIZATION_ID = ours

    assert salesforce.push(organizationId=told).status_code == status
    assert InboundEvent.objects.exists() == (status == 200)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "not json",
        "null",
        "[]",
        '"text"',
        "1",
        "{}",
        b"\xff\xfe",
        b"\x1f\x8b\x08",
        "[" * 60_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        '{"stageName": ' + "9" * 50_000 + "}",
        json.dumps(CAPTURED).replace("false", "NaN"),
        json.dumps(CAPTURED).replace("Proposal", "Prop\\u0000osal"),
        json.dumps(CAPTURED).replace("Proposal", "Prop\\ud800osal"),
        json.dumps({**CAPTURED, "eventId": "\x00"}),
        json.dumps([CAPTURED]),
    ],
)
def test_what_cannot_be_read_is_refused(salesforce: Salesforce, body: str | bytes) -> None:
    response = salesforce.send(body)

    assert response.status_code == 400
    assert isinstance(response.json(), dict)
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"opportunityId": None},
        {"opportunityId": "006A000000abcDEIAX"},
        {"opportunityId": "../User/005"},
        {"opportunityId": {"$ne": ""}},
        {"stageName": ""},
        {"stageName": None},
        {"stageName": "x" * 256},
        {"stageName": ["Booked"]},
        {"stageName": True},
        {"isClosed": "perhaps"},
        {"isWon": None},
        {"isWon": [1]},
        {"systemModstamp": ""},
        {"systemModstamp": "yesterday"},
        {"systemModstamp": 1e308},
        {"systemModstamp": "9999-12-31T23:59:59Z"},
        {"systemModstamp": "0001-01-01T00:00:00+14:00"},
        {"systemModstamp": "9999-12-31T23:59:59-14:00"},
        {"organizationId": None},
    ],
)
def test_an_impossible_payload_is_refused(salesforce: Salesforce, fields: dict[str, Any]) -> None:
    assert salesforce.push(**fields).status_code == 400
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "stamp",
    ["2026-03-01T10:15:31Z", "2026-03-01T10:15:31.000+0000", "2026-03-01 10:15:31Z", "2026-03-01T11:15:31+01:00"],
)
def test_every_way_salesforce_writes_a_time_is_the_same_time(salesforce: Salesforce, stamp: str) -> None:
    salesforce.send(CAPTURED)

    assert salesforce.push(systemModstamp=stamp).json() == {"stored": False}


def test_fields_we_did_not_ask_for_are_dropped(salesforce: Salesforce) -> None:
    salesforce.push(amount=10**30, note="not ours to keep", isClosed="true")

    assert InboundEvent.objects.get().payload.keys() == CAPTURED.keys()
    assert InboundEvent.objects.get().payload["isClosed"] is True


def test_a_long_body_is_refused_unread(salesforce: Salesforce) -> None:
    assert salesforce.push(note="x" * 65_536).status_code == 413
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "patch", "delete"])
def test_other_methods_are_refused(salesforce: Salesforce, method: str) -> None:
    response = getattr(salesforce.client, method)(PUSH_URL, headers=salesforce.headers)

    assert response.status_code == 405


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/json; charset=zlib"])
def test_the_content_type_does_not_matter(salesforce: Salesforce, content_type: str) -> None:
    body = json.dumps(CAPTURED).encode()
    response = salesforce.client.generic("POST", PUSH_URL, body, content_type, headers=salesforce.headers)

    assert response.status_code == 200


def test_a_signed_in_person_has_no_way_around_the_secret(client: Client, settings: Any, world: Any) -> None:
    client.force_login(world.admin)

    assert Salesforce(client, {}).push().status_code == 401


def test_too_many_pushes_a_minute_are_put_off(salesforce: Salesforce, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.salesforce.api.PUSHES_A_MINUTE", 1)
    monkeypatch.setattr("integrations.salesforce.api.time.time", lambda: 60.0 * id(salesforce))

    assert [salesforce.push(minute=minute).status_code for minute in (1, 2)] == [200, 429]
    assert InboundEvent.objects.count() == 1


def test_nothing_is_told_about_a_refusal_but_that_it_was_one(
    salesforce: Salesforce, caplog: pytest.LogCaptureFixture
) -> None:
    salesforce.send(CAPTURED, headers={"X-Portal-Token": "a-guess-that-nobody-should-read"})

    assert "Refused a stage push" in caplog.text
    assert "a-guess" not in caplog.text
    assert SECRET not in caplog.text
    assert not WorkStream.objects.exists()
