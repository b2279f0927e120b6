"""The sync pages: administrators see what waits at each vendor, and mend by hand what cannot mend itself."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from activity.models import Event
from integrations.models import Connector, Delivery, InboundEvent, Mailbox, Provider
from integrations.movements import movements
from tests.conftest import World
from workstreams.models import WorkStream

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, world: World, settings: Settings) -> Client:
    settings.INTERCOM_TOKEN = "on"
    client.force_login(world.admin)
    return client


def mailbox_of(workstream: WorkStream, provider: Provider = Provider.INTERCOM) -> Mailbox:
    return Mailbox.objects.create(provider=provider, key=f"workstream:{workstream.pk}", workstream=workstream)


def deliver(mailbox: Mailbox, count: int = 1, **fields: object) -> list[Delivery]:
    made = (Delivery(mailbox=mailbox, operation="message.relay", data={"number": n}, **fields) for n in range(count))
    return Delivery.objects.bulk_create(made)


def refused(world: World) -> tuple[Mailbox, Delivery, Delivery]:
    """Intercom refused the first of two deliveries."""
    mailbox = mailbox_of(world.labels)
    (first,) = deliver(mailbox, state=Delivery.State.PARKED, attempts=3, last_error="400 parameter_invalid")
    (second,) = deliver(mailbox)
    Mailbox.objects.filter(pk=mailbox.pk).update(parked_at=timezone.now(), attempts=3, due_at=None)
    return mailbox, first, second


def test_every_vendor_says_how_it_is_doing(admin: Client, world: World) -> None:
    refused(world)
    deliver(mailbox_of(world.scans), 3, created_at=timezone.now() - timedelta(hours=2))
    Connector.objects.create(
        provider=Provider.INTERCOM, last_failure_at=timezone.now(), last_error="503 service_unavailable"
    )
    page = admin.get("/sync/").content.decode()

    assert "Something waits for you" in page
    assert "503 service_unavailable" in page
    assert "Not configured" in page
    found = {one["provider"]: one for one in admin.get("/api/v1/sync/").json()["results"]}
    assert (found["intercom"]["waiting"], found["intercom"]["parked"]) == (4, 1)
    assert found["intercom"]["oldest_at"] < (timezone.now() - timedelta(minutes=90)).isoformat()
    assert found["hubspot"]["is_on"] is False


def test_the_circuit_and_its_end_are_shown(admin: Client) -> None:
    until = timezone.now() + timedelta(minutes=3)
    Connector.objects.create(provider=Provider.INTERCOM, open_until=until, open_reason="429 rate_limit_exceeded")
    page = admin.get("/sync/").content.decode()

    assert "Waiting for the vendor" in page
    assert "429 rate_limit_exceeded" in page


def test_it_costs_the_same_however_much_waits(
    admin: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first = mailbox_of(world.labels)
    deliver(first)
    for address in ("/sync/", "/sync/deliveries/", "/sync/inbound/"):
        with django_assert_max_num_queries(100) as few:
            admin.get(address)
        deliver(first, 40)
        InboundEvent.objects.bulk_create(
            InboundEvent(provider=Provider.SALESFORCE, dedupe_key=f"{address}{n}", payload={}, workstream=world.scans)
            for n in range(20)
        )
        with django_assert_max_num_queries(len(few)):
            admin.get(address)


def test_the_ledger_is_narrowed_and_paged_without_gaps(admin: Client, world: World) -> None:
    deliver(mailbox_of(world.labels), 70)
    deliver(mailbox_of(world.scans, Provider.HUBSPOT), 5, state=Delivery.State.SENT)

    seen, before = [], None
    while True:
        asked = {"vendor": "intercom", "state": "waiting"} | ({"before": before} if before else {})
        answer = admin.get("/api/v1/sync/deliveries/", asked).json()
        seen += [row["id"] for row in answer["results"]]
        before = answer["older"]
        if not before:
            break
    assert len(seen) == len(set(seen)) == 70
    assert seen == sorted(seen, reverse=True)

    page = admin.get("/sync/deliveries/?vendor=hubspot").content.decode()
    assert page.count("message.relay") == 5
    # What cannot be meant is left out instead of breaking the page.
    assert admin.get("/sync/deliveries/?vendor=nobody&before=x").status_code == 200
    assert "Nothing here" in admin.get("/sync/inbound/").content.decode()


def test_pausing_takes_a_reason_and_is_recorded(admin: Client, world: World) -> None:
    answer = admin.post("/sync/intercom/pause/", {"reason": " "})
    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()

    admin.post("/sync/intercom/pause/", {"reason": "They migrate tonight."})
    admin.post("/sync/intercom/pause/", {"reason": "Again"})
    connector = Connector.objects.get(provider=Provider.INTERCOM)
    assert (connector.paused_by, connector.pause_reason) == (world.admin, "They migrate tonight.")
    assert "They migrate tonight." in admin.get("/sync/").content.decode()

    admin.post("/sync/intercom/go-on/")
    admin.post("/sync/intercom/go-on/")
    connector.refresh_from_db()
    assert connector.paused_at is None
    assert list(Event.objects.order_by("pk").values_list("verb", flat=True)) == [
        "integrations.paused",
        "integrations.resumed",
    ]
    assert admin.post("/sync/nobody/pause/", {"reason": "x"}).status_code == 404


def test_what_was_refused_is_sent_again_from_the_head(admin: Client, world: World) -> None:
    mailbox, first, second = refused(world)
    assert "1</a> wait for you" in admin.get("/sync/").content.decode()
    version = mailbox.version
    answer = admin.post(f"/sync/deliveries/{second.pk}/replay/")
    assert answer.status_code == 409
    assert "Something before it was refused" in answer.content.decode()
    assert Mailbox.objects.filter(pk=mailbox.pk, parked_at__isnull=False).exists()

    admin.post(f"/sync/deliveries/{first.pk}/replay/")

    mailbox.refresh_from_db()
    first.refresh_from_db()
    assert first.state == Delivery.State.WAITING
    assert (mailbox.parked_at, mailbox.attempts) == (None, 0)
    assert mailbox.due_at is not None
    assert mailbox.version > version
    assert Event.objects.get().workstream == world.labels

    Delivery.objects.filter(pk=first.pk).update(state=Delivery.State.SENT, settled_at=timezone.now())
    answer = admin.post(f"/sync/deliveries/{first.pk}/replay/")
    assert answer.status_code == 409
    assert "done meanwhile" in answer.content.decode()
    assert second.state == Delivery.State.WAITING


def test_what_was_refused_is_left_out_with_a_reason(admin: Client, world: World) -> None:
    mailbox, first, second = refused(world)
    assert admin.post(f"/sync/deliveries/{first.pk}/ignore/", {"reason": ""}).status_code == 422
    assert admin.post(f"/sync/deliveries/{second.pk}/ignore/", {"reason": "x"}).status_code == 409

    admin.post(f"/sync/deliveries/{first.pk}/ignore/", {"reason": "Said by telephone."})
    first.refresh_from_db()
    mailbox.refresh_from_db()
    assert (first.state, first.ignored_by, first.ignored_because) == ("ignored", world.admin, "Said by telephone.")
    assert mailbox.due_at is not None
    assert mailbox.parked_at is None
    assert "Said by telephone." in admin.get(f"/sync/deliveries/{first.pk}/").content.decode()


def test_an_event_that_could_not_be_worked_is_worked_again_or_left_out(admin: Client) -> None:
    event = InboundEvent.objects.create(
        provider=Provider.SALESFORCE,
        dedupe_key="1",
        payload={"stageName": "Hush-hush stage"},
        state="failed",
        attempts=8,
    )
    page = admin.get(f"/sync/inbound/{event.pk}/").content.decode()
    assert "Hush-hush" not in page, "the payload is shown by its digest only"

    admin.post(f"/sync/inbound/{event.pk}/replay/")
    event.refresh_from_db()
    assert (event.state, event.attempts) == ("received", 0)
    assert admin.post(f"/sync/inbound/{event.pk}/ignore/", {"reason": "x"}).status_code == 409

    InboundEvent.objects.filter(pk=event.pk).update(state="failed")
    admin.post(f"/sync/inbound/{event.pk}/ignore/", {"reason": "A test of theirs"})
    event.refresh_from_db()
    assert event.state == "ignored"
    assert "A test of theirs" in event.reason


def test_the_data_flow_is_printed_from_the_code(admin: Client) -> None:
    page = admin.get("/sync/data-flow/").content.decode()
    for provider in Provider:
        assert movements.of(provider), f"{provider.label} declares none of its movements"
        for movement in movements.of(provider):
            assert movement.name in page
