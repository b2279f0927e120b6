"""Tying a WorkStream to its opportunity and untying it (R23, R100, A12, A26)."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.errors import NotAllowed
from activity.models import Event
from integrations.models import InboundEvent
from integrations.salesforce.actions import tie_opportunity, untie_opportunity
from integrations.salesforce.errors import AlreadyTied, OpportunityTaken
from integrations.salesforce.ids import NotAnOpportunity
from integrations.tasks import work_waiting_inbound
from milestones import actions as milestones
from tests.conftest import World
from tests.integrations.conftest import OPPORTUNITY, OTHER_OPPORTUNITY, Salesforce, Tie
from workstreams.choices import DeliveryMode, Milestone
from workstreams.errors import ChangedMeanwhile
from workstreams.models import WorkStream

State = InboundEvent.State


def verbs(workstream: WorkStream) -> list[str]:
    return list(Event.objects.filter(workstream=workstream).order_by("id").values_list("verb", flat=True))


def test_tying_stores_the_whole_id_and_says_who_did_it(world: World) -> None:
    labels = tie_opportunity(workstream=world.labels, pasted="006A000000abcDE", actor=world.isr)

    event = Event.objects.get(workstream=labels)
    assert labels.opportunity_id == OPPORTUNITY
    assert (event.verb, event.actor, event.data) == ("salesforce.tied", world.isr, {"opportunity_id": OPPORTUNITY})


def test_the_same_once_more_changes_nothing(world: World) -> None:
    tie_opportunity(workstream=world.labels, pasted=OPPORTUNITY, actor=world.isr)
    tie_opportunity(workstream=world.labels, pasted=f"https://na1.salesforce.com/{OPPORTUNITY}", actor=world.admin)

    assert verbs(world.labels) == ["salesforce.tied"]


def test_an_opportunity_of_another_workstream_is_refused_by_its_name(world: World, tied: Tie) -> None:
    tied(world.scans)

    with pytest.raises(OpportunityTaken, match="already tied to “Invoice scans”"):
        tie_opportunity(workstream=world.labels, pasted=OPPORTUNITY, actor=world.isr)
    world.labels.refresh_from_db()
    assert world.labels.opportunity_id is None
    assert not Event.objects.exists()


def test_another_opportunity_needs_untying_first(world: World, tied: Tie) -> None:
    tied(world.labels)

    with pytest.raises(AlreadyTied, match=f"tied to {OPPORTUNITY}"):
        tie_opportunity(workstream=world.labels, pasted=OTHER_OPPORTUNITY, actor=world.isr)


def test_nonsense_ties_nothing(world: World) -> None:
    with pytest.raises(NotAnOpportunity):
        tie_opportunity(workstream=world.labels, pasted="https://evil.example/006A000000abcDE", actor=world.isr)
    assert not Event.objects.exists()


@pytest.mark.parametrize("who", ["owner", "member", "agile_worker"])
def test_only_colleagues_tie_and_untie(world: World, tied: Tie, who: str) -> None:
    with pytest.raises(NotAllowed, match="tie a Salesforce opportunity"):
        tie_opportunity(workstream=world.labels, pasted=OPPORTUNITY, actor=getattr(world, who))
    tied(world.labels)
    with pytest.raises(NotAllowed):
        untie_opportunity(workstream=world.labels, actor=getattr(world, who))
    assert not Event.objects.exists()


def test_a_stranger_has_no_such_workstream(world: World) -> None:
    with pytest.raises(WorkStream.DoesNotExist):
        tie_opportunity(workstream=world.labels, pasted=OPPORTUNITY, actor=world.stranger)
    with pytest.raises(WorkStream.DoesNotExist):
        untie_opportunity(workstream=world.labels, actor=world.stranger)


def test_the_newest_stage_that_waited_is_followed_at_the_tie(salesforce: Salesforce, world: World) -> None:
    salesforce.tell("Validation", minute=1)
    salesforce.tell("Contracting", minute=2)
    labels = tie_opportunity(workstream=world.labels, pasted=OPPORTUNITY, actor=world.isr)

    assert labels.milestone == Milestone.REVIEWING_AGREEMENT
    assert verbs(labels) == ["salesforce.tied", "milestone.followed", "salesforce.stage_heard"]
    assert sorted(InboundEvent.objects.values_list("state", flat=True)) == [State.APPLIED, State.IGNORED]


def test_what_waited_on_batch_waits_on_for_the_decision(salesforce: Salesforce, world: World) -> None:
    event = salesforce.tell("Booked")
    batch = tie_opportunity(workstream=world.scans, pasted=OPPORTUNITY, actor=world.isr)
    event.refresh_from_db()
    assert (event.state, batch.milestone) == (State.NEEDS_DECISION, None)

    milestones.choose_delivery(workstream=batch, mode=DeliveryMode.IN_HOUSE, actor=world.isr)
    work_waiting_inbound()
    batch.refresh_from_db()
    assert batch.milestone == Milestone.ASSEMBLING_DATASQUAD


def test_a_wrong_tie_can_be_put_right(salesforce: Salesforce, world: World, tied: Tie) -> None:
    wrong = tied(world.scans)
    salesforce.tell("Proposal")
    untie_opportunity(workstream=wrong, actor=world.isr, seen=OPPORTUNITY)
    right = tie_opportunity(workstream=world.labels, pasted=OPPORTUNITY, actor=world.isr)

    wrong.refresh_from_db()
    assert (wrong.opportunity_id, wrong.milestone) == (None, Milestone.PREPARING_PROPOSAL)
    assert right.milestone == Milestone.PREPARING_PROPOSAL


def test_untying_hands_a_stage_that_needed_a_decision_to_the_next_tie(
    salesforce: Salesforce, world: World, tied: Tie
) -> None:
    batch = tied(world.scans)
    event = salesforce.tell("Booked")
    untie_opportunity(workstream=batch, actor=world.isr)
    milestones.choose_delivery(workstream=batch, mode=DeliveryMode.IN_HOUSE, actor=world.isr)
    work_waiting_inbound()

    event.refresh_from_db()
    batch.refresh_from_db()
    assert (event.state, event.workstream, batch.milestone) == (State.WAITING_FOR_TIE, None, None)
    assert tie_opportunity(workstream=batch, pasted=OPPORTUNITY, actor=world.isr).milestone


def test_untying_twice_is_harmless(world: World, tied: Tie) -> None:
    tied(world.labels)
    for _ in range(2):
        untie_opportunity(workstream=world.labels, actor=world.isr)

    assert verbs(world.labels) == ["salesforce.untied"]


def test_an_old_page_does_not_untie_another_opportunity(world: World, tied: Tie) -> None:
    labels = tied(world.labels, OTHER_OPPORTUNITY)

    with pytest.raises(ChangedMeanwhile):
        untie_opportunity(workstream=labels, actor=world.isr, seen=OPPORTUNITY)
    labels.refresh_from_db()
    assert labels.opportunity_id == OTHER_OPPORTUNITY


@pytest.mark.django_db(transaction=True)
def test_of_two_ties_at_once_exactly_one_wins(world: World) -> None:
    start = Barrier(2)
    refused: list[str] = []

    def tie(workstream: WorkStream) -> None:
        start.wait()
        try:
            tie_opportunity(workstream=workstream, pasted=OPPORTUNITY, actor=world.isr)
        except OpportunityTaken as refusal:
            refused.append(refusal.message)
        finally:
            connection.close()

    for _ in range(3):
        WorkStream.objects.update(opportunity_id=None)
        refused.clear()
        threads = [Thread(target=tie, args=[workstream]) for workstream in (world.labels, world.scans)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        winner = WorkStream.objects.get(opportunity_id=OPPORTUNITY)
        assert len(refused) == 1
        assert f"already tied to “{winner.name}”" in refused[0]
