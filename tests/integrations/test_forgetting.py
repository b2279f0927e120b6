"""What was sent is not kept for ever, and what vendors said of a person goes with them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import erasure
from accounts.tasks import work_waiting_personal
from integrations import deliveries
from integrations.models import Delivery, InboundEvent, Mailbox, Provider
from integrations.tasks import forget_old_deliveries
from tests.conftest import World
from tests.integrations.conftest import Say
from tests.integrations.small_vendor import SmallVendor

State = Delivery.State


def numbers() -> list[int]:
    """The deliveries that are there."""
    return list(Delivery.objects.order_by("pk").values_list("data__number", flat=True))


def test_what_was_settled_long_ago_is_deleted_and_what_waits_stays(
    small_vendor: SmallVendor, world: World, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "AT_ONCE", 2)
    say(world.labels, *range(7))
    now = timezone.now()
    long_ago = {"created_at": now - timedelta(days=99), "settled_at": now - timedelta(days=91), "state": State.SENT}
    for number, values in enumerate(
        [
            long_ago,
            long_ago | {"state": State.PARKED, "settled_at": None},
            long_ago | {"settled_at": now - timedelta(days=89)},
            long_ago | {"state": State.IGNORED},
            long_ago,
            {"state": State.SENT, "settled_at": now},
        ]
    ):
        Delivery.objects.filter(data__number=number).update(**values)
    forget_old_deliveries()

    assert numbers() == [1, 2, 5, 6]
    assert deliveries.forget(before=now - timedelta(days=90)) == 0


def test_an_erased_person_is_found_in_nothing_a_vendor_told(small_vendor: SmallVendor, world: World, say: Say) -> None:
    told = {
        "of them": {"author": {"name": "Milo Member", "email": "MEMBER@acme.example"}, "body": "Hello"},
        "of another": {"author": {"name": "Milo Membership"}},
        "only in our words": {"author": {"id": "17"}},
    }
    for name, payload in told.items():
        InboundEvent.objects.create(
            provider=Provider.INTERCOM,
            dedupe_key=name,
            payload=payload,
            state=InboundEvent.State.APPLIED,
            reason="Milo Member said it." if "our words" in name else "",
            settled_at=timezone.now(),
        )
    say(world.member, 1)
    Delivery.objects.update(last_error="400: member@acme.example?", ignored_because="No milo member here.")
    erasure.erase(person=world.member, actor=world.admin)
    work_waiting_personal()

    kept = {event.dedupe_key: event for event in InboundEvent.objects.all()}
    assert kept["of them"].payload == {}
    assert kept["of another"].payload == told["of another"]
    assert kept["only in our words"].reason == "Former member said it."
    assert len(kept) == len(told)  # so a repeat is still known as one
    delivery = Delivery.objects.get(data__number=1)
    assert (delivery.last_error, delivery.ignored_because) == ("400: Former member?", "No Former member here.")
    assert Mailbox.objects.filter(person=world.member).exists()
