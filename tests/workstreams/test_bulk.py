"""Several WorkStreams at once: choosing, what is said beforehand, doing it once, and undoing it."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.models.signals import post_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.capabilities import Role
from accounts.errors import NotAllowed
from accounts.models import User
from activity.models import Event
from chat.actions import post_message
from notifications.models import Mail
from tests.conftest import World
from tests.factories import ColleagueFactory, WorkStreamFactory, join
from tests.races import all_at_once
from workstreams import actions, bulk
from workstreams.choices import CloseReason, SubscriptionType
from workstreams.errors import NotConfirmable, NothingChosen, TooLateToUndo, TooMany
from workstreams.grid import GridQuery
from workstreams.models import Membership, WorkStream
from workstreams.runs import UNDO_WITHIN, BulkChange, BulkItem

CHOOSE = reverse("workstreams:bulk_choose")
LEAD, CLOSE = BulkChange.Kind.LEAD, BulkChange.Kind.CLOSE


def planned(actor: User, kind: BulkChange.Kind, *workstreams: WorkStream, **choice: Any) -> BulkChange:
    """A plan that says whom or why."""
    ids = [workstream.pk for workstream in workstreams]
    found = bulk.plan(actor=actor, kind=kind, ids=ids, question="", public_id=uuid4())
    return bulk.choose(bulk=found, actor=actor, **choice) if choice else found


def done(plan: BulkChange, *, seconds: float = 60) -> BulkChange:
    """The plan, confirmed and carried out."""
    bulk.carry_on(bulk.confirm(bulk=plan, actor=plan.actor), seconds=seconds)
    return BulkChange.objects.get(pk=plan.pk)


def undone(change: BulkChange) -> BulkChange:
    bulk.carry_on(bulk.undo(bulk=change, actor=change.actor), seconds=60)
    return BulkChange.objects.get(pk=change.pk)


def states(change: BulkChange) -> dict[str, str]:
    return {item.workstream.name: item.state for item in change.items.select_related("workstream")}


def fresh(workstream: WorkStream) -> WorkStream:
    return WorkStream.objects.select_related("lead").get(pk=workstream.pk)


# --- Choosing


def test_the_chosen_rows_get_a_new_lead(client: Client, world: World) -> None:
    client.force_login(world.isr)
    grid = client.get("/workstreams/?lead=any").text
    assert f'name="chosen" value="{world.labels.public_id}" form="bulk"' in grid

    chosen = {"act": "lead", "chosen": [world.labels.public_id, world.scans.public_id], "question": "?lead=any"}
    page = client.post(CHOOSE, chosen, follow=True)
    here = page.redirect_chain[-1][0]
    page = client.post(here, {"lead": world.architect.public_id}, follow=True)
    assert "becomes WorkStream Lead of <b>2 WorkStreams</b>" in page.text
    assert fresh(world.labels).lead is None
    page = client.post(here + "confirm/", follow=True)

    assert "<b>2 now led by" in page.text
    assert fresh(world.labels).lead == fresh(world.scans).lead == world.architect
    assert 'href="/workstreams/?lead=any"' in page.text


def test_all_that_match_are_closed(client: Client, world: World) -> None:
    client.force_login(world.isr)
    page = client.post(CHOOSE, {"act": "close", "all": "1", "question": "?type=batch"}, follow=True)
    here = page.redirect_chain[-1][0]
    page = client.post(here, {"reason": "completed", "note": "Thank you."}, follow=True)
    assert "They read this note" in page.text
    client.post(here + "confirm/")

    assert fresh(world.scans).close_reason == CloseReason.COMPLETED
    assert fresh(world.scans).close_note == "Thank you."
    assert fresh(world.labels).is_open


@pytest.mark.parametrize("chosen", [[], ["x", "\x00"], ["00000000-0000-4000-8000-000000000000"]])
def test_nothing_chosen_is_said(chosen: list[str], client: Client, world: World) -> None:
    client.force_login(world.isr)
    response = client.post(CHOOSE, {"act": "lead", "chosen": chosen})

    assert response.status_code == 422
    assert "Choose at least one WorkStream" in response.text
    assert not BulkChange.objects.exists()


def test_at_most_a_thousand_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    third = WorkStreamFactory.create(owner=world.owner)
    assert len(bulk.matching_ids(actor=world.isr, query=GridQuery(name="s"))) == 2
    with pytest.raises(TooMany):
        bulk.matching_ids(actor=world.isr, query=GridQuery())
    with pytest.raises(TooMany):
        bulk.chosen_ids(actor=world.isr, public_ids=[uuid4() for _ in range(3)])
    with pytest.raises(TooMany):
        planned(world.isr, LEAD, world.labels, world.scans, third)


@pytest.mark.parametrize("who", ["owner", "member", "stranger", "agile_worker"])
def test_clients_and_agile_workers_are_refused(who: str, client: Client, world: World) -> None:
    person = getattr(world, who)
    client.force_login(person)
    response = client.post(CHOOSE, {"act": "close", "chosen": [world.labels.public_id]})

    assert response.status_code == 403
    with pytest.raises((NotAllowed, NothingChosen)):
        planned(person, CLOSE, world.labels)
    assert not BulkChange.objects.exists()


@pytest.mark.parametrize("path", ["", "confirm/", "undo/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_a_colleague_began_does_not_exist_for_another(
    path: str, method: str, client: Client, world: World
) -> None:
    plan = planned(world.isr, LEAD, world.labels, lead=world.architect)
    client.force_login(world.admin)

    assert getattr(client, method)(plan.get_absolute_url() + path).status_code == 404
    assert fresh(world.labels).lead is None


# --- Whom, why, and what will happen


@pytest.mark.parametrize("who", ["owner", "agile_worker", "left", "nobody"])
def test_only_active_colleagues_can_be_chosen(who: str, client: Client, world: World) -> None:
    person = ColleagueFactory.create(is_active=False) if who == "left" else getattr(world, who, None)
    plan = planned(world.isr, LEAD, world.labels)
    client.force_login(world.isr)
    response = client.post(plan.get_absolute_url(), {"lead": person.public_id if person else ""})

    assert response.status_code == 422
    assert "colleague." in response.text
    with pytest.raises(NotConfirmable):
        bulk.confirm(bulk=plan, actor=world.isr)


def test_the_confirmation_says_what_changes_what_is_so_already_and_what_cannot_be(world: World) -> None:
    closed = WorkStreamFactory.create(owner=world.owner)
    actions.close(workstream=closed, actor=world.isr, reason=CloseReason.LOST)
    plan = planned(world.isr, CLOSE, world.labels, world.scans, closed, reason="completed")
    preview = bulk.preview(plan)

    assert [item.workstream for item in preview.changes] == [world.scans]
    assert [item.workstream for item in preview.already] == [closed]
    assert [(item.workstream, why) for item, why in preview.refused] == [
        (world.labels, "Only a BATCH job can be completed.")
    ]
    assert states(done(plan)) == {"Street labels": "refused", "Invoice scans": "changed", closed.name: "already"}
    assert fresh(closed).close_reason == CloseReason.LOST


def test_a_lead_somebody_chose_meanwhile_stays(world: World) -> None:
    plan = planned(world.isr, LEAD, world.labels, world.scans, lead=world.architect)
    actions.set_lead(workstream=world.labels, actor=world.admin, lead=world.delivery)
    change = done(plan)

    assert states(change) == {"Street labels": "refused", "Invoice scans": "changed"}
    assert "Delivery Squad Colleague is WorkStream Lead meanwhile" in change.items.get(state="refused").reason
    assert fresh(world.labels).lead == world.delivery


# --- Once


def test_confirming_twice_does_it_once(client: Client, world: World) -> None:
    plan = planned(world.isr, LEAD, world.labels, lead=world.architect)
    client.force_login(world.isr)
    client.post(plan.get_absolute_url() + "confirm/")
    client.post(plan.get_absolute_url() + "confirm/")

    assert [event.verb for event in Event.objects.order_by("id")] == [
        "workstream.member_added",
        "workstream.lead_set",
        "workstream.bulk_done",
    ]


def test_planning_twice_under_one_id_plans_once(world: World) -> None:
    mine = uuid4()
    ids = [world.labels.pk]
    first = bulk.plan(actor=world.isr, kind=LEAD, ids=ids, question="", public_id=mine)
    assert bulk.plan(actor=world.isr, kind=LEAD, ids=ids, question="", public_id=mine) == first
    with pytest.raises(NotAllowed):
        bulk.plan(actor=world.admin, kind=LEAD, ids=ids, question="", public_id=mine)
    assert first.items.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_do_each_row_once(world: World) -> None:
    plan = planned(world.isr, LEAD, world.labels, world.scans, lead=world.architect)
    bulk.confirm(bulk=plan, actor=world.isr)
    all_at_once(
        world.labels,
        lambda: bulk.carry_on(plan, seconds=60),
        lambda: actions.close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST),
    )
    bulk.work_waiting()

    assert Event.objects.filter(verb="workstream.lead_set").count() == 2
    assert BulkChange.objects.get().state == "done"
    assert Event.objects.filter(verb="workstream.bulk_done").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_holds_is_left_out_by_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LOCK_WAIT", "50ms")
    plan = planned(world.isr, CLOSE, world.labels, world.scans, reason="lost")
    with transaction.atomic():
        WorkStream.objects.select_for_update().get(pk=world.labels.pk)
        thread = threading.Thread(target=in_a_connection_of_its_own, args=[plan])
        thread.start()
        thread.join()
    change = BulkChange.objects.get()

    assert states(change) == {"Street labels": "refused", "Invoice scans": "changed"}
    assert "Somebody else was changing it" in change.items.get(state="refused").reason


def in_a_connection_of_its_own(plan: BulkChange) -> None:
    try:
        done(plan)
    finally:
        connection.close()


def test_what_a_request_has_no_time_for_a_worker_does(world: World) -> None:
    plan = planned(world.isr, CLOSE, world.labels, world.scans, reason="lost")
    begun = done(plan, seconds=0)
    assert begun.state == "running"
    assert sorted(states(begun).values()) == ["changed", "waiting"]

    bulk.work_waiting()
    assert BulkChange.objects.get().state == "done"
    assert set(states(plan).values()) == {"changed"}


def test_a_process_that_died_is_followed_by_another_after_its_lease(world: World) -> None:
    plan = bulk.confirm(bulk=planned(world.isr, CLOSE, world.labels, reason="lost"), actor=world.isr)
    bulk.work_waiting()
    assert BulkChange.objects.get().state == "running"  # its request is still at it

    BulkChange.objects.filter(pk=plan.pk).update(due_at=timezone.now())
    bulk.work_waiting()
    assert BulkChange.objects.get().state == "done"


def test_whoever_left_meanwhile_changes_nothing_more(world: World) -> None:
    plan = bulk.confirm(bulk=planned(world.isr, CLOSE, world.labels, reason="lost"), actor=world.isr)
    User.objects.filter(pk=world.isr.pk).update(is_active=False)
    bulk.carry_on(plan)

    assert states(plan) == {"Street labels": "refused"}
    assert fresh(world.labels).is_open


def test_whoever_loses_the_role_while_it_runs_changes_nothing_more(world: World) -> None:
    plan = planned(world.isr, BulkChange.Kind.CLOSE, world.labels, world.scans, reason=CloseReason.LOST)

    def demote(**_: object) -> None:
        User.objects.filter(pk=world.isr.pk).update(role=Role.CLIENT)

    post_save.connect(demote, sender=BulkItem)
    try:
        change = done(plan)
    finally:
        post_save.disconnect(demote, sender=BulkItem)

    assert states(change) == {"Street labels": "changed", "Invoice scans": "refused"}
    assert fresh(world.scans).is_open


def test_plans_nobody_confirmed_are_forgotten_after_a_day(world: World) -> None:
    old, new = planned(world.isr, LEAD, world.labels), planned(world.isr, LEAD, world.labels)
    BulkChange.objects.filter(pk=old.pk).update(created_at=timezone.now() - bulk.FORGET_PLANS_AFTER)
    bulk.work_waiting()

    assert list(BulkChange.objects.all()) == [new]


# --- Who is told


def test_people_are_told_once_of_all(world: World) -> None:
    others = [WorkStreamFactory.create(owner=world.owner, lead=world.delivery, name=f"Led {n}") for n in range(3)]
    change = done(planned(world.isr, LEAD, world.labels, *others, lead=world.architect))

    mails = {mail.recipients[0]: mail for mail in Mail.objects.all()}
    assert set(mails) == {world.architect.email, world.delivery.email}
    assert mails[world.architect.email].subject == "You lead 4 more WorkStreams"
    assert "Street labels" in mails[world.architect.email].text
    assert mails[world.delivery.email].subject == "You lead 3 WorkStreams less"

    undone(change)
    assert Mail.objects.count() == 4
    assert {mail.subject for mail in Mail.objects.all()[:2]} == {
        "You do not lead 4 WorkStreams after all",
        "You lead 3 WorkStreams again",
    }


def test_closing_many_and_undoing_it_sends_nothing(world: World) -> None:
    undone(done(planned(world.isr, CLOSE, world.labels, world.scans, reason="lost")))
    assert not Mail.objects.exists()


# --- Undoing


def test_undoing_gives_back_who_led_and_takes_off_who_joined(client: Client, world: World) -> None:
    led = WorkStreamFactory.create(owner=world.owner, lead=world.delivery, members=[world.delivery])
    change = done(planned(world.isr, LEAD, world.labels, led, lead=world.architect))
    client.force_login(world.isr)
    page = client.post(change.get_absolute_url() + "undo/", follow=True)

    assert "<b>2 put back</b>" in page.text
    assert fresh(world.labels).lead is None
    assert fresh(led).lead == world.delivery
    assert not Membership.objects.filter(user=world.architect).exists()


def test_who_was_a_member_before_or_wrote_since_stays_one(world: World) -> None:
    join(world.scans, world.architect)
    change = done(planned(world.isr, LEAD, world.labels, world.scans, lead=world.architect))
    post_message(workstream=world.labels, author=world.architect, body="Hello!", client_key=uuid4())
    undone(change)

    assert Membership.objects.filter(user=world.architect).count() == 2


def test_what_somebody_changed_since_is_left_alone_and_named(client: Client, world: World) -> None:
    change = done(planned(world.isr, LEAD, world.labels, world.scans, lead=world.architect))
    actions.set_lead(workstream=fresh(world.labels), actor=world.admin, lead=world.delivery)
    client.force_login(world.isr)
    page = client.post(change.get_absolute_url() + "undo/", follow=True)

    assert fresh(world.labels).lead == world.delivery
    assert "Delivery Squad Colleague was made WorkStream Lead since." in page.text
    assert fresh(world.scans).lead is None


def test_there_and_back_again_by_others_is_a_change_too(world: World) -> None:
    change = done(planned(world.isr, LEAD, world.labels, lead=world.architect))
    for lead in (world.delivery, world.architect):
        actions.set_lead(workstream=fresh(world.labels), actor=world.admin, lead=lead)
    closed = done(planned(world.isr, CLOSE, world.scans, reason="lost"))
    actions.reopen(workstream=world.scans, actor=world.admin)
    actions.close(workstream=world.scans, actor=world.admin, reason=CloseReason.DUPLICATE)

    assert states(undone(change)) == {"Street labels": "kept"}
    assert states(undone(closed)) == {"Invoice scans": "kept"}
    assert fresh(world.labels).lead == world.architect
    assert not fresh(world.scans).is_open


def test_a_former_lead_who_left_is_not_put_back(world: World) -> None:
    led = WorkStreamFactory.create(owner=world.owner, lead=world.delivery)
    change = done(planned(world.isr, LEAD, led, lead=world.architect))
    User.objects.filter(pk=world.delivery.pk).update(is_active=False)
    change = undone(change)

    assert fresh(led).lead == world.architect
    assert "choose an active team member" in change.items.get().reason


def test_closing_is_undone_by_reopening(world: World) -> None:
    change = undone(done(planned(world.isr, CLOSE, world.labels, reason="lost", note="Sorry.")))
    assert fresh(world.labels).is_open
    assert states(change) == {"Street labels": "put_back"}
    assert Event.objects.filter(verb="workstream.reopened").count() == 1

    undone(change)
    assert Event.objects.filter(verb="workstream.reopened").count() == 1


def test_undo_is_offered_for_half_an_hour(client: Client, world: World) -> None:
    change = done(planned(world.isr, CLOSE, world.labels, reason="lost"))
    client.force_login(world.isr)
    assert ">Undo</button>" in client.get(change.get_absolute_url()).text
    BulkChange.objects.filter(pk=change.pk).update(done_at=timezone.now() - UNDO_WITHIN)
    assert ">Undo</button>" not in client.get(change.get_absolute_url()).text

    response = client.post(change.get_absolute_url() + "undo/")
    assert response.status_code == 409
    assert not fresh(world.labels).is_open
    with pytest.raises(TooLateToUndo):
        bulk.undo(bulk=planned(world.isr, LEAD, world.labels, lead=world.isr), actor=world.isr)


# --- The page costs the same however many are chosen


@pytest.mark.parametrize("rows", [1, 6])
def test_the_confirmation_costs_the_same_however_many(
    rows: int, client: Client, world: World, django_assert_num_queries: Any
) -> None:
    many = WorkStreamFactory.create_batch(rows, lead=world.isr, subscription_type=SubscriptionType.BATCH)
    plan = planned(world.isr, LEAD, *many, lead=world.architect)
    client.force_login(world.isr)
    with django_assert_num_queries(4):  # session, user, plan, its items with what is printed
        client.get(plan.get_absolute_url())


def test_progress_is_a_part_of_the_page_that_asks_for_itself(client: Client, world: World) -> None:
    plan = planned(world.isr, CLOSE, world.labels, world.scans, reason="lost")
    done(plan, seconds=0)
    client.force_login(world.isr)
    part = client.get(plan.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "bulk"}).text

    assert "<html" not in part
    assert 'hx-trigger="every 1s"' in part
    assert "1 of 2 still to do" in part
    assert BulkItem.objects.filter(state="waiting").count() == 1


def test_progress_of_undoing_counts_what_was_changed(client: Client, world: World) -> None:
    many = WorkStreamFactory.create_batch(3, owner=world.owner, subscription_type=SubscriptionType.BATCH)
    change = done(planned(world.isr, CLOSE, world.labels, *many, reason="completed"))
    client.force_login(world.isr)
    assert "Left out: 1" in client.get(change.get_absolute_url()).text

    bulk.carry_on(bulk.undo(bulk=change, actor=world.isr), seconds=0)
    page = client.get(change.get_absolute_url()).text
    assert "2 of 3 still to do" in page
    bulk.work_waiting()
    page = client.get(change.get_absolute_url()).text
    assert "<b>3 put back</b>" in page
    assert "Only a BATCH job" not in page
