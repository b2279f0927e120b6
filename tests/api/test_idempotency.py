"""A POST that is sent again happens once."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from accounts.capabilities import Role
from accounts.models import User
from activity.models import Event
from api.models import RememberedAnswer
from api.tasks import forget_old_answers
from tests.api.caller import Caller
from tests.conftest import World
from tests.races import PATIENCE, all_at_once
from workstreams.models import WorkStream

NEW = {"new_organization": "Umbra", "name": "Signs"}


def _until_somebody_waits() -> None:
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("Nobody came to wait for the row.")


def started() -> int:
    """How many WorkStreams of that name there are."""
    return WorkStream.objects.filter(name="Signs").count()


def test_the_second_gets_the_answer_of_the_first(world: World) -> None:
    caller, key = Caller(world.isr), str(uuid4())
    first = caller.post("/workstreams/", NEW, Idempotency_Key=key)
    second = caller.post("/workstreams/", NEW, Idempotency_Key=key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert not first.has_header("Idempotent-Replayed")
    assert second["Idempotent-Replayed"] == "true"
    assert second["Content-Type"] == "application/json"
    assert second["ETag"] == first["ETag"]
    assert started() == 1


def test_who_lost_a_role_is_not_told_again_what_it_was_told(world: World) -> None:
    caller = Caller(world.isr)
    caller.post("/workstreams/", NEW, Idempotency_Key="one")
    User.objects.filter(pk=world.isr.pk).update(role=Role.CLIENT)
    response = caller.post("/workstreams/", NEW, Idempotency_Key="one")

    assert (response.status_code, response.json()["code"]) == (422, "key_used_before")


def test_without_a_key_each_one_counts(world: World) -> None:
    caller = Caller(world.isr)
    for _ in range(2):
        caller.post("/workstreams/", {"organization": str(world.acme.public_id), "name": "Signs"})

    assert started() == 2


def test_a_key_belongs_to_one_request(world: World) -> None:
    caller = Caller(world.isr)
    caller.post("/workstreams/", NEW, Idempotency_Key="one")
    other_body = caller.post("/workstreams/", {**NEW, "name": "Other"}, Idempotency_Key="one")
    other_place = caller.post(f"/workstreams/{world.labels.public_id}/take/", NEW, Idempotency_Key="one")

    for response in (other_body, other_place):
        assert (response.status_code, response.json()["code"]) == (422, "key_used_before")
    assert WorkStream.objects.filter(name="Other").count() == 0


def test_people_do_not_share_keys(world: World) -> None:
    Caller(world.isr).post("/workstreams/", NEW, Idempotency_Key="one")
    response = Caller(world.admin).post("/workstreams/", {**NEW, "new_organization": "Other"}, Idempotency_Key="one")

    assert response.status_code == 201
    assert started() == 2


def test_what_was_refused_changed_nothing_and_may_be_sent_again(world: World) -> None:
    caller = Caller(world.isr)
    refused = caller.post("/workstreams/", {**NEW, "first_person": world.stranger.email}, Idempotency_Key="one")

    assert refused.status_code == 422
    assert not Event.objects.filter(verb="accounts.organization_created").exists()
    assert caller.post("/workstreams/", NEW, Idempotency_Key="one").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "ü", "a\tb"])
def test_a_key_nobody_could_have_meant_is_refused(key: str, world: World) -> None:
    response = Caller(world.isr).post("/workstreams/", NEW, Idempotency_Key=key)

    assert (response.status_code, started()) == (400, 0)


def test_keys_are_remembered_for_a_day(world: World) -> None:
    Caller(world.isr).post("/workstreams/", NEW, Idempotency_Key="one")

    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        forget_old_answers()
        assert RememberedAnswer.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        again = Caller(world.isr).post("/workstreams/", {**NEW, "new_organization": "Other"}, Idempotency_Key="one")
        assert again.status_code == 201
        forget_old_answers()
        assert RememberedAnswer.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=50)):
        forget_old_answers()
        assert RememberedAnswer.objects.count() == 0


def test_a_key_nobody_may_use_opens_nothing(world: World) -> None:
    """The answer of the first is for its person, and for nobody who learns the key."""
    Caller(world.isr).post(f"/workstreams/{world.labels.public_id}/take/", {}, Idempotency_Key="one")
    response = Caller(world.stranger).post(f"/workstreams/{world.labels.public_id}/take/", {}, Idempotency_Key="one")

    assert response.status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told_to_wait(world: World) -> None:
    """The first waits for a row that is held; meanwhile the second is answered, and does nothing."""
    caller = Caller(world.isr)
    address = f"/workstreams/{world.labels.public_id}/take/"
    answers: list[tuple[int, str]] = []

    def ask() -> None:
        response = caller.post(address, {}, Idempotency_Key="one")
        answers.append((response.status_code, response.json().get("code", "")))

    def ask_while_the_first_waits() -> None:
        _until_somebody_waits()
        ask()
        with transaction.atomic():  # the race begins when both wait
            WorkStream.objects.select_for_update().get(pk=world.labels.pk)

    all_at_once(world.labels, ask, ask_while_the_first_waits)

    assert sorted(answers) == [(200, ""), (409, "still_running")]
    assert Event.objects.filter(verb="workstream.lead_set").count() == 1
    again = caller.post(address, {}, Idempotency_Key="one")
    assert again["Idempotent-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
@override_settings(ROOT_URLCONF="tests.api.test_refusals")
def test_a_crash_leaves_no_lock_behind(world: World) -> None:
    caller = Caller(world.isr)

    for _ in range(2):
        assert caller.post("/breaks/", {}, Idempotency_Key="one").json()["code"] == "refused"
    assert RememberedAnswer.objects.count() == 0
