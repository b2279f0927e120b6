"""Salesforce's side, as far as the portal leans on it."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings

from integrations.models import InboundEvent
from integrations.salesforce import client
from integrations.salesforce.simulator.outbound import is_acknowledged
from integrations.salesforce.simulator.vendor import GIVES_UP_AFTER
from integrations.simulator.courier import Parcel
from tests.integrations.conftest import OPPORTUNITY
from tests.vendors import Vendors

RIGHT = {"grant_type": "client_credentials"}


def login(there: Vendors, data: dict[str, str], secret: str = "") -> httpx.Response:
    basic = b64encode(f"{settings.SALESFORCE_CONSUMER_KEY}:{secret or settings.SALESFORCE_CONSUMER_SECRET}".encode())
    headers = {"Authorization": f"Basic {basic.decode()}"}
    url = f"{there.url}/salesforce/services/oauth2/token"
    return httpx.post(url, data=data, headers=headers, trust_env=False)


def query(there: Vendors, text: str, *, session: str = "", version: str = "v59.0") -> httpx.Response:
    session = session or login(there, RIGHT).json()["access_token"]
    url = f"{there.url}/salesforce/services/data/{version}/queryAll/"
    headers = {"Authorization": f"Bearer {session}"}
    return httpx.get(url, params={"q": text}, headers=headers, trust_env=False)


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()[0]["errorCode"]


ASK = "SELECT Id, StageName FROM Opportunity WHERE Id IN ('these') ORDER BY SystemModstamp, Id".replace(
    "these", OPPORTUNITY
)


def test_only_the_right_app_logs_in_and_its_session_ends(there: Vendors) -> None:
    refused = login(there, RIGHT, secret="wrong")
    session = login(there, RIGHT).json()["access_token"]

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    assert query(there, ASK, session=session).json()["records"][0]["StageName"] == "Validation"
    there.clock.step(hours=3)
    assert code(query(there, ASK, session=session)) == (401, "INVALID_SESSION_ID")


def test_what_it_does_not_understand_it_refuses(there: Vendors) -> None:
    assert code(query(there, ASK.replace("StageName", "Margin"))) == (400, "INVALID_FIELD")
    assert code(query(there, ASK.replace("ORDER BY", "LIMIT 1 ORDER BY"))) == (400, "MALFORMED_QUERY")
    assert code(query(there, ASK, version="v40.0")) == (410, "UNSUPPORTED_API_VERSION")
    assert query(there, ASK).headers["Sforce-Limit-Info"] == "api-usage=3/100000"


def test_what_breaks_the_description_is_kept(there: Vendors) -> None:
    login(there, {"grant_type": "password"})
    query(there, "DELETE FROM Opportunity")

    assert len(there.expect_violations()) == 2


def test_the_rest_of_an_answer_is_kept_for_two_days(there: Vendors) -> None:
    there.salesforce.state.page_size = 1
    other = there.salesforce.open_opportunity(name="Globex")
    answer = query(there, ASK.replace("IN (", f"IN ('{other}',")).json()
    assert (answer["totalSize"], answer["done"], len(answer["records"])) == (2, False, 1)
    there.clock.step(days=2, seconds=1)
    session = login(there, RIGHT).json()["access_token"]
    late = httpx.get(
        f"{there.url}/salesforce{answer['nextRecordsUrl']}",
        headers={"Authorization": f"Bearer {session}"},
        trust_env=False,
    )

    assert code(late) == (400, "INVALID_QUERY_LOCATOR")


def test_a_stage_is_told_by_the_flow(there: Vendors, db: None) -> None:
    there.salesforce.change_stage(OPPORTUNITY, "Booked")
    [carried] = there.courier.deliver()

    assert (carried.topic, carried.status) == ("flow", 200)
    assert InboundEvent.objects.get().payload["isWon"] is True


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"OK",
        b"<Ack>true</Ack>",
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><notificationsResponse><Ack>true</Ack>'
        b"</notificationsResponse></e:Body></e:Envelope>",
    ],
)
def test_a_message_is_sent_until_it_is_acknowledged_or_a_day_has_passed(there: Vendors, answer: bytes) -> None:
    sent: list[float] = []

    def portal(parcel: Parcel) -> int:
        sent.append(there.clock.time())
        parcel.answer = answer
        return 200

    there.courier.transport = portal
    there.clock.stop()
    there.salesforce.tell_by(outbound="on")
    there.salesforce.change_stage(OPPORTUNITY, "Proposal")
    for _ in range(25):
        there.clock.step(hours=2)
        there.courier.deliver()

    assert not is_acknowledged(200, answer)
    assert timedelta(seconds=sent[-1] - sent[0]) <= timedelta(seconds=GIVES_UP_AFTER + 2 * 3600)
    assert len(sent) > 10
    assert there.courier.waiting() == []
    assert there.salesforce.state.dropped == 1


def test_a_message_says_what_is_true_when_it_is_sent(there: Vendors) -> None:
    bodies: list[bytes] = []

    def portal(parcel: Parcel) -> int:
        bodies.append(parcel.body)
        return 503

    there.courier.transport = portal
    there.salesforce.tell_by(outbound="on")
    there.salesforce.change_stage(OPPORTUNITY, "Proposal")
    there.clock.step(seconds=2)
    there.courier.deliver()
    there.salesforce.tell_by()
    there.salesforce.change_stage(OPPORTUNITY, "Contracting")
    there.courier.deliver()
    there.clock.step(minutes=2)
    there.courier.deliver()

    assert b"<sf:StageName>Proposal<" in bodies[0]
    assert b"<sf:StageName>Contracting<" in bodies[-1]
    assert len(bodies) == 2


def test_the_console_shows_the_opportunities_and_plays_them(there: Vendors) -> None:
    http = httpx.Client(base_url=there.url, trust_env=False, follow_redirects=True)
    form: dict[str, Any] = {"opportunity_id": OPPORTUNITY, "stage": "Proposal", "then": "/"}
    assert http.post("/_/salesforce/change_stage", data=form).status_code == 200
    page = http.get("/").text
    http.close()

    assert "Acme &amp; Sons" in page
    assert "Convert a lead" in page
    assert [read.stage for read in client.read([OPPORTUNITY])] == ["Proposal"]
