"""Subscriptions over the API: terms, the type, and a client's start."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from subscriptions.models import AgileTerms, BatchTerms, LeanTerms, StartAttempt
from tests.conftest import World
from tests.factories import ClientFactory
from workstreams.actions import close
from workstreams.choices import CloseReason, SubscriptionType
from workstreams.models import WorkStream

START = "/api/v1/start/"


def url(workstream: WorkStream, rest: str = "") -> str:
    return f"/api/v1/workstreams/{workstream.public_id}/subscription/{rest}"


def save(client: Client, workstream: WorkStream, seen: str = "*", **values: Any) -> Any:
    return client.patch(url(workstream), values, "application/json", headers={"If-Match": seen})


def wish(**fields: Any) -> dict[str, Any]:
    soon = timezone.localdate() + timedelta(days=7)
    return {"name": "Signs", "intended_start": soon.isoformat(), "description": "Label them.", **fields}


def test_only_the_attributes_of_the_type_are_told(client: Client, world: World) -> None:
    client.force_login(world.owner)
    terms = client.get(url(world.labels)).json()

    assert terms["subscription_type"] == "agile"
    assert set(terms["values"]) == {
        "hours_per_month",
        "premium_hours",
        "billing_method",
        "monthly_fees",
        "specialists_low",
        "specialists_high",
    }
    assert [each["label"] for each in terms["attributes"] if each["may_edit"]] == [
        "Hours per month",
        "Premium hours",
        "Billing method",
    ]


def test_agile_workers_see_no_price(client: Client, world: World) -> None:
    AgileTerms.objects.create(workstream=world.labels, monthly_fees=Decimal("8123.45"), hours_per_month=400)
    client.force_login(world.agile_worker)
    answer = client.get(url(world.labels))

    assert answer.json()["values"]["hours_per_month"] == 400
    assert "monthly_fees" not in answer.json()["values"]
    assert "8123" not in answer.text
    assert "8,123" not in answer.text


def test_the_etag_tells_nobody_a_price(client: Client, world: World, settings: Settings) -> None:
    AgileTerms.objects.create(workstream=world.labels, monthly_fees=Decimal("8123.45"))
    client.force_login(world.agile_worker)
    version = client.get(url(world.labels))["ETag"].partition(".")[0]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]

    # Without the portal's secret nobody can work out which price belongs to it.
    assert client.get(url(world.labels))["ETag"].partition(".")[0] != version


def test_nothing_and_nought_are_different_terms(client: Client, world: World) -> None:
    client.force_login(world.isr)
    seen = client.get(url(world.labels))["ETag"]
    assert save(client, world.labels, seen, premium_hours=0).status_code == 200

    assert save(client, world.labels, seen, premium_hours=5).status_code == 412


def test_fields_that_are_not_sent_stay(client: Client, world: World) -> None:
    AgileTerms.objects.create(workstream=world.labels, hours_per_month=400, premium_hours=10)
    client.force_login(world.owner)
    answer = save(client, world.labels, premium_hours=20, billing_method="yearly")

    assert (answer.status_code, answer.json()["values"]["premium_hours"]) == (200, 20)
    terms = AgileTerms.objects.get()
    assert (terms.hours_per_month, terms.premium_hours, terms.billing_method) == (400, 20, "yearly")


@pytest.mark.parametrize(
    ("who", "values", "refusal"),
    [
        ("isr", {"total_units": 5}, (422, "foreign_attribute")),
        ("isr", {"nonsense": 1}, (422, "foreign_attribute")),
        ("isr", {"specialists_low": 5, "specialists_high": 4}, (422, "range_reversed")),
        ("isr", {"hours_per_month": -1}, (400, "invalid")),
        ("isr", {"monthly_fees": "NaN"}, (400, "invalid")),
        ("isr", {"monthly_fees": 1e300}, (400, "invalid")),
        ("isr", {"billing_method": None}, (400, "invalid")),
        ("owner", {"monthly_fees": "1.00"}, (403, "not_allowed")),
    ],
)
def test_what_does_not_belong_there_is_refused(
    who: str, values: dict[str, Any], refusal: tuple[int, str], client: Client, world: World
) -> None:
    client.force_login(getattr(world, who))
    answer = save(client, world.labels, **values)

    assert (answer.status_code, answer.json()["code"]) == refusal
    assert not AgileTerms.objects.exists()


@pytest.mark.parametrize("body", ["[]", "5", '"x"', "null"])
def test_terms_are_an_object(body: str, client: Client, world: World) -> None:
    client.force_login(world.isr)
    answer = client.patch(url(world.labels), body, "application/json", headers={"If-Match": "*"})
    assert answer.status_code == 400


def test_a_price_outside_its_range_needs_a_reason(client: Client, world: World) -> None:
    BatchTerms.objects.create(workstream=world.scans, estimated_price_low=100, estimated_price_high=200)
    client.force_login(world.isr)
    assert save(client, world.scans, project_price="250.00").json()["code"] == "reason_missing"
    answer = save(client, world.scans, project_price="250.00", project_price_reason="Rush")

    assert answer.json()["values"]["project_price"] == "250.00"


def test_a_save_on_top_of_what_somebody_else_saved_is_refused(client: Client, world: World) -> None:
    client.force_login(world.isr)
    seen = client.get(url(world.labels))["ETag"]
    assert save(client, world.labels, seen, hours_per_month=100).status_code == 200
    stale = save(client, world.labels, seen, hours_per_month=200)

    assert (stale.status_code, stale.json()["code"]) == (412, "changed_meanwhile")
    assert save(client, world.labels, "", hours_per_month=300).status_code == 428
    assert AgileTerms.objects.get().hours_per_month == 100


def test_the_same_terms_are_not_sent_twice(client: Client, world: World) -> None:
    client.force_login(world.owner)
    tag = client.get(url(world.labels))["ETag"]
    assert client.get(url(world.labels), headers={"If-None-Match": tag}).status_code == 304
    AgileTerms.objects.create(workstream=world.labels, hours_per_month=7)
    assert client.get(url(world.labels), headers={"If-None-Match": tag}).status_code == 200


def test_a_closed_workstream_keeps_its_terms(client: Client, world: World) -> None:
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    client.force_login(world.isr)
    assert save(client, world.labels, hours_per_month=1).json()["code"] == "closed"


def test_another_type_keeps_the_old_terms(client: Client, world: World) -> None:
    AgileTerms.objects.create(workstream=world.labels, hours_per_month=400)
    client.force_login(world.isr)
    changed = client.post(url(world.labels, "change-type/"), {"to": "lean"}, "application/json").json()
    earlier = client.get(url(world.labels, "earlier/")).json()["results"]

    assert changed["subscription_type"] == "lean"
    assert "units_per_month" in changed["values"]
    assert [(each["subscription_type"], each["values"]["hours_per_month"]) for each in earlier] == [("agile", 400)]


def test_a_client_starts_a_workstream_once(client: Client, db: None) -> None:
    person: User = ClientFactory.create(organization=None, name="", email="ann@northwind.example")
    client.force_login(person)
    sent = wish(id=str(uuid4()), subscription_type="lean", details={"units_per_month": 9}, company="Northwind")
    first, again = (client.post(START, sent, "application/json") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    workstream = WorkStream.objects.get(public_id=first.json()["id"])
    assert (workstream.owner, workstream.organization.name) == (person, "Northwind")
    assert (workstream.subscription_type, workstream.self_selected) == (SubscriptionType.LEAN, True)
    assert LeanTerms.objects.get(workstream=workstream).units_per_month == 9


def test_a_type_nobody_named_was_chosen_by_nobody(client: Client, world: World) -> None:
    client.force_login(world.owner)
    started = client.post(START, wish(), "application/json").json()

    workstream = WorkStream.objects.get(public_id=started["id"])
    assert (workstream.subscription_type, workstream.self_selected) == (SubscriptionType.AGILE, False)


def test_a_start_begun_on_the_pages_can_be_finished(client: Client, world: World) -> None:
    attempt = StartAttempt.objects.create(selection={"product": "batch"}, user=world.owner)
    client.force_login(world.owner)
    started = client.post(START, wish(id=str(attempt.public_id)), "application/json").json()

    attempt.refresh_from_db()
    assert str(attempt.workstream and attempt.workstream.public_id) == started["id"]


@pytest.mark.parametrize(
    ("fields", "refusal", "named"),
    [
        ({"name": " "}, (400, "invalid"), "name"),
        ({"intended_start": "2020-01-01"}, (400, "invalid"), "intended_start"),
        ({"intended_start": "9999-01-01"}, (400, "invalid"), "intended_start"),
        ({"details": {"hours_per_month": -5}}, (400, "invalid"), "details.hours_per_month"),
        ({"details": {"monthly_fees": 5}}, (422, "foreign_attribute"), None),
        ({"details": {"package": "kilofactory"}}, (422, "foreign_attribute"), None),
        ({"time_zone": "Mars/Base"}, (400, "invalid"), "time_zone"),
    ],
)
def test_a_start_that_cannot_be_is_refused(
    fields: dict[str, Any], refusal: tuple[int, str], named: str | None, client: Client, world: World
) -> None:
    client.force_login(world.owner)
    answer = client.post(START, wish(**fields), "application/json")

    assert (answer.status_code, answer.json()["code"]) == refusal
    assert named is None or named in answer.json()["fields"]
    assert WorkStream.objects.count() == 2


def test_somebody_elses_start_is_theirs(client: Client, world: World) -> None:
    attempt = StartAttempt.objects.create(user=world.stranger)
    client.force_login(world.owner)
    answer = client.post(START, wish(id=str(attempt.public_id)), "application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "started_by_somebody_else")
