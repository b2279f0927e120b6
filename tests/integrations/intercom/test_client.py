"""What Intercom's own client gets wrong is mended, and every failure is a word of the queue."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from integrations.failures import NotNow, Refused, Unclear, VendorAway, VendorFailure
from integrations.intercom import client as module
from integrations.intercom.client import Client, Missing, Taken, client, moment
from tests.vendors import Vendors

NOBODY = "0123456789abcdef01234567"


@pytest.fixture
def owner(vendors: Vendors) -> str:
    """A user of the workspace."""
    return str(vendors.intercom.add_user(email="owner@acme.example", name="Olive"))


@pytest.fixture
def impatient(vendors: Vendors, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Vendors:
    """The vendors, for whom a fresh client waits a moment only."""
    monkeypatch.setattr(module, "SECONDS", 0.3)
    settings.INTERCOM_BASE_URL = f"{vendors.url}/intercom/"
    return vendors


def test_every_request_names_the_version_and_none_is_repeated(vendors: Vendors) -> None:
    vendors.faults.add("intercom", "POST", "/contacts", status=500, times=3)
    with pytest.raises(Unclear):
        client().create_contact({"role": "user", "email": "new@acme.example"})

    (asked,) = vendors.log.of("intercom", "POST", "/contacts")
    assert {name.lower(): value for name, value in asked.headers.items()}["intercom-version"] == "2.14"


@pytest.mark.parametrize("wrong", ["", "last", "../contacts/x?", "12/parts", "1 2", "0x1f", NOBODY, "4\n"])
def test_nothing_that_is_no_id_becomes_part_of_an_address(vendors: Vendors, wrong: str) -> None:
    for ask in (
        lambda: client().conversation(wrong),
        lambda: client().close(wrong, "493880"),
        lambda: client().note("1", wrong, "<p>Hello</p>"),
        lambda: client().redact("1", wrong),
        lambda: client().contact(wrong[:23]),
        lambda: client().contact_with_external_id(f"/{wrong}"),
    ):
        with pytest.raises(Refused, match="This is not "):
            ask()
    assert vendors.log.of("intercom") == []


def test_all_pages_of_a_search_come_once(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "A_PAGE", 2)
    made = {str(vendors.intercom.add_user(email=f"person{n}@acme.example")) for n in range(5)}
    vendors.clock.step(minutes=10)

    found = list(client().search_contacts({"field": "role", "operator": "=", "value": "user"}))

    assert (len(found), {seen.id for seen in found}) == (5, made)
    assert len(vendors.log.of("intercom", "POST", "/contacts/search")) == 3


def test_a_page_that_comes_again_and_again_ends(vendors: Vendors, owner: str) -> None:
    page = '{"type": "list", "data": [], "pages": {"next": {"starting_after": "again"}}}'
    vendors.faults.add("intercom", "POST", "/contacts/search", status=200, body=page, times=None)
    with pytest.raises(NotNow, match="same page twice"):
        list(client().search_contacts({"field": "role", "operator": "=", "value": "user"}))
    assert len(vendors.log.of("intercom", "POST", "/contacts/search")) == 2


@pytest.mark.parametrize(
    ("fault", "reading", "changing"),
    [
        ({"status": 400}, Refused, Refused),
        ({"status": 401, "code": "token_suspended"}, VendorAway, VendorAway),
        ({"status": 403, "code": "api_plan_restricted"}, Refused, Refused),
        ({"status": 404}, Missing, Missing),
        ({"status": 408}, NotNow, Unclear),
        ({"status": 409}, Taken, Taken),
        ({"status": 413}, Refused, Refused),
        ({"status": 422}, Refused, Refused),
        ({"status": 429}, VendorAway, VendorAway),
        ({"status": 500}, NotNow, Unclear),
        ({"status": 503}, VendorAway, VendorAway),
        ({"html": True}, NotNow, Unclear),
        ({"html": True, "status": 502}, VendorAway, VendorAway),
        ({"drop": True}, NotNow, Unclear),
        ({"seconds": 1.0}, NotNow, Unclear),
    ],
    ids=str,
)
def test_every_failure_is_a_word_of_the_queue(
    owner: str,
    impatient: Vendors,
    fault: dict[str, Any],
    reading: type[VendorFailure],
    changing: type[VendorFailure],
) -> None:
    impatient.faults.add("intercom", "*", "/contacts/*", times=2, **fault)
    with pytest.raises(VendorFailure) as read:
        client().contact(owner)
    with pytest.raises(VendorFailure) as changed:
        client().update_contact(owner, {"name": "Olive secret"})

    assert (type(read.value), type(changed.value)) == (reading, changing)
    if isinstance(changed.value, VendorAway):
        assert changed.value.is_unclear is (fault.get("status") in {502, 503})
    assert "Intercom" in changed.value.reason
    assert owner not in changed.value.reason
    assert "secret" not in changed.value.reason


def test_an_address_where_nobody_listens_is_a_vendor_that_is_away(vendors: Vendors) -> None:
    with pytest.raises(VendorAway) as away:
        Client(base_url="http://127.0.0.1:9/intercom", token="t").contact(NOBODY)
    assert away.value.is_unclear is False


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"X-RateLimit-Reset": "in 20"}, 20),
        ({"Retry-After": "40", "X-RateLimit-Reset": "in 20"}, 40),
    ],
)
def test_a_limit_is_waited_for_as_long_as_intercom_says(
    vendors: Vendors, owner: str, headers: dict[str, str], seconds: int
) -> None:
    now = timezone.now()
    told = {
        name: str(int(now.timestamp()) + int(value[3:])) if value.startswith("in ") else value
        for name, value in headers.items()
    }
    vendors.faults.add("intercom", "GET", "/contacts/*", status=429, headers=told)
    with pytest.raises(VendorAway) as limited:
        client().contact(owner)
    assert limited.value.until is not None
    assert abs(limited.value.until - now - timedelta(seconds=seconds)) < timedelta(seconds=3)


def test_a_conflict_names_who_is_there(vendors: Vendors, owner: str) -> None:
    with pytest.raises(Taken) as taken:
        client().create_contact({"role": "user", "email": "owner@acme.example"})
    assert (taken.value.contact_id, taken.value.is_archived) == (owner, False)

    vendors.intercom.archive(contact=owner)
    with pytest.raises(Taken) as taken:
        client().create_contact({"role": "user", "email": "owner@acme.example"})
    assert (taken.value.contact_id, taken.value.is_archived) == (owner, True)


def test_times_are_read_however_they_are_written() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    written: list[Any] = [1772366400, "1772366400", "2026-03-01T12:00:00Z", "2026-03-01T13:00:00+01:00", noon]
    assert [moment(value) for value in written] == [noon] * 5
    assert moment(None) == moment("soon") == datetime(1970, 1, 1, tzinfo=UTC)
