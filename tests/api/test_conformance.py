"""Requests made from the API's own description: whatever is asked, the answer is one that it describes.

The requests are the same in every run. `API_EXAMPLES` asks more of each operation than a run of all tests should.
"""

import os
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from pytest_django import Settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from accounts.models import User
from chat.actions import post_message, post_note
from subscriptions.models import AgileTerms, BatchTerms, LeanTerms
from tests.api.caller import token_of
from tests.conftest import World
from tests.factories import WorkStreamFactory
from tests.integrations.conftest import OPPORTUNITY
from tests.milestones.steps import SECOND, THIRD, both_go_ahead, stand_at
from workstreams import saved_views
from workstreams.actions import close, set_lead
from workstreams.choices import CloseReason, Milestone
from workstreams.models import WorkStream

EXAMPLES = int(os.environ.get("API_EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]


@pytest.fixture(autouse=True)
def _one_connection(settings: Settings) -> Iterator[None]:
    """The requests are part of the test's transaction, so no request may close its connection, as Django would."""
    settings.ALLOWED_HOSTS = ["localhost"]
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def furnish(world: World) -> dict[str, list[UUID]]:
    """WorkStreams of every type and in many states, with people, words and terms; the ids to put into addresses."""
    set_lead(workstream=world.labels, actor=world.isr, lead=world.isr)
    for person in (world.owner, world.isr, world.member):
        post_message(workstream=world.labels, author=person, body="Hello “there” <b>\n🙂", client_key=uuid4())
    post_note(workstream=world.labels, author=world.isr, body="Between us", client_key=uuid4())
    AgileTerms.objects.create(workstream=world.labels, hours_per_month=300, billing_method="yearly", monthly_fees=12)
    reviewed = WorkStreamFactory.create(name="Reviewed", owner=world.owner, members=[world.member])
    both_go_ahead(stand_at(reviewed, THIRD, "batch"), world)
    BatchTerms.objects.create(workstream=reviewed, total_units=9, estimated_price_low=1, estimated_price_high=2)
    lean = stand_at(WorkStreamFactory.create(name="Lean", owner=world.owner), Milestone.PROCESSING_DATA, "lean")
    LeanTerms.objects.create(workstream=lean, package="kilofactory", unit_price="0.0425", seconds_per_unit="1.5")
    tied = stand_at(WorkStreamFactory.create(name="Tied", owner=world.owner), SECOND)
    WorkStream.objects.filter(pk=tied.pk).update(opportunity_id=OPPORTUNITY)
    shut = WorkStreamFactory.create(name="Shut", owner=world.owner)
    close(workstream=shut, actor=world.isr, reason=CloseReason.LOST, note="Too dear")
    view = saved_views.save_view(actor=world.admin, name="Mine", query="type=batch", is_shared=True)
    rows = [world.labels, reviewed, lean, tied, shut, world.scans]
    return {"public_id": [row.public_id for row in rows], "view_id": [view.public_id]}


@pytest.mark.parametrize("who", ["admin", "owner"])
def test_whatever_is_asked_the_answer_is_a_described_one(who: str, world: World) -> None:
    ids = furnish(world)
    person: User = getattr(world, who)
    headers = {"Authorization": f"Bearer {token_of(person)}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application(), headers=headers)
    asked, problems = 0, []
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                asked += _ask(operation, mode, headers, ids)
            except FailureGroup as failures:
                problems.append(f"{operation.label}: {failures.exceptions}")

    assert not problems, "\n\n".join(problems)
    assert asked > EXAMPLES * 40


def _ask(
    operation: APIOperation[Any, Any, Any, Any], mode: GenerationMode, headers: dict[str, str], ids: dict[str, Any]
) -> int:
    """Ask one operation a few times; how often it was."""
    count = 0

    @limits(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def once(case: Case[Any], data: st.DataObject) -> None:
        nonlocal count
        count += 1
        for name in case.path_parameters:
            # Mostly something that is there.
            if name in ids and data.draw(st.integers(0, 7)):
                case.path_parameters[name] = str(data.draw(st.sampled_from(ids[name])))
        if case.method == "PATCH" and data.draw(st.booleans()):
            case.headers["If-Match"] = "*"
        with transaction.atomic():
            response = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    once()
    return count
