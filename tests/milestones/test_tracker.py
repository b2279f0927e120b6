"""The milestone tracker."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.template import Context, Template
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chat.actions import post_automatic_message, post_message
from milestones import actions
from milestones.models import MilestoneChange
from milestones.promises import first_answers_owed
from milestones.tracker import Step, steps_of
from tests.conftest import World
from tests.milestones.steps import FIRST, LAST, PROTOTYPE, SECOND, SQUAD, THIRD, stand_at
from workstreams.actions import close
from workstreams.choices import CloseReason, DeliveryMode, EntryPoint, Milestone
from workstreams.models import WorkStream

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


def steps(workstream: WorkStream) -> list[Step]:
    return steps_of(workstream, MilestoneChange.objects.filter(workstream=workstream).order_by("at", "id"))


def tracker(workstream: WorkStream, viewer: User) -> str:
    """The tracker as this person sees it, in one line."""
    template = Template("{% load milestone_tags %}{% milestone_tracker workstream %}")
    workstream.refresh_from_db()
    return " ".join(template.render(Context({"workstream": workstream, "user": viewer})).split())


@pytest.mark.parametrize(
    ("here", "states"),
    [
        (None, ["next", "later", "later", "later", "later"]),
        (FIRST, ["current", "next", "later", "later", "later"]),
        (THIRD, ["done", "done", "current", "next", "later"]),
        (LAST, ["done", "done", "done", "done", "current"]),
    ],
)
def test_each_step_says_how_it_stands(world: World, here: Milestone | None, states: list[str]) -> None:
    stand_at(world.labels, here)

    assert [step.state for step in steps(world.labels)] == states


def test_the_state_is_said_in_words_and_the_current_step_is_marked(world: World) -> None:
    html = tracker(stand_at(world.labels, SECOND), world.owner)

    assert "Step 2 of 5</span> <b>Preparing a Proposal</b>" in html
    assert [html.count(word) for word in ("> Done <", "> Now <", "> Next <", "> Later <")] == [1, 1, 1, 2]
    assert html.count('aria-current="step"') == 1


def test_a_batch_before_its_fork_shows_both_branches(world: World) -> None:
    stand_at(world.labels, THIRD, "batch")
    assert steps(world.labels)[3].label == "Assembling DataSquad or Rapid Prototyping"

    world.labels.delivery_mode = DeliveryMode.DISTRIBUTED
    assert steps(world.labels)[3].label == "Rapid Prototyping"


@pytest.mark.parametrize("branch", [SQUAD, PROTOTYPE])
def test_a_batch_on_its_fork_shows_where_it_stands(world: World, branch: Milestone) -> None:
    stand_at(world.labels, branch, "batch")

    assert steps(world.labels)[3].label == branch.label


def test_a_step_was_reached_when_it_was_entered_last(world: World) -> None:
    with time_machine.travel(MONDAY) as clock:
        for to in (FIRST, SECOND):
            actions.advance(workstream=world.labels, to=to, actor=world.isr)
            clock.shift(timedelta(days=1))
        actions.go_back(workstream=world.labels, to=FIRST, actor=world.isr, reason="New scope.")
    world.labels.refresh_from_db()

    found = steps(world.labels)
    assert [step.reached_at.date().day if step.reached_at else None for step in found] == [4, None, None, None, None]
    assert "Reached</dt><dd>4 Nov 2026" in tracker(world.labels, world.owner)


def test_steps_that_salesforce_jumped_over_are_marked_until_they_are_made_up_for(world: World) -> None:
    workstream = actions.follow_salesforce(workstream=world.labels, step=3)
    assert [step.state for step in steps(workstream)] == ["skipped", "skipped", "current", "next", "later"]
    assert tracker(workstream, world.owner).count("> Skipped <") == 2

    workstream = actions.go_back(workstream=workstream, to=FIRST, actor=world.isr, reason="New scope.")
    for to in (SECOND, THIRD):
        workstream = actions.advance(workstream=workstream, to=to, actor=world.isr)
    assert [step.state for step in steps(workstream)] == ["done", "done", "current", "next", "later"]


def test_a_history_of_another_subscription_type_is_read_by_position(world: World) -> None:
    MilestoneChange.objects.create(workstream=world.labels, kind="advanced", after=PROTOTYPE, actor=world.isr)
    stand_at(world.labels, LAST, "agile")

    assert steps(world.labels)[3].reached_at is not None


def test_before_the_first_milestone_the_promise_is_told(world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(created_at=MONDAY)
    with time_machine.travel(MONDAY + timedelta(hours=1)):
        html = tracker(world.labels, world.owner)

    assert "We are checking your request" in html
    assert 'The team answers by <time datetime="2026-11-03T10:00:00+00:00" data-weekday>Tue 10:00</time>' in html


def test_a_broken_promise_is_admitted(world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(created_at=MONDAY)
    with time_machine.travel(MONDAY + timedelta(days=2)):
        assert "We are late, and sorry" in tracker(world.labels, world.owner)


def test_an_answer_of_a_person_keeps_the_promise(world: World) -> None:
    post_automatic_message(workstream=world.labels, body="Welcome")
    post_message(workstream=world.labels, author=world.owner, body="Hello?", client_key=uuid4())
    assert world.labels.pk in first_answers_owed([world.labels])

    post_message(workstream=world.labels, author=world.isr, body="Hello!", client_key=uuid4())
    assert first_answers_owed([world.labels]) == {}
    assert "ISR / Sales Colleague</bdi>, ISR / Sales" in tracker(world.labels, world.owner)


def test_nothing_is_owed_where_staff_began_or_the_request_is_decided(world: World) -> None:
    stand_at(world.scans, FIRST)
    world.labels.entry_point = EntryPoint.STAFF
    assert first_answers_owed([world.labels, world.scans]) == {}

    world.labels.entry_point = EntryPoint.HOMEPAGE
    closed = close(workstream=world.labels, actor=world.isr, reason=CloseReason.NOT_QUALIFIED)
    assert first_answers_owed([closed]) == {}
    assert "Closed before the first milestone" in tracker(closed, world.owner)


def test_a_closed_workstream_says_where_it_ended(world: World) -> None:
    stand_at(world.labels, SECOND)
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    html = tracker(world.labels, world.owner)

    assert "> Closed here <" in html
    assert html.count("> Not reached <") == 3
    assert "What we need from you" not in html


@pytest.mark.parametrize(
    ("viewer", "asked"), [("owner", True), ("member", True), ("isr", True), ("agile_worker", False)]
)
def test_what_we_need_is_for_those_who_can_answer(world: World, viewer: str, asked: bool) -> None:
    html = tracker(stand_at(world.labels, FIRST), getattr(world, viewer))

    assert ("What we need from you" in html) is asked


@pytest.mark.parametrize("length", [1, 6])
def test_the_history_costs_one_query_however_long(
    world: World, django_assert_num_queries: DjangoAssertNumQueries, length: int
) -> None:
    stand_at(world.labels, SECOND)
    for _ in range(length):
        MilestoneChange.objects.create(workstream=world.labels, kind="advanced", after=SECOND, actor=world.isr)
    template = Template("{% load milestone_tags %}{% milestone_tracker workstream %}")
    workstream = WorkStream.objects.for_page().get(pk=world.labels.pk)

    with django_assert_num_queries(1):
        template.render(Context({"workstream": workstream, "user": world.isr}))
