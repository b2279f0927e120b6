"""Outbound Messages: believed for nothing but the hint, stored whole, acknowledged once, and read back."""

import logging
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.logs import HidesSecrets
from integrations.models import InboundEvent
from integrations.salesforce.models import Opportunity
from integrations.salesforce.simulator.outbound import Shape, is_acknowledged, message
from integrations.simulator.addresses import SALESFORCE_ORGANIZATION, SALESFORCE_OUTBOUND_TOKEN
from integrations.tasks import work_waiting_inbound
from tests.conftest import World
from tests.integrations.conftest import OPPORTUNITY, OTHER_OPPORTUNITY, Tie
from tests.vendors import Vendors
from workstreams.choices import Milestone
from workstreams.models import WorkStream

State = InboundEvent.State
URL = f"/webhooks/salesforce/outbound/{SALESFORCE_OUTBOUND_TOKEN}/"
QUERIES = "/services/data/*"
SHAPE = Shape(organization=SALESFORCE_ORGANIZATION)
TOLD = {"Id": OPPORTUNITY, "StageName": "Booked", "IsClosed": "true", "SystemModstamp": "2026-03-01T10:15:30.000Z"}
NUMBER = "04l5g0000000001AAA"


def send(body: bytes, *, url: str = URL, kind: str = "text/xml; charset=utf-8") -> Any:
    return Client().post(url, body, content_type=kind)


def one(shape: Shape = SHAPE, fields: dict[str, str | None] | None = None) -> bytes:
    return message([(NUMBER, {**TOLD, **(fields or {})})], shape)


@pytest.fixture
def telling(there: Vendors) -> Vendors:
    """Salesforce tells by Outbound Messages alone."""
    there.salesforce.tell_by(outbound="on")
    return there


def settle(there: Vendors) -> None:
    there.clock.step(seconds=2)
    there.courier.deliver()
    work_waiting_inbound()


def test_a_change_is_told_acknowledged_read_back_and_followed(telling: Vendors, labels: WorkStream) -> None:
    telling.salesforce.change_stage(OPPORTUNITY, "Proposal")
    settle(telling)

    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
    event = InboundEvent.objects.get()
    assert (event.state, event.reason) == (State.APPLIED, "Moved to Preparing a Proposal.")
    assert telling.courier.waiting() == []
    assert telling.salesforce.state.messages == {}
    assert Opportunity.objects.get().name == "Acme & Sons"


def test_what_a_message_says_is_not_followed_but_what_is_read(there: Vendors, labels: WorkStream) -> None:
    assert send(one()).status_code == 200
    work_waiting_inbound()

    labels.refresh_from_db()
    assert labels.milestone == Milestone.GATHERING_REQUIREMENTS
    event = InboundEvent.objects.get()
    assert (event.payload["stageName"], event.payload["told"]["stageName"]) == ("Validation", "Booked")


def test_nothing_is_followed_before_it_can_be_read(there: Vendors, labels: WorkStream) -> None:
    there.faults.add("salesforce", "GET", QUERIES, status=503, times=None)
    send(one())
    work_waiting_inbound()

    labels.refresh_from_db()
    event = InboundEvent.objects.get()
    assert labels.milestone is None
    assert (event.state, event.reason) == (State.RECEIVED, "Salesforce answered 503 SERVER_UNAVAILABLE.")
    assert event.attempts == 0
    assert event.due_at > timezone.now()


def test_the_answer_is_the_one_salesforce_understands(there: Vendors, labels: WorkStream) -> None:
    response = send(one())

    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert is_acknowledged(response.status_code, response.content)


@pytest.mark.parametrize(
    "shape",
    [
        Shape(organization=SALESFORCE_ORGANIZATION[:15]),
        Shape(organization=SALESFORCE_ORGANIZATION, soap="", outbound="ns1", sobject="ens"),
        Shape(organization=SALESFORCE_ORGANIZATION, soap="S", outbound="o", sobject="x"),
    ],
)
def test_prefixes_and_the_length_of_ids_do_not_matter(there: Vendors, labels: WorkStream, shape: Shape) -> None:
    assert send(one(shape, {"Id": OPPORTUNITY[:15]})).status_code == 200
    assert InboundEvent.objects.get().subject_id == OPPORTUNITY


@pytest.mark.parametrize("fields", [{"StageName": None, "SystemModstamp": None}, {"SystemModstamp": "yesterday"}])
def test_fields_that_are_nil_or_nonsense_hinder_nothing(
    there: Vendors, labels: WorkStream, fields: dict[str, str | None]
) -> None:
    assert send(one(fields=fields)).status_code == 200
    work_waiting_inbound()

    assert InboundEvent.objects.get().payload["stageName"] == "Validation"


def test_one_bad_notification_hinders_no_other(there: Vendors, labels: WorkStream) -> None:
    shape = Shape(organization=SALESFORCE_ORGANIZATION, with_a_bad_one=True)
    lead = {"Id": "00Q5g00000AbCdEEAV"}
    response = send(message([(NUMBER, TOLD), ("04l5g0000000002AAA", lead)], shape))
    work_waiting_inbound()

    assert is_acknowledged(response.status_code, response.content)
    labels.refresh_from_db()
    assert labels.milestone == Milestone.GATHERING_REQUIREMENTS
    reasons = InboundEvent.objects.filter(state=State.FAILED).values_list("reason", flat=True)
    assert sorted(reasons)[0] == "A notification could not be read. 00Q5g00000AbCdEEAV is no opportunity's id."
    assert "A notification could not be read. It names no record." in reasons

    InboundEvent.objects.filter(state=State.FAILED).update(state=State.RECEIVED, due_at=timezone.now())
    work_waiting_inbound()
    assert InboundEvent.objects.filter(state=State.FAILED, reason__startswith="It names no opportunity").count() == 2


def test_a_hundred_are_taken_and_a_repeat_is_counted(telling: Vendors, world: World, tied: Tie) -> None:
    ids = [telling.salesforce.open_opportunity(name=f"Deal {number}") for number in range(100)]
    telling.salesforce.notify(*ids)
    telling.courier.disturb("double", vendor="salesforce", topic="outbound*")
    telling.salesforce.notify(OPPORTUNITY)
    settle(telling)

    assert InboundEvent.objects.count() == 101
    assert sum(InboundEvent.objects.values_list("repeats", flat=True)) == 1
    assert telling.log.of("salesforce", "GET", QUERIES) == []  # nothing is tied, so nothing is read


def test_many_notifications_of_one_opportunity_cost_one_query(telling: Vendors, labels: WorkStream) -> None:
    telling.salesforce.notify(*[OPPORTUNITY] * 20)
    settle(telling)

    assert len(telling.log.of("salesforce", "GET", QUERIES)) == 1
    assert InboundEvent.objects.filter(state=State.RECEIVED).count() == 0
    read_together = InboundEvent.objects.filter(state=State.UNCHANGED, reason__startswith="It was read after this came")
    assert read_together.count() == 19


def test_somebody_who_tells_again_and_again_waits(there: Vendors, labels: WorkStream) -> None:
    send(one())
    work_waiting_inbound()
    send(message([("04l5g0000000009AAA", TOLD)], SHAPE))
    work_waiting_inbound()

    assert len(there.log.of("salesforce", "GET", QUERIES)) == 1
    waiting = InboundEvent.objects.get(state=State.RECEIVED)
    assert waiting.reason == "It was read a moment ago."


def test_messages_in_any_order_end_at_what_is_true(telling: Vendors, labels: WorkStream) -> None:
    telling.courier.disturb("hold", vendor="salesforce", topic="outbound*")
    telling.salesforce.change_stage(OPPORTUNITY, "Proposal")
    telling.clock.step(seconds=70)
    telling.salesforce.change_stage(OPPORTUNITY, "Contracting")
    settle(telling)
    assert len(telling.courier.history) == 2

    labels.refresh_from_db()
    assert labels.milestone == Milestone.REVIEWING_AGREEMENT


def test_an_answer_that_got_lost_has_it_sent_again_and_nothing_done_twice(telling: Vendors, labels: WorkStream) -> None:
    telling.courier.disturb("lose_answer", vendor="salesforce", topic="outbound*")
    telling.salesforce.change_stage(OPPORTUNITY, "Proposal")
    settle(telling)
    assert len(telling.courier.waiting()) == 1
    telling.clock.step(minutes=2)
    settle(telling)

    assert telling.courier.waiting() == []
    assert InboundEvent.objects.get().repeats == 1
    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL


def test_an_unknown_opportunity_waits_for_its_tie_unread(there: Vendors, world: World) -> None:
    send(one())
    work_waiting_inbound()

    event = InboundEvent.objects.get()
    assert event.state == State.WAITING_FOR_TIE
    assert not Opportunity.objects.exists()
    assert there.log.of("salesforce") == []


def test_without_a_connection_it_waits_for_an_administrator(there: Vendors, labels: WorkStream, settings: Any) -> None:
    settings.SALESFORCE_CONSUMER_KEY = ""
    send(one())
    work_waiting_inbound()

    event = InboundEvent.objects.get()
    assert event.state == State.FAILED
    assert "no connection to Salesforce is set up" in event.reason


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (one(Shape(organization=SALESFORCE_ORGANIZATION, before=BOMB)), "text/xml", 400),
        (one(Shape(organization=SALESFORCE_ORGANIZATION, before=OUTSIDE)), "text/xml", 400),
        (one(Shape(organization=SALESFORCE_ORGANIZATION, before="<!DOCTYPE x>")), "text/xml", 400),
        (b"{}", "text/xml", 400),
        (b"<a/>", "text/xml", 400),
        (b"\xff\xfe<\x00", "text/xml", 400),
        (b'<?xml version="1.0" encoding="ebcdic-nonsense"?><a/>', "text/xml", 400),
        (b"<a>" * 100_000, "text/xml", 400),
        (b"<a>" * 100_000 + b"</a>" * 100_000, "text/xml", 400),
        (message([], SHAPE), "text/xml", 400),
        (message([(f"04l5g0000000{number:03}", TOLD) for number in range(101)], SHAPE), "text/xml", 400),
        (one().replace(b"soapenv/2003", b"") + b"<!-- -->", "application/json", 415),
        (b" " * (1024 * 1024 + 1), "text/xml", 413),
        (one(Shape(organization="00D000000000001EAA")), "text/xml", 403),
        (one(Shape(organization="nonsense")), "text/xml", 403),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, bytes) else None,
)
def test_what_is_no_message_of_ours_is_refused_and_leaves_nothing(
    there: Vendors, body: bytes, kind: str, status: int
) -> None:
    response = send(body, kind=kind)

    assert response.status_code == status
    assert not is_acknowledged(response.status_code, response.content)
    assert not InboundEvent.objects.exists()


def test_only_named_actions_are_believed(there: Vendors, settings: Any) -> None:
    settings.SALESFORCE_OUTBOUND_ACTIONS = ["04k5g0000000007AAA"[:15]]

    assert send(one()).status_code == 403
    assert send(one(Shape(organization=SALESFORCE_ORGANIZATION, action="04k5g0000000007"))).status_code == 200


@pytest.mark.parametrize("token", ["wrong", SALESFORCE_OUTBOUND_TOKEN[:-1], f"{SALESFORCE_OUTBOUND_TOKEN}x", "ü"])
def test_a_wrong_token_finds_nothing_there(there: Vendors, token: str) -> None:
    assert send(one(), url=f"/webhooks/salesforce/outbound/{token}/").status_code == 404
    assert Client().get(URL).status_code == 405
    assert not InboundEvent.objects.exists()


def test_without_tokens_nobody_gets_in(there: Vendors, settings: Any) -> None:
    settings.SALESFORCE_OUTBOUND_TOKENS = [""]

    assert send(one()).status_code == 404
    assert send(one(), url="/webhooks/salesforce/outbound//").status_code == 404


def test_the_token_stands_in_no_log(there: Vendors, caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(HidesSecrets())
    with caplog.at_level(logging.INFO):
        send(b"nonsense")
        send(one(), url=f"/webhooks/salesforce/outbound/{SALESFORCE_OUTBOUND_TOKEN}x/")

    assert "Bad Request: /webhooks/salesforce/outbound/***/" in caplog.text
    assert SALESFORCE_OUTBOUND_TOKEN not in caplog.text


def test_one_opportunity_of_two_in_a_message_is_tied(there: Vendors, labels: WorkStream) -> None:
    send(message([(NUMBER, TOLD), ("04l5g0000000002AAA", {**TOLD, "Id": OTHER_OPPORTUNITY})], SHAPE))
    work_waiting_inbound()

    states = dict(InboundEvent.objects.values_list("subject_id", "state"))
    assert states == {OPPORTUNITY: State.APPLIED, OTHER_OPPORTUNITY: State.WAITING_FOR_TIE}
