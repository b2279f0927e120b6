"""The Salesforce tab of the administration screen (R99-R101, A24, A25, A28)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from integrations.models import InboundEvent, Provider
from integrations.salesforce.models import Opportunity
from milestones import actions as milestones
from tests.conftest import World
from tests.integrations.conftest import CAPTURED, OPPORTUNITY, Salesforce, Tie
from workstreams.choices import DeliveryMode, Milestone
from workstreams.models import WorkStream

State = InboundEvent.State


class Tab:
    """The tab of one WorkStream, as one person opens it."""

    def __init__(self, client: Client, workstream: WorkStream) -> None:
        self.client = client
        self.url = f"/workstreams/{workstream.public_id}/administration/salesforce/"

    def get(self, **parameters: str) -> str:
        return str(self.client.get(self.url, parameters).content.decode())

    def post(self, what: str, follow: bool = True, **fields: str) -> Any:
        return self.client.post(f"{self.url}{what}/", fields, follow=follow)


@pytest.fixture
def labels(client: Client, world: World) -> Tab:
    client.force_login(world.isr)
    return Tab(client, world.labels)


def seen(page: str) -> str:
    return " ".join(page.split())


def test_what_was_pasted_is_shown_before_it_is_saved(labels: Tab, world: World) -> None:
    page = labels.get(opportunity="https://acme.my.salesforce.com/006A000000abcDE")

    world.labels.refresh_from_db()
    assert f"<code>{OPPORTUNITY}</code>" in page
    assert "Not verified, because no connection to Salesforce is set up." in page
    assert "Tie this opportunity" in page
    assert world.labels.opportunity_id is None


def test_a_stage_known_before_the_tie_says_where_tying_leads(salesforce: Salesforce, labels: Tab) -> None:
    salesforce.tell("Contracting")

    assert "Tying moves this WorkStream to Reviewing Service Agreement." in labels.get(opportunity=OPPORTUNITY)


def test_an_odd_prefix_warns_and_can_be_tied(labels: Tab, world: World) -> None:
    assert "this one begins with 007" in labels.get(opportunity="007B000000VajfR")
    labels.post("tie", opportunity="007B000000VajfR")

    world.labels.refresh_from_db()
    assert world.labels.opportunity_id == "007B000000VajfRIAR"


@pytest.mark.parametrize("pasted", ["", "nonsense", "https://evil.example/006A000000abcDE", "x" * 3000, "\x00"])
def test_nonsense_comes_back_with_a_sentence_and_ties_nothing(labels: Tab, world: World, pasted: str) -> None:
    checked = labels.client.get(labels.url, {"opportunity": pasted})
    sent = labels.post("tie", opportunity=pasted)

    world.labels.refresh_from_db()
    assert (checked.status_code, sent.status_code) == (422, 422)
    assert "field__errors" in checked.content.decode()
    assert "Tie this opportunity" not in checked.content.decode()
    assert world.labels.opportunity_id is None


def test_an_opportunity_of_another_workstream_names_it(labels: Tab, world: World, tied: Tie) -> None:
    tied(world.scans)
    page = labels.get(opportunity=OPPORTUNITY)
    refused = labels.post("tie", opportunity=OPPORTUNITY)

    assert "already tied to" in page
    assert "“Invoice scans”" in page
    assert "Tie this opportunity" not in page
    assert refused.status_code == 409
    assert "already tied to “Invoice scans”" in refused.content.decode()


def test_tying_and_untying_answer_with_the_tab(labels: Tab, world: World) -> None:
    tied = labels.post("tie", opportunity=OPPORTUNITY)
    assert tied.redirect_chain == [(labels.url, 302)]
    assert f"Tied to {OPPORTUNITY}. It stands at No milestone yet." in tied.content.decode()
    assert "by ISR / Sales Colleague" in tied.content.decode()

    untied = labels.post("untie", seen=OPPORTUNITY)
    world.labels.refresh_from_db()
    assert "Untied. The milestone stays where it is" in untied.content.decode()
    assert world.labels.opportunity_id is None


def test_htmx_gets_the_tab_alone_with_the_line_under_the_heading(labels: Tab, salesforce: Salesforce) -> None:
    salesforce.tell("Proposal")
    response = labels.client.post(f"{labels.url}tie/", {"opportunity": OPPORTUNITY}, headers={"HX-Request": "true"})
    page = response.content.decode()

    assert "<html" not in page
    assert 'id="administration-meta" hx-swap-oob="true"' in page
    assert "It stands at Preparing a Proposal." in page


def test_an_old_page_unties_nothing(labels: Tab, world: World, tied: Tie) -> None:
    tied(world.labels)

    assert labels.post("untie", seen="0065g00000XyZaBAAV").status_code == 409
    assert labels.post("untie").status_code == 422
    world.labels.refresh_from_db()
    assert world.labels.opportunity_id == OPPORTUNITY


def test_both_sides_of_the_tie_stand_beside_each_other(
    salesforce: Salesforce, labels: Tab, world: World, tied: Tie
) -> None:
    tied(world.labels)
    salesforce.tell("Validation")
    assert "In step" in labels.get()

    milestones.advance(workstream=world.labels, to=Milestone.PREPARING_PROPOSAL, actor=world.architect)
    page = seen(labels.get())
    assert "Salesforce says Validation, which is Gathering Requirements; the portal is at Preparing a Proposal." in page
    assert "Advanced by Solutions Architect Colleague" in page


def test_each_report_has_its_outcome_and_its_reason(
    salesforce: Salesforce, labels: Tab, world: World, tied: Tie
) -> None:
    tied(world.labels)
    salesforce.tell("Contracting", minute=2)
    salesforce.push("Contracting", minute=2)
    salesforce.tell("Proposal", minute=1)
    page = seen(labels.get())

    assert "Moved to Reviewing Service Agreement." in page
    assert "Sent 2 times." in page
    assert "Older than “Contracting” of 01 Mar 2026, 10:02:31 UTC, which is known already." in page


def test_a_batch_that_waits_offers_the_fork_here_too(
    salesforce: Salesforce, client: Client, world: World, tied: Tie
) -> None:
    client.force_login(world.isr)
    tab = Tab(client, tied(world.scans))
    salesforce.tell("Booked")
    assert "Distributed workers: Rapid Prototyping" in tab.get()

    tab.post("delivery", mode=DeliveryMode.DISTRIBUTED)
    salesforce.tell("Booked")
    world.scans.refresh_from_db()
    assert world.scans.milestone == Milestone.RAPID_PROTOTYPING
    assert "Choose how this BATCH WorkStream is delivered" not in tab.get()


def test_who_may_not_change_milestones_is_not_offered_the_fork(
    salesforce: Salesforce, client: Client, world: World, tied: Tie
) -> None:
    client.force_login(world.billing)
    tab = Tab(client, tied(world.scans))
    salesforce.tell("Booked")

    assert "Your role does not change milestones." in tab.get()
    assert tab.post("delivery", mode=DeliveryMode.IN_HOUSE).status_code == 403
    assert tab.post("delivery", mode="by magic").status_code == 422


def test_a_lost_opportunity_asks_whether_to_close(salesforce: Salesforce, labels: Tab, world: World, tied: Tie) -> None:
    tied(world.labels)
    salesforce.tell("Closed Lost", isClosed=True)
    page = labels.get()

    world.labels.refresh_from_db()
    assert "Should this WorkStream be closed?" in page
    assert world.labels.is_open


def test_the_task_after_the_first_milestone_stands_until_the_tie(labels: Tab, world: World, tied: Tie) -> None:
    tied(world.labels, None, milestone=Milestone.GATHERING_REQUIREMENTS)
    assert "Convert the lead in Salesforce and paste the opportunity ID" in labels.get()

    tied(world.labels)
    assert "Convert the lead" not in labels.get()


def test_the_record_is_linked_where_our_salesforce_is_known(
    labels: Tab, world: World, tied: Tie, settings: Any
) -> None:
    tied(world.labels)
    assert "Open in Salesforce" not in labels.get()

    settings.SALESFORCE_BASE_URL = "https://acme.lightning.force.com"
    assert f"https://acme.lightning.force.com/lightning/r/Opportunity/{OPPORTUNITY}/view" in labels.get()


def test_only_administrators_have_what_failed_tried_again(
    salesforce: Salesforce, labels: Tab, world: World, tied: Tie
) -> None:
    tied(world.labels)
    event = salesforce.tell("Proposal")
    InboundEvent.objects.update(state=State.FAILED)
    assert "Try what failed again" not in labels.get()
    assert labels.post("try-again").status_code == 403

    labels.client.force_login(world.admin)
    assert "Try what failed again" in labels.get()
    labels.post("try-again")
    event.refresh_from_db()
    assert event.state == State.RECEIVED


@pytest.mark.parametrize("who", ["owner", "member", "agile_worker"])
@pytest.mark.parametrize("what", ["", "tie/", "untie/", "delivery/", "try-again/"])
def test_the_tab_is_for_colleagues(client: Client, world: World, who: str, what: str) -> None:
    client.force_login(getattr(world, who))
    url = f"{Tab(client, world.labels).url}{what}"
    response = client.post(url, {"opportunity": OPPORTUNITY}) if what else client.get(url)

    world.labels.refresh_from_db()
    assert response.status_code == 403
    assert world.labels.opportunity_id is None


@pytest.mark.parametrize("rows", [1, 6])
def test_the_tab_costs_the_same_however_much_was_reported(
    labels: Tab, world: World, tied: Tie, rows: int, django_assert_num_queries: Any
) -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    tied(world.labels)
    Opportunity.objects.create(opportunity_id=OPPORTUNITY, stage="Proposal", modified_at=moment)
    for number in range(rows):
        InboundEvent.objects.create(
            provider=Provider.SALESFORCE,
            dedupe_key=str(number),
            payload=CAPTURED,
            subject_id=OPPORTUNITY,
            happened_at=moment + timedelta(hours=number),
            workstream=world.labels,
            state=State.APPLIED,
        )
    labels.get()  # the first visit of a day is remembered
    # session, person, WorkStream, opportunity, reports, the newest of them, last change, who tied
    with django_assert_num_queries(8):
        labels.get()
