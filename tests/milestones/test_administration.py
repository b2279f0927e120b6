"""The Milestones tab of the administration screen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activity.models import Event
from milestones import actions
from milestones.history import in_words
from milestones.models import GoAhead, MilestoneChange
from tests.conftest import World
from workstreams.choices import DeliveryMode, Milestone, Side, SubscriptionType
from workstreams.models import WorkStream

NEXT = {"gathering_requirements": "", "preparing_proposal": "gathering_requirements"}
BUTTONS = ["advance", "go-back", "delivery", "go-ahead", "go-ahead/withdraw"]


def url(workstream: WorkStream, what: str = "") -> str:
    return f"/workstreams/{workstream.public_id}/administration/milestones/{what + '/' if what else ''}"


def put(workstream: WorkStream, milestone: Milestone | None, **fields: Any) -> None:
    WorkStream.objects.filter(pk=workstream.pk).update(milestone=milestone, **fields)
    workstream.refresh_from_db()


def test_an_isr_verifies_the_request_with_one_button(client: Client, world: World) -> None:
    client.force_login(world.isr)
    page = client.get(url(world.labels))
    response = client.post(url(world.labels, "advance"), {"to": "gathering_requirements", "seen": ""}, follow=True)

    world.labels.refresh_from_db()
    assert "Request verified - move to Gathering Requirements" in page.text
    assert "It stands at Gathering Requirements now." in response.text
    assert world.labels.milestone == Milestone.GATHERING_REQUIREMENTS
    assert [e.verb for e in Event.objects.all()] == ["milestone.advanced"]


def test_others_read_who_may_verify(client: Client, world: World) -> None:
    client.force_login(world.architect)
    text = client.get(url(world.labels)).text

    assert "takes: ISR / Sales or Administrator." in text
    assert "Request verified" not in text


@pytest.mark.parametrize("who", ["accounts", "billing"])
@pytest.mark.parametrize("button", ["advance", "go-back", "delivery"])
def test_accounts_and_billing_change_no_milestone(who: str, button: str, client: Client, world: World) -> None:
    put(world.scans, Milestone.PREPARING_PROPOSAL)
    client.force_login(getattr(world, who))
    page = client.get(url(world.scans))
    entries = {"to": "reviewing_agreement", "reason": "x", "mode": "in_house", "seen": "preparing_proposal"}
    response = client.post(url(world.scans, button), entries)

    world.scans.refresh_from_db()
    assert "Advance to" not in page.text
    assert "Go back" not in page.text
    assert response.status_code == 403
    assert (world.scans.milestone, world.scans.delivery_mode) == ("preparing_proposal", "")
    assert not Event.objects.exists()
    assert not MilestoneChange.objects.exists()


def test_a_double_click_moves_one_step(client: Client, world: World) -> None:
    client.force_login(world.isr)
    for _ in range(2):
        response = client.post(url(world.labels, "advance"), {"to": "gathering_requirements", "seen": ""}, follow=True)
        assert "It stands at Gathering Requirements now." in response.text
    assert MilestoneChange.objects.count() == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_a_stale_page_is_told_where_it_stands_now(htmx: bool, client: Client, world: World) -> None:
    put(world.labels, Milestone.REVIEWING_AGREEMENT)
    client.force_login(world.isr)
    headers = {"HX-Request": "true"} if htmx else {}
    entries = {"to": "gathering_requirements", "seen": ""}
    response = client.post(url(world.labels, "advance"), entries, headers=headers)

    world.labels.refresh_from_db()
    assert response.status_code == 409
    assert "has moved to Reviewing Service Agreement meanwhile" in response.text
    assert "Step 3 of 5" in response.text
    assert ("<html" in response.text) is not htmx
    assert world.labels.milestone == Milestone.REVIEWING_AGREEMENT
    assert not Event.objects.exists()


def test_htmx_gets_the_tab_alone_with_the_line_under_the_heading(client: Client, world: World) -> None:
    client.force_login(world.isr)
    entries = {"to": "gathering_requirements", "seen": ""}
    response = client.post(url(world.labels, "advance"), entries, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert "<html" not in response.text
    assert 'id="administration-meta" hx-swap-oob="true"' in response.text
    assert "Advance to Preparing a Proposal" in response.text


def test_step_4_waits_for_both_go_aheads(client: Client, world: World) -> None:
    put(world.labels, Milestone.REVIEWING_AGREEMENT)
    client.force_login(world.architect)
    refused = client.post(url(world.labels, "advance"), {"to": "assembling_datasquad", "seen": "reviewing_agreement"})
    assert refused.status_code == 409
    assert "Record the client&#x27;s and our own go-ahead first" in refused.text

    nameless = client.post(url(world.labels, "go-ahead"), {"side": "client", "note": " "})
    assert nameless.status_code == 422
    assert not GoAhead.objects.exists()

    client.post(url(world.labels, "go-ahead"), {"side": "client", "note": "by phone, Ann"})
    client.post(url(world.labels, "go-ahead"), {"side": "team"})
    assert "Recorded by Solutions Architect Colleague: " in client.get(url(world.labels)).text
    client.post(url(world.labels, "advance"), {"to": "assembling_datasquad", "seen": "reviewing_agreement"})

    world.labels.refresh_from_db()
    change = MilestoneChange.objects.get()
    assert world.labels.milestone == Milestone.ASSEMBLING_DATASQUAD
    assert (change.without_go_aheads, change.reason) == (False, "")


def test_a_go_ahead_is_withdrawn(client: Client, world: World) -> None:
    put(world.labels, Milestone.REVIEWING_AGREEMENT)
    client.force_login(world.isr)
    client.post(url(world.labels, "go-ahead"), {"side": "team"})
    response = client.post(url(world.labels, "go-ahead/withdraw"), {"side": "team"}, follow=True)

    assert "The team&#x27;s go-ahead is withdrawn." in response.text
    assert GoAhead.objects.get().withdrawn_at is not None


def test_an_override_needs_a_reason_and_leaves_a_mark(client: Client, world: World) -> None:
    put(world.labels, Milestone.REVIEWING_AGREEMENT)
    client.force_login(world.isr)
    entries = {"to": "assembling_datasquad", "seen": "reviewing_agreement"}
    assert client.post(url(world.labels, "advance"), entries | {"override_reason": "  "}).status_code == 409
    response = client.post(
        url(world.labels, "advance"), entries | {"override_reason": "Signed on <paper>"}, follow=True
    )

    assert "Approval not recorded" in response.text
    assert "Signed on &lt;paper&gt;" in response.text
    assert MilestoneChange.objects.get().without_go_aheads


@pytest.mark.parametrize(("to", "mode"), [("assembling_datasquad", "in_house"), ("rapid_prototyping", "distributed")])
def test_batch_forks_by_the_button_that_is_pressed(to: str, mode: str, client: Client, world: World) -> None:
    put(world.scans, Milestone.REVIEWING_AGREEMENT)
    for side in Side:
        GoAhead.objects.create(workstream=world.scans, side=side, given_by=world.isr, note="x")
    client.force_login(world.isr)
    text = client.get(url(world.scans)).text
    client.post(url(world.scans, "advance"), {"to": to, "seen": "reviewing_agreement"})

    world.scans.refresh_from_db()
    assert "Advance to Assembling DataSquad" in text
    assert "Advance to Rapid Prototyping" in text
    assert (world.scans.milestone, world.scans.delivery_mode) == (to, mode)


def test_delivery_is_chosen_early_for_batch_only(client: Client, world: World) -> None:
    put(world.scans, Milestone.PREPARING_PROPOSAL)
    client.force_login(world.isr)
    assert "In-house squad: Assembling DataSquad" in client.get(url(world.scans)).text
    assert "Delivery</h2>" not in client.get(url(world.labels)).text
    client.post(url(world.scans, "delivery"), {"mode": "distributed"})

    world.scans.refresh_from_db()
    assert world.scans.delivery_mode == DeliveryMode.DISTRIBUTED


def test_going_back_asks_why_and_offers_only_what_lies_before(client: Client, world: World) -> None:
    put(world.labels, Milestone.REVIEWING_AGREEMENT)
    client.force_login(world.delivery)
    offered = client.get(url(world.labels)).context["desk"].go_back_form.fields["to"].choices
    refused = client.post(url(world.labels, "go-back"), {"to": "preparing_proposal", "seen": "reviewing_agreement"})
    assert [value for value, _ in offered] == ["preparing_proposal", "gathering_requirements"]
    assert refused.status_code == 422
    assert "Say why; the others read it in the history." in refused.text
    assert not MilestoneChange.objects.exists()

    entries = {"to": "preparing_proposal", "seen": "reviewing_agreement", "reason": "New scope"}
    response = client.post(url(world.labels, "go-back"), entries, follow=True)
    assert "It is back at Preparing a Proposal." in response.text
    assert "New scope" in response.text


def test_a_stale_step_back_keeps_the_reason_that_was_typed(client: Client, world: World) -> None:
    put(world.labels, Milestone.PREPARING_PROPOSAL)
    client.force_login(world.isr)
    entries = {"to": "gathering_requirements", "seen": "reviewing_agreement", "reason": "New scope"}
    response = client.post(url(world.labels, "go-back"), entries)

    assert response.status_code == 409
    assert "New scope</textarea>" in response.text
    assert not MilestoneChange.objects.exists()


def test_the_opportunity_task_stays_until_it_is_tied(client: Client, world: World) -> None:
    client.force_login(world.isr)
    task = "Convert the lead in Salesforce and paste the opportunity ID"
    assert task not in client.get(url(world.labels)).text
    put(world.labels, Milestone.GATHERING_REQUIREMENTS)
    assert task in client.get(url(world.labels)).text
    put(world.labels, Milestone.GATHERING_REQUIREMENTS, opportunity_id="006B000000VajfRIAR")
    assert task not in client.get(url(world.labels)).text


def test_the_history_tells_every_stay_with_its_length(client: Client, world: World) -> None:
    start = datetime(2025, 11, 3, 9, tzinfo=UTC)
    WorkStream.objects.filter(pk=world.labels.pk).update(created_at=start)
    with time_machine.travel(start + timedelta(hours=5), tick=False):
        actions.advance(workstream=world.labels, to=Milestone.GATHERING_REQUIREMENTS, actor=world.isr)
    with time_machine.travel(start + timedelta(days=3, hours=5), tick=False):
        actions.follow_salesforce(workstream=world.labels, step=4)
    with time_machine.travel(start + timedelta(days=4, hours=7), tick=False):
        client.force_login(world.isr)
        history = client.get(url(world.labels)).context["desk"].history

    assert [(stay.label, stay.duration, stay.is_current) for stay in history] == [
        ("Assembling DataSquad", "1 day, 2 hours", True),
        ("Gathering Requirements", "3 days", False),
        ("No milestone yet", "5 hours", False),
    ]
    assert (history[0].how, history[0].who) == ("Moved after a stage change in", "Salesforce")
    assert history[0].skipped == "Preparing a Proposal, Reviewing Service Agreement"
    assert history[0].approval_not_recorded


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(seconds=-5), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=2, minutes=3), "2 hours, 3 minutes"),
        (timedelta(days=1, minutes=3), "1 day"),
    ],
)
def test_a_length_is_told_in_its_two_largest_units(length: timedelta, words: str) -> None:
    assert in_words(length) == words


def test_a_hand_over_is_proposed_where_the_role_differs(client: Client, world: World) -> None:
    put(world.labels, Milestone.GATHERING_REQUIREMENTS, lead=world.isr)
    client.force_login(world.isr)
    text = client.get(url(world.labels)).text
    assert "Hand over the lead?" in text
    assert f'value="{world.architect.public_id}"' in text
    assert f'value="{world.delivery.public_id}"' not in text

    put(world.labels, Milestone.GATHERING_REQUIREMENTS, lead=world.architect)
    assert "Hand over the lead?" not in client.get(url(world.labels)).text


def test_a_closed_workstream_offers_no_step(client: Client, world: World) -> None:
    put(world.labels, Milestone.PREPARING_PROPOSAL, status="closed", close_reason="lost", closed_at=datetime.now(UTC))
    client.force_login(world.isr)
    text = client.get(url(world.labels)).text
    response = client.post(url(world.labels, "advance"), {"to": "reviewing_agreement", "seen": "preparing_proposal"})

    assert "Advance to" not in text
    assert "Go back" not in text
    assert "Reopen it" in text
    assert response.status_code == 409
    assert "is closed. Reopen it first." in response.text
    assert not MilestoneChange.objects.exists()


@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize(("who", "status"), [("owner", 403), ("agile_worker", 403), ("stranger", 404)])
def test_clients_and_agile_workers_press_no_button(
    button: str, who: str, status: int, client: Client, world: World
) -> None:
    put(world.labels, Milestone.REVIEWING_AGREEMENT)
    client.force_login(getattr(world, who))
    entries = {"to": "preparing_proposal", "reason": "x", "side": "team", "mode": "in_house"}
    response = client.post(url(world.labels, button), entries)

    world.labels.refresh_from_db()
    assert response.status_code == status
    assert world.labels.milestone == Milestone.REVIEWING_AGREEMENT
    assert not GoAhead.objects.exists()
    assert not Event.objects.exists()


def test_a_long_history_costs_no_more_queries(client: Client, world: World) -> None:
    client.force_login(world.isr)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(url(world.labels))
        return len(captured)

    actions.advance(workstream=world.labels, to=Milestone.GATHERING_REQUIREMENTS, actor=world.isr)
    short = queries()
    for _ in range(3):
        actions.advance(workstream=world.labels, to=Milestone.PREPARING_PROPOSAL, actor=world.architect)
        actions.go_back(
            workstream=world.labels, to=Milestone.GATHERING_REQUIREMENTS, actor=world.delivery, reason="again"
        )
    assert queries() == short


def test_lean_ends_at_processing_data(client: Client, world: World) -> None:
    put(world.labels, Milestone.PROCESSING_DATA, subscription_type=SubscriptionType.LEAN)
    client.force_login(world.isr)
    assert "nothing follows" in client.get(url(world.labels)).text


@pytest.mark.parametrize("button", BUTTONS)
def test_who_signs_in_again_after_pressing_a_button_is_back_at_the_tab(
    button: str, client: Client, world: World
) -> None:
    client.force_login(world.isr)
    assert client.get(url(world.labels, button))["Location"] == url(world.labels)
    assert client.put(url(world.labels, button)).status_code == 405
