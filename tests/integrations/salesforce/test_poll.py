"""Looking finds what nobody told, and loses nothing when it breaks off (D2, A36)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.models import Connector, InboundEvent, Provider
from integrations.salesforce import client, poll
from integrations.salesforce.models import Opportunity, Poll
from integrations.tasks import work_waiting_inbound
from milestones import actions as milestones
from notifications.notices import Notification
from tests.conftest import World
from tests.integrations.conftest import OPPORTUNITY, Tie
from tests.vendors import Vendors
from workstreams import actions as workstreams
from workstreams.choices import CloseReason, Milestone
from workstreams.models import WorkStream

State = InboundEvent.State
QUERIES = "/services/data/*"


def look(later: timedelta = timedelta(0)) -> int | None:
    """A look, so much later, and the workers after it."""
    news = poll.look(now=timezone.now() + later)
    work_waiting_inbound()
    return news


def asked(there: Vendors) -> list[str]:
    return [entry.query["q"] for entry in there.log.of("salesforce", "GET", QUERIES)]


@pytest.fixture(autouse=True)
def _silent(there: Vendors) -> None:
    """Salesforce tells nothing by itself."""
    there.salesforce.tell_by()


def test_what_nobody_told_is_found_and_followed(there: Vendors, labels: WorkStream) -> None:
    assert look() == 1
    there.salesforce.change_stage(OPPORTUNITY, "Proposal")
    assert look(timedelta(minutes=6)) == 1
    assert look(timedelta(minutes=12)) == 0

    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
    assert [event.payload["source"] for event in InboundEvent.objects.all()] == ["poll", "poll"]
    assert [" AND SystemModstamp >= " in query for query in asked(there)] == [False, True, True]


def test_between_two_looks_there_is_time(there: Vendors, labels: WorkStream) -> None:
    look()

    assert look(timedelta(minutes=4)) is None
    assert len(asked(there)) == 1


def test_a_commit_that_becomes_visible_late_is_found(there: Vendors, labels: WorkStream) -> None:
    look()
    there.salesforce.change_stage(OPPORTUNITY, "Proposal", visible_after="400")
    there.clock.step(seconds=330)
    assert look(timedelta(seconds=330)) == 0
    there.clock.step(seconds=330)
    assert look(timedelta(seconds=660)) == 1

    labels.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL


def test_a_look_that_breaks_off_begins_anew_where_the_last_good_one_did(
    there: Vendors, labels: WorkStream, monkeypatch: pytest.MonkeyPatch, world: World, tied: Tie
) -> None:
    monkeypatch.setattr(client, "IDS_AT_ONCE", 1)
    other = there.salesforce.open_opportunity(name="Globex")
    tied(world.scans, other)
    look()
    good = Poll.objects.get().looked_at
    there.salesforce.change_stage(OPPORTUNITY, "Proposal")
    there.salesforce.change_stage(other, "Contracting")
    there.faults.add("salesforce", "GET", QUERIES, status=500, skip=1)
    look(timedelta(minutes=6))
    broken = Poll.objects.get()
    assert (broken.looked_at, broken.error) == (good, "Salesforce answered 500 UNKNOWN_EXCEPTION.")

    Connector.objects.filter(provider=Provider.SALESFORCE).update(open_until=None)
    assert look(timedelta(minutes=12)) == 1
    labels.refresh_from_db()
    world.scans.refresh_from_db()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
    assert world.scans.milestone == Milestone.REVIEWING_AGREEMENT
    assert Poll.objects.get().error == ""


def test_a_record_saved_with_the_same_stage_moves_nothing_back(
    there: Vendors, labels: WorkStream, world: World
) -> None:
    look()
    labels.refresh_from_db()
    milestones.advance(workstream=labels, to=Milestone.PREPARING_PROPOSAL, actor=world.isr)
    there.clock.step(minutes=3)
    there.salesforce.edit(OPPORTUNITY, name="Acme & Daughters")
    assert look(timedelta(minutes=6)) == 0

    labels.refresh_from_db()
    known = Opportunity.objects.get()
    assert labels.milestone == Milestone.PREPARING_PROPOSAL
    assert (known.name, known.stage) == ("Acme & Daughters", "Validation")


def test_deleted_hidden_and_back_again_is_said(
    there: Vendors, labels: WorkStream, world: World, client: Client
) -> None:
    look()
    there.salesforce.delete(OPPORTUNITY)
    look(timedelta(minutes=6))
    deleted = InboundEvent.objects.first()
    assert deleted
    assert (deleted.state, deleted.reason.partition(".")[0]) == (
        State.IGNORED,
        "The opportunity was deleted in Salesforce",
    )
    client.force_login(world.isr)
    page = client.get(f"{labels.administration_url}salesforce/").content.decode()
    assert "Deleted in Salesforce" in page
    assert "The opportunity was deleted in Salesforce. The milestone stays where it is." in page
    assert Notification.objects.filter(topic="salesforce").exists()

    there.salesforce.undelete(OPPORTUNITY)
    look(timedelta(minutes=12))
    assert Opportunity.objects.get().presence == Opportunity.Presence.THERE
    there.salesforce.hide(OPPORTUNITY)
    assert look(timedelta(minutes=18)) == 0  # what is not there has not changed
    look(timedelta(hours=25))
    assert Opportunity.objects.get().presence == Opportunity.Presence.HIDDEN
    labels.refresh_from_db()
    assert labels.milestone == Milestone.GATHERING_REQUIREMENTS


def test_only_open_and_tied_ones_are_looked_at_in_bounded_questions(
    there: Vendors, world: World, tied: Tie, monkeypatch: pytest.MonkeyPatch
) -> None:
    workstreams.close(workstream=tied(world.labels), actor=world.isr, reason=CloseReason.LOST)
    tied(world.scans, "007B000000VajfRIAR")

    assert look() == 0
    assert asked(there) == []
    assert Poll.objects.get().looked_at


def test_few_calls_left_make_the_looks_seldom(there: Vendors, labels: WorkStream) -> None:
    there.salesforce.use_calls(used="81", allowed="100")
    began = timezone.now()
    poll.look(now=began)

    # One question of a hundred a day, of which a fifth is ours: 72 minutes; and sparing, six times that.
    assert Poll.objects.get().due_at == began + timedelta(minutes=72 * 6)


def test_used_up_calls_stop_the_looks_for_an_hour(there: Vendors, labels: WorkStream) -> None:
    there.faults.add("salesforce", "GET", QUERIES, status=403, code="REQUEST_LIMIT_EXCEEDED", times=None)
    look()
    assert Poll.objects.get().due_at > timezone.now() + timedelta(minutes=59)
    Poll.objects.update(due_at=timezone.now())
    look()

    assert len(asked(there)) == 1


def test_two_workers_do_not_look_at_once(there: Vendors, labels: WorkStream) -> None:
    now = timezone.now()
    with CaptureQueriesContext(connection):
        assert poll._claim(now)
        assert poll._claim(now) is None
        assert poll._claim(now + timedelta(minutes=16))


@pytest.mark.parametrize(("name", "value"), [("SALESFORCE_CONSUMER_KEY", ""), ("SALESFORCE_POLL_SECONDS", 0.0)])
def test_where_it_is_off_nobody_looks(there: Vendors, labels: WorkStream, settings: Any, name: str, value: Any) -> None:
    setattr(settings, name, value)

    assert look() is None
    assert there.log.of("salesforce") == []
