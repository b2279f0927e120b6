"""Tying asks Salesforce and follows its stage; while it is away nobody waits and nothing is lost."""

import time
from typing import Any

import pytest
from django.test import Client

from integrations.models import Connector, InboundEvent, Provider
from integrations.salesforce.actions import tie_opportunity
from integrations.salesforce.models import Opportunity
from integrations.tasks import work_waiting_inbound
from tests.conftest import World
from tests.integrations.conftest import OPPORTUNITY, OTHER_OPPORTUNITY, Salesforce, Tie
from tests.vendors import Vendors
from workstreams import actions as workstreams
from workstreams.choices import CloseReason, Milestone

State = InboundEvent.State
QUERIES = "/services/data/*"


class Page:
    """The Salesforce tab of a WorkStream, as an ISR has it open."""

    def __init__(self, client: Client, world: World) -> None:
        client.force_login(world.isr)
        self.client = client
        self.url = f"/workstreams/{world.labels.public_id}/administration/salesforce/"

    def check(self, pasted: str = OPPORTUNITY) -> str:
        """Press Check; the page never breaks."""
        response = self.client.get(self.url, {"opportunity": pasted})
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    def tie(self, pasted: str = OPPORTUNITY) -> tuple[int, str]:
        """Press Tie."""
        response = self.client.post(f"{self.url}tie/", {"opportunity": pasted}, follow=True)
        return response.status_code, " ".join(response.content.decode().split())


@pytest.fixture
def page(client: Client, world: World) -> Page:
    return Page(client, world)


def test_the_check_shows_name_and_stage_and_where_tying_leads(there: Vendors, page: Page, world: World) -> None:
    there.salesforce.change_stage(OPPORTUNITY, "Proposal")
    seen = page.check()

    assert "Acme &amp; Sons, found just now" in seen
    assert "Tying moves this WorkStream to Preparing a Proposal." in seen
    assert not Opportunity.objects.exists()  # looking changes nothing


def test_the_tie_follows_the_stage_there_at_once(there: Vendors, page: Page, world: World) -> None:
    there.salesforce.change_stage(OPPORTUNITY, "Contracting")
    status, seen = page.tie()

    world.labels.refresh_from_db()
    assert (status, world.labels.milestone) == (200, Milestone.REVIEWING_AGREEMENT)
    assert "It stands at Reviewing Service Agreement." in seen
    assert "Read at the tie." in seen
    assert "Acme &amp; Sons" in seen
    assert "In step" in seen
    event = InboundEvent.objects.get()
    assert (event.state, event.workstream) == (State.APPLIED, world.labels)


def test_what_was_read_counts_more_than_what_was_told(there: Vendors, world: World) -> None:
    Opportunity.objects.create(opportunity_id=OPPORTUNITY, stage="Booked", modified_at=there.clock.now())
    there.clock.step(hours=-1)
    there.salesforce.change_stage(OPPORTUNITY, "Proposal")

    tied = tie_opportunity(workstream=world.labels, pasted=OPPORTUNITY, actor=world.isr)
    assert tied.milestone == Milestone.PREPARING_PROPOSAL


@pytest.mark.parametrize("deleted", [True, False])
def test_what_salesforce_does_not_have_is_not_tied(there: Vendors, page: Page, world: World, deleted: bool) -> None:
    pasted = OPPORTUNITY if deleted else OTHER_OPPORTUNITY
    if deleted:
        there.salesforce.delete(OPPORTUNITY)
    checked, (status, refused) = page.check(pasted), page.tie(pasted)

    assert ("was deleted there" if deleted else "There is none, or the portal may not see it") in checked
    assert "Tie this opportunity" not in checked
    assert status == 422
    assert ("was deleted in Salesforce" if deleted else "Salesforce has no opportunity") in refused
    world.labels.refresh_from_db()
    assert world.labels.opportunity_id is None


@pytest.mark.parametrize("fault", [{"seconds": 30}, {"status": 503}, {"html": True}, {"drop": True}])
def test_while_salesforce_is_away_the_page_does_not_wait_and_the_tie_stands(
    there: Vendors, page: Page, world: World, fault: dict[str, Any]
) -> None:
    there.faults.add("salesforce", times=None, **fault)
    began = time.monotonic()
    checked = page.check()
    status, _ = page.tie()
    took = time.monotonic() - began

    assert "Not verified, because Salesforce does not answer now. Compare the ID yourself." in checked
    world.labels.refresh_from_db()
    assert (status, world.labels.opportunity_id, world.labels.milestone) == (200, OPPORTUNITY, None)
    assert took < 10

    there.faults.clear()
    Connector.objects.filter(provider=Provider.SALESFORCE).update(open_until=None)
    work_waiting_inbound()
    world.labels.refresh_from_db()
    assert world.labels.milestone == Milestone.GATHERING_REQUIREMENTS


def test_after_a_few_that_failed_nobody_waits_at_all(there: Vendors, page: Page) -> None:
    there.faults.add("salesforce", "GET", QUERIES, times=None, status=503)
    for _ in range(5):
        page.check()
    asked = len(there.log.of("salesforce", "GET", QUERIES))

    assert "Not verified, because Salesforce does not answer now." in page.check()
    assert len(there.log.of("salesforce", "GET", QUERIES)) == asked


def test_another_kind_of_record_is_not_asked_about(there: Vendors, page: Page, world: World) -> None:
    checked = page.check("007B000000VajfR")
    status, _ = page.tie("007B000000VajfR")

    assert "Not verified, because Only ids of opportunities, which begin with 006, can be looked up." in checked
    assert status == 200
    assert there.log.of("salesforce") == []


def test_the_api_says_what_was_found(there: Vendors, client: Client, world: World) -> None:
    client.force_login(world.isr)
    url = f"/api/v1/workstreams/{world.labels.public_id}/salesforce/"
    understood = client.get(f"{url}understand/", {"opportunity": OPPORTUNITY}).json()
    missing = client.get(f"{url}understand/", {"opportunity": OTHER_OPPORTUNITY}).json()
    refused = client.post(f"{url}tie/", {"opportunity": OTHER_OPPORTUNITY}, "application/json")
    tie = client.post(f"{url}tie/", {"opportunity": OPPORTUNITY}, "application/json").json()

    assert (understood["exists"], understood["name"], understood["stage"]) == (True, "Acme & Sons", "Validation")
    assert (missing["exists"], missing["name"], missing["not_verified_because"]) == (False, None, "")
    assert (refused.status_code, refused.json()["code"]) == (422, "no_such_opportunity")
    assert (tie["name"], tie["presence"], tie["stage"]) == ("Acme & Sons", "there", "Validation")
    assert tie["read_at"]
    assert tie["stage_since"]
    assert (tie["last_word"], tie["last_change"]["actor"]) == ("portal", "Salesforce")


def test_what_happened_while_it_was_closed_is_read_on_reopening(there: Vendors, world: World, tied: Tie) -> None:
    labels = workstreams.close(workstream=tied(world.labels), actor=world.isr, reason=CloseReason.LOST)
    there.salesforce.tell_by()
    there.salesforce.change_stage(OPPORTUNITY, "Proposal")
    workstreams.reopen(workstream=labels, actor=world.isr)
    work_waiting_inbound()

    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL


def test_a_push_is_checked_against_the_record(there: Vendors, salesforce: Salesforce, world: World, tied: Tie) -> None:
    labels = tied(world.labels)
    event = salesforce.tell("Booked", organizationId="00D5g000000KqXyEAK")

    labels.refresh_from_db()
    assert labels.milestone == Milestone.GATHERING_REQUIREMENTS
    assert (event.payload["stageName"], event.payload["told"]["stageName"]) == ("Validation", "Booked")


def test_a_push_is_followed_as_it_was_told_while_salesforce_is_away(
    there: Vendors, salesforce: Salesforce, world: World, tied: Tie
) -> None:
    labels = tied(world.labels)
    there.faults.add("salesforce", status=503, times=None)
    salesforce.tell("Proposal")

    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
