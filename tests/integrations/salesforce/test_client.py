"""Reading Salesforce: one login for all, an end to every call, and every failure in our own words."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from integrations.failures import NotNow, Refused, VendorAway, VendorFailure
from integrations.salesforce import client
from integrations.salesforce.client import Patience
from tests.integrations.conftest import OPPORTUNITY, OTHER_OPPORTUNITY
from tests.vendors import Vendors

QUERIES = "/services/data/*"
LOGINS = "/services/oauth2/token"


def logins(there: Vendors) -> int:
    return len(there.log.of("salesforce", "POST", LOGINS))


def failure(there: Vendors, **what: Any) -> VendorFailure:
    """What a query fails with when this goes wrong."""
    there.faults.add("salesforce", "GET", QUERIES, **what)
    with pytest.raises(VendorFailure) as caught:
        client.read([OPPORTUNITY])
    there.faults.clear()
    return caught.value


def test_an_opportunity_is_read_as_it_stands_there(there: Vendors) -> None:
    there.clock.set(datetime(2026, 3, 1, 10, 15, 30, tzinfo=UTC))
    there.clock.stop()
    there.salesforce.change_stage(OPPORTUNITY, "Booked")
    [read] = client.read([OPPORTUNITY, OTHER_OPPORTUNITY])

    assert (read.opportunity_id, read.name, read.stage) == (OPPORTUNITY, "Acme & Sons", "Booked")
    assert (read.is_closed, read.is_won, read.is_deleted) == (True, True, False)
    assert read.modified_at == read.stage_since == datetime(2026, 3, 1, 10, 15, 30, tzinfo=UTC)
    assert client.usage() == client.Usage(used=1, allowed=100_000)


def test_a_deleted_one_is_read_too(there: Vendors) -> None:
    there.salesforce.delete(OPPORTUNITY)

    assert [read.is_deleted for read in client.read([OPPORTUNITY])] == [True]


def test_with_a_time_only_what_changed_since_is_read(there: Vendors) -> None:
    now = there.clock.now()

    assert client.read([OPPORTUNITY], since=now + timedelta(seconds=5)) == []
    assert len(client.read([OPPORTUNITY], since=now - timedelta(seconds=5))) == 1


def test_an_answer_of_several_pages_is_read_to_its_end(there: Vendors) -> None:
    ids = [there.salesforce.open_opportunity(name=f"Deal {number}") for number in range(7)]
    there.salesforce.state.page_size = 3

    assert {read.opportunity_id for read in client.read(ids)} == set(ids)
    assert len(there.log.of("salesforce", "GET", QUERIES)) == 3


@pytest.mark.parametrize(
    "nonsense",
    ["", "006A000000abcDE", "0055g00000AbCdEAAV", "006A000000abcDEAAA", "../User/0055g00000A", "006' OR Name != '"],
)
def test_nothing_but_an_opportunitys_id_gets_into_a_query(there: Vendors, nonsense: str) -> None:
    with pytest.raises(Refused):
        client.read([OPPORTUNITY, nonsense])

    assert there.log.of() == []


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        ({"status": 400, "code": "INVALID_FIELD"}, Refused, "Salesforce answered 400 INVALID_FIELD."),
        ({"status": 400, "code": "QUERY_TIMEOUT"}, NotNow, "Salesforce answered 400 QUERY_TIMEOUT."),
        ({"status": 403, "code": "API_DISABLED_FOR_ORG"}, VendorAway, "Salesforce answered 403 API_DISABLED_FOR_ORG."),
        ({"status": 410}, VendorAway, "Salesforce answered 410 UNSUPPORTED_API_VERSION."),
        ({"status": 404, "html": True}, VendorAway, "Salesforce answered 404 without a code."),
        ({"status": 500}, VendorAway, "Salesforce answered 500 UNKNOWN_EXCEPTION."),
        ({"status": 503}, VendorAway, "Salesforce answered 503 SERVER_UNAVAILABLE."),
        ({"html": True}, VendorAway, "Salesforce answers with a page instead of data, as during maintenance."),
        ({"drop": True}, VendorAway, "Salesforce does not answer: ConnectionError."),
        ({"status": 302, "headers": {"Location": "https://evil.example/"}}, VendorAway, "Salesforce does not answer"),
        ({"status": 200, "body": '{"records": 7}'}, NotNow, "Salesforce's answer has another shape than it should."),
        ({"status": 200, "body": "[]"}, NotNow, "Salesforce's answer has another shape than it should."),
        (
            {"status": 200, "body": '{"done": true, "records": [{"Id": "006"}]}'},
            NotNow,
            "An opportunity in Salesforce's answer lacks what we asked for.",
        ),
        (
            {"status": 200, "body": '{"done": false, "records": [], "nextRecordsUrl": "@evil.example/"}'},
            NotNow,
            "Salesforce's answer goes on somewhere else.",
        ),
    ],
)
def test_each_failure_has_its_kind_and_its_sentence(
    there: Vendors, fault: dict[str, Any], kind: type[VendorFailure], says: str
) -> None:
    caught = failure(there, **fault)

    assert type(caught) is kind
    assert caught.reason.startswith(says)
    assert "Acme" not in caught.reason
    assert OPPORTUNITY not in caught.reason


def test_used_up_calls_are_left_alone_for_an_hour(there: Vendors) -> None:
    caught = failure(there, status=403, code="REQUEST_LIMIT_EXCEEDED")

    assert isinstance(caught, VendorAway)
    assert caught.until
    assert timedelta(minutes=59) < caught.until - timezone.now() <= timedelta(hours=1)


def test_a_page_that_is_gone_has_it_asked_anew(there: Vendors) -> None:
    ids = [there.salesforce.open_opportunity(name=f"Deal {number}") for number in range(4)]
    there.salesforce.state.page_size = 3
    there.faults.add("salesforce", "GET", "*/query/*", status=400, code="INVALID_QUERY_LOCATOR")
    with pytest.raises(NotNow, match="INVALID_QUERY_LOCATOR"):
        client.read(ids)


def test_no_answer_ends_after_the_patience(there: Vendors) -> None:
    there.faults.add("salesforce", "GET", QUERIES, seconds=5)
    with pytest.raises(VendorAway, match="ReadTimeout"):
        client.read([OPPORTUNITY], patience=Patience(0.2, 0.2))


def test_one_session_serves_every_call(there: Vendors) -> None:
    for _ in range(3):
        client.read([OPPORTUNITY])

    assert logins(there) == 1


def test_a_session_that_ended_is_replaced_once(there: Vendors) -> None:
    client.read([OPPORTUNITY])
    there.salesforce.end_sessions()

    assert len(client.read([OPPORTUNITY])) == 1
    assert logins(there) == 2


@pytest.mark.parametrize("page", [False, True])
def test_sessions_that_are_never_accepted_make_no_storm_of_logins(there: Vendors, page: bool) -> None:
    there.faults.add("salesforce", "GET", QUERIES, status=401, html=page, times=None)
    with pytest.raises(VendorAway, match="does not accept a new session"):
        client.read([OPPORTUNITY])

    assert logins(there) == 2
    assert len(there.log.of("salesforce", "GET", QUERIES)) == 2


def test_many_workers_log_in_once(there: Vendors) -> None:
    there.faults.add("salesforce", "POST", LOGINS, seconds=0.3)
    started, read = Barrier(6), []

    def work() -> None:
        started.wait()
        read.append(len(client.read([OPPORTUNITY])))

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert read == [1] * 6
    assert logins(there) == 1


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"status": 400, "body": '{"error": "invalid_client"}'}, "Salesforce refused the login: invalid_client."),
        ({"status": 503, "html": True}, "Salesforce refused the login: 503."),
        ({"drop": True}, "Salesforce does not answer the login: ConnectionError."),
        ({"status": 200, "body": '{"access_token": "a"}'}, "Salesforce's answer to the login has another shape"),
        (
            {"status": 200, "body": '{"access_token": "a", "instance_url": "https://evil.example"}'},
            "Salesforce's answer to the login names no session or no instance.",
        ),
    ],
)
def test_a_login_that_fails_says_why_and_is_not_repeated(there: Vendors, fault: dict[str, Any], says: str) -> None:
    there.faults.add("salesforce", "POST", LOGINS, times=None, **fault)
    with pytest.raises(VendorAway) as caught:
        client.read([OPPORTUNITY])

    assert caught.value.reason.startswith(says)
    assert logins(there) == 1
    assert cache.get(client._key("login")) is None


def test_a_wrong_secret_is_refused_there(there: Vendors, settings: Any) -> None:
    settings.SALESFORCE_CONSUMER_SECRET = "wrong"
    with pytest.raises(VendorAway, match="invalid_client"):
        client.read([OPPORTUNITY])


def test_the_simulators_session_reaches_this_machine_only(there: Vendors) -> None:
    session = client._session(client.OF_A_WORKER)

    assert set(session.adapters) == {f"https://{client._simulator_host()}/", "https://simulated.my.salesforce.com/"}
