"""The Activity tab of the administration screen."""

from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activity.record import record
from chat.actions import post_message
from tests.conftest import World
from workstreams import actions
from workstreams.choices import CloseReason
from workstreams.models import WorkStream


def url(workstream: WorkStream) -> str:
    return f"/workstreams/{workstream.public_id}/administration/activity/"


def test_it_tells_who_did_what_newest_first(client: Client, world: World) -> None:
    actions.set_lead(workstream=world.labels, actor=world.isr, lead=world.isr)
    actions.close(workstream=world.labels, actor=world.admin, reason=CloseReason.LOST)
    actions.set_lead(workstream=world.scans, actor=world.isr, lead=world.isr)
    client.force_login(world.architect)
    entries = client.get(url(world.labels)).context["entries"]

    assert [(event.actor_name, words) for event, words in entries] == [
        ("Administrator Colleague", "closed the WorkStream as “Lost”"),
        ("ISR / Sales Colleague", "became WorkStream Lead"),
        ("ISR / Sales Colleague", "joined"),
    ]


def test_it_is_paged_without_gaps_or_repeats(client: Client, world: World) -> None:
    with transaction.atomic():
        ids = [record("workstream.reopened", actor=world.isr, workstream=world.labels).pk for _ in range(65)]
    client.force_login(world.isr)
    seen, address = [], url(world.labels)
    while address:
        context = client.get(address).context
        seen += [event.pk for event, _ in context["entries"]]
        address = f"{url(world.labels)}?before={context['older']}" if context["older"] else ""

    assert seen == ids[::-1]


def test_messages_are_shown_when_asked_for(client: Client, world: World) -> None:
    post_message(workstream=world.labels, author=world.owner, body="Hello!", client_key=uuid4())
    client.force_login(world.isr)
    assert client.get(url(world.labels)).context["entries"] == []
    assert "Nothing has changed yet." in client.get(url(world.labels)).text
    assert "wrote message 1" in client.get(url(world.labels) + "?all").text


@pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "1.5", "٣"])
def test_a_strange_page_number_is_no_error(before: str, client: Client, world: World) -> None:
    client.force_login(world.isr)
    assert client.get(url(world.labels), {"before": before}).status_code == 200


def test_what_people_typed_is_escaped(client: Client, world: World) -> None:
    with transaction.atomic():
        record("workstream.edited", actor=world.isr, workstream=world.labels, data={"words": ["<script>x</script>"]})
    client.force_login(world.isr)
    assert "edited &lt;script&gt;x" in client.get(url(world.labels)).text


def test_more_events_cost_no_more_queries(client: Client, world: World) -> None:
    client.force_login(world.isr)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(url(world.labels))
        return len(captured)

    few = queries()
    with transaction.atomic():
        for person in (world.isr, world.admin, world.owner, world.architect, world.isr, world.member):
            record("workstream.reopened", actor=person, workstream=world.labels)
    assert queries() == few


@pytest.mark.parametrize(("who", "status"), [("owner", 403), ("agile_worker", 403), ("stranger", 404)])
def test_clients_and_agile_workers_do_not_read_it(who: str, status: int, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    assert client.get(url(world.labels)).status_code == status


def test_the_api_tells_the_same_in_pages(client: Client, world: World) -> None:
    actions.set_lead(workstream=world.labels, actor=world.isr, lead=world.isr)
    actions.close(workstream=world.labels, actor=world.admin, reason=CloseReason.LOST)
    post_message(workstream=world.labels, author=world.isr, body="Hello!", client_key=uuid4())
    client.force_login(world.architect)
    address = f"/api/v1/workstreams/{world.labels.public_id}/activity/"

    def told(asked: str) -> list[tuple[str, str]]:
        found, following = [], address + asked
        while following:
            page = client.get(following).json()
            found += [(each["actor"], each["verb"]) for each in page["results"]]
            following = page["next"]
        return found

    assert told("?page_size=2") == [
        ("Administrator Colleague", "workstream.closed"),
        ("ISR / Sales Colleague", "workstream.lead_set"),
        ("ISR / Sales Colleague", "workstream.member_added"),
    ]
    assert told("?all=true")[0] == ("ISR / Sales Colleague", "chat.message_posted")
    assert client.get(address).json()["results"][0]["says"] == "closed the WorkStream as “Lost”"
