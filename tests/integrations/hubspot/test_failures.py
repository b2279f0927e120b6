"""What HubSpot may answer, and what our queue makes of it; the traps of its own client."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from time_machine import travel

from accounts import actions
from integrations.failures import NotNow, Refused, Unclear, VendorAway, VendorFailure
from integrations.hubspot import client
from integrations.hubspot.client import Invalid
from integrations.hubspot.properties import ALL_NAMES
from integrations.hubspot.simulator.vendor import HubSpot
from integrations.models import Connector, Delivery, Provider
from tests.integrations.hubspot.conftest import Send, answering
from tests.integrations.hubspot.test_registering import EMAIL, seen
from tests.vendors import Vendors

CALLS: list[Callable[[], object]] = [
    lambda: client.read("1"),
    lambda: client.create({"email": EMAIL}),
    lambda: client.submit({}),
]
CONTACTS = "/crm/v3/objects/contacts"
NOW = timezone.now().replace(microsecond=0)
ROLLING = '{"policyName": "TEN_SECONDLY_ROLLING", "errorType": "RATE_LIMIT"}'
DAILY = '{"policyName": "DAILY", "errorType": "RATE_LIMIT", "message": "ann@initech.example"}'
AFTER = "Retry-After"


@pytest.mark.parametrize(
    ("fault", "kind", "wait"),
    [
        ({"status": 401}, VendorAway, None),
        ({"status": 403}, VendorAway, None),
        ({"status": 429, "body": ROLLING}, VendorAway, timedelta(seconds=10)),
        ({"status": 429, "body": ROLLING, "headers": {AFTER: "3"}}, VendorAway, timedelta(seconds=3)),
        ({"status": 429, "body": "", "headers": {AFTER: "0"}}, VendorAway, timedelta(seconds=1)),
        ({"status": 429, "body": DAILY}, VendorAway, timedelta(hours=1)),
        ({"status": 477, "body": "{}", "headers": {AFTER: "7200"}}, VendorAway, timedelta(hours=2)),
        ({"status": 477, "body": "{}", "headers": {AFTER: "999999"}}, VendorAway, timedelta(hours=24)),
        ({"status": 423}, NotNow, timedelta(seconds=2)),
        ({"status": 423, "headers": {AFTER: "Wed, 21 Oct 2037 07:28:00 GMT"}}, NotNow, timedelta(hours=24)),
        ({"status": 502}, VendorAway, None),
        ({"status": 524, "body": "<html>"}, VendorAway, None),
        ({"status": 503, "html": True}, VendorAway, None),
        ({"status": 500}, Unclear, None),
        ({"status": 414}, Refused, None),
        ({"html": True}, Unclear, None),
        ({"status": 201, "body": '{"properties": {"email": "x@initech.example"}}'}, Unclear, None),
        ({"status": 201, "body": '{"id": "../7", "properties": {}}'}, Unclear, None),
        ({"drop": True}, Unclear, None),
    ],
    ids=str,
)
def test_every_answer_is_a_word_of_our_queue(
    fault: dict[str, Any], kind: type[VendorFailure], wait: timedelta | None, vendors: Vendors
) -> None:
    vendors.faults.add("hubspot", "POST", CONTACTS, **fault)
    with travel(NOW, tick=False), pytest.raises(VendorFailure) as failure:
        client.create({"email": EMAIL})

    assert type(failure.value) is kind, failure.value.reason
    until = getattr(failure.value, "until", None) or getattr(failure.value, "retry_at", None)
    assert until == (NOW + wait if wait else None)
    assert "initech" not in failure.value.reason
    assert len(vendors.log.of("hubspot")) == 1, "It was repeated."


def test_an_error_in_another_encoding_still_has_its_status(vendors: Vendors, settings: Any) -> None:
    with answering(b"HTTP/1.1 429 Too Many\r\nRetry-After: 4\r\nContent-Length: 4\r\n\r\n\xff\xfe\xfd\xfc") as url:
        settings.HUBSPOT_BASE_URL = url
        with travel(NOW, tick=False), pytest.raises(VendorAway) as failure:
            client.read("1")
    assert failure.value.until == NOW + timedelta(seconds=4)


def test_an_answer_that_is_no_text_is_unclear(vendors: Vendors, settings: Any) -> None:
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff\xfe\xfd\xfc") as url:
        settings.HUBSPOT_BASE_URL = url
        with pytest.raises(Unclear, match="no text"):
            client.update("1", {"firstname": "Ann"})


def test_nobody_there_and_somebody_else_there_is_the_vendor_being_away(vendors: Vendors, settings: Any) -> None:
    settings.HUBSPOT_BASE_URL = settings.HUBSPOT_FORMS_URL = "http://127.0.0.1:9"
    for call in CALLS:
        with pytest.raises(VendorAway, match="cannot be reached") as failure:
            call()
        assert not failure.value.is_unclear


def test_an_answer_that_does_not_come_is_not_waited_for(
    vendors: Vendors, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PATIENCE", (1.0, 0.2))
    vendors.faults.add("hubspot", "*", "*", seconds=30, times=None)
    for call in CALLS:
        with pytest.raises(Unclear):
            call()


def test_refused_properties_are_named_by_the_list_or_by_the_text_in_the_message(vendors: Vendors) -> None:
    told = json.dumps([{"name": "foo", "error": "PROPERTY_DOESNT_EXIST"}])
    for body in ("", json.dumps({"message": f"Property values were not valid: {told}"})):
        if body:
            vendors.faults.add("hubspot", "POST", CONTACTS, status=400, body=body)
        with pytest.raises(Invalid) as refusal:
            client.create({"email": EMAIL, "foo": "Ann's secret"})
        assert refusal.value.codes == {"foo": "PROPERTY_DOESNT_EXIST"}
        assert "secret" not in refusal.value.reason


def test_addresses_in_the_path_are_quoted(vendors: Vendors) -> None:
    strange = "a+b?d#e%41@initech.example"
    made = client.create({"email": strange})

    found = client.read(strange, by="email", properties=ALL_NAMES)
    assert found is not None
    assert found.contact_id == made.contact_id


def test_a_token_that_is_not_accepted_stops_all_and_goes_on_when_it_is(
    vendors: Vendors, hubspot: HubSpot, send: Send, settings: Any
) -> None:
    right, settings.HUBSPOT_TOKEN = settings.HUBSPOT_TOKEN, "wrong"
    for number in range(3):
        actions.register(email=f"{number}{EMAIL}")
    send()
    connector = Connector.objects.get(provider=Provider.HUBSPOT)
    assert connector.open_until is not None
    assert "401" in connector.open_reason
    assert len(vendors.log.of("hubspot")) == 1

    settings.HUBSPOT_TOKEN = right
    send(minutes=30)
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.SENT}
    assert len(hubspot.state.contacts) == 3


def test_after_the_daily_limit_one_request_an_hour_asks(vendors: Vendors, hubspot: HubSpot, send: Send) -> None:
    vendors.faults.add("hubspot", "*", "*", times=2, status=429, code="DAILY")
    actions.register(email=EMAIL)
    begun = timezone.now()
    for minutes in (0, 30, 59, 62, 100):
        with travel(begun + timedelta(minutes=minutes)):
            send()
    assert len(vendors.log.of("hubspot")) == 2

    with travel(begun + timedelta(minutes=130)):
        send()
    assert seen(hubspot)["email"] == EMAIL
