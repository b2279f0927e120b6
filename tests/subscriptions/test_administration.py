"""The Subscription tab of the administration screen."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.errors import NotAllowed
from activity.models import Event
from milestones.models import MilestoneChange
from subscriptions import actions
from subscriptions.models import AgileTerms, BatchTerms
from tests.conftest import World
from workstreams.actions import close
from workstreams.choices import CloseReason, SubscriptionType
from workstreams.errors import ReasonMissing
from workstreams.models import WorkStream


def tab(workstream: WorkStream) -> str:
    """The tab's address."""
    return reverse("subscriptions:administration", args=[workstream.public_id])


@pytest.mark.parametrize("who", ["owner", "member", "agile_worker"])
def test_it_is_for_colleagues(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))

    assert client.get(tab(world.labels)).status_code == 403
    assert client.post(tab(world.labels), {"hours_per_month": "9"}).status_code == 403
    assert client.post(f"{tab(world.labels)}type/", {"to": "lean"}).status_code == 403
    assert not AgileTerms.objects.exists()


def test_colleagues_fill_in_everything_prices_included(client: Client, world: World) -> None:
    client.force_login(world.architect)
    sent = {"hours_per_month": "400", "monthly_fees": "8000.50", "specialists_low": "4", "specialists_high": "6"}
    client.post(tab(world.labels), sent)

    terms = AgileTerms.objects.get()
    assert (terms.monthly_fees, terms.specialists_low, terms.specialists_high) == (Decimal("8000.50"), 4, 6)


@pytest.mark.parametrize(("hours", "said"), [("199", True), ("200", False), ("2000", False), ("2001", True)])
def test_unusual_hours_are_saved_with_a_word_about_it(hours: str, said: bool, client: Client, world: World) -> None:
    client.force_login(world.isr)
    page = client.post(tab(world.labels), {"hours_per_month": hours}, follow=True).content.decode()

    assert AgileTerms.objects.get().hours_per_month == int(hours)
    assert ("is unusual" in page) == said


def test_a_price_outside_its_range_takes_a_reason_which_stays_with_it(client: Client, world: World) -> None:
    client.force_login(world.isr)
    sent = {"estimated_price_low": "1000", "estimated_price_high": "2000", "project_price": "2500"}
    refused = client.post(tab(world.scans), sent)
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    assert not BatchTerms.objects.exists()

    page = client.post(tab(world.scans), sent | {"project_price_reason": "Rush job"}, follow=True).content.decode()
    assert "lies outside its estimated range" in page
    assert BatchTerms.objects.get().project_price_reason == "Rush job"
    with pytest.raises(ReasonMissing):
        actions.edit_terms(workstream=world.scans, actor=world.isr, values={"project_price_reason": " "})


def test_a_price_back_inside_its_range_needs_no_reason_any_more(client: Client, world: World) -> None:
    BatchTerms.objects.create(
        workstream=world.scans,
        estimated_price_low=1000,
        estimated_price_high=2000,
        project_price=2500,
        project_price_reason="Rush job",
    )
    actions.edit_terms(workstream=world.scans, actor=world.isr, values={"project_price": Decimal(1500)})

    assert BatchTerms.objects.get().project_price_reason == ""


def test_the_yearly_discount_is_a_setting(client: Client, world: World, settings: Settings) -> None:
    AgileTerms.objects.create(workstream=world.labels, billing_method="yearly")
    client.force_login(world.owner)
    settings.YEARLY_DISCOUNT_PERCENT = Decimal("12.5")
    assert "a discount of 12.5\u00a0%" in client.get(world.labels.get_absolute_url()).content.decode()
    settings.YEARLY_DISCOUNT_PERCENT = Decimal(0)
    assert "discount" not in client.get(world.labels.get_absolute_url()).content.decode()


def test_changing_the_type_keeps_the_old_terms_as_history(client: Client, world: World) -> None:
    AgileTerms.objects.create(workstream=world.labels, hours_per_month=400)
    client.force_login(world.isr)
    page = client.post(f"{tab(world.labels)}type/", {"to": "lean"}, follow=True).content.decode()

    world.labels.refresh_from_db()
    assert world.labels.subscription_type == SubscriptionType.LEAN
    assert "Earlier terms: AGILE" in page
    assert "400 hours a month" in page
    event = Event.objects.get(verb="subscriptions.type_changed")
    assert (event.data["before"], event.data["after"]) == ("AGILE", "LEAN")

    actions.change_type(workstream=world.labels, actor=world.isr, to=SubscriptionType.AGILE)
    assert AgileTerms.objects.get().hours_per_month == 400


@pytest.mark.parametrize(
    ("before", "milestone", "mode", "to", "after"),
    [
        ("agile", None, "", "batch", None),
        ("agile", "preparing_proposal", "", "lean", "preparing_proposal"),
        ("agile", "assembling_datasquad", "", "lean", "rapid_prototyping"),
        ("agile", "assembling_datasquad", "", "batch", "reviewing_agreement"),
        ("batch", "rapid_prototyping", "distributed", "agile", "assembling_datasquad"),
        ("batch", "assembling_datasquad", "in_house", "agile", "assembling_datasquad"),
        ("lean", "processing_data", "", "batch", "processing_data"),
    ],
)
def test_the_milestone_keeps_its_position(
    *, before: str, milestone: str | None, mode: str, to: str, after: str | None, world: World
) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(
        subscription_type=before, milestone=milestone, delivery_mode=mode
    )
    changed = actions.change_type(workstream=world.labels, actor=world.isr, to=SubscriptionType(to))

    assert changed.milestone == after
    assert changed.delivery_mode == ""
    moved = list(MilestoneChange.objects.values_list("kind", "before", "after", "actor"))
    assert moved == ([] if milestone == after else [("type_changed", milestone, after, world.isr.pk)])


def test_changing_to_the_same_type_changes_nothing(world: World) -> None:
    actions.change_type(workstream=world.labels, actor=world.isr, to=SubscriptionType.AGILE)

    assert not Event.objects.exists()


def test_a_customer_cannot_change_the_type(world: World) -> None:
    with pytest.raises(NotAllowed):
        actions.change_type(workstream=world.labels, actor=world.owner, to=SubscriptionType.LEAN)

    world.labels.refresh_from_db()
    assert world.labels.subscription_type == SubscriptionType.AGILE


def test_who_chose_the_type_first_stays_as_it_was(world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(self_selected=True)

    assert actions.change_type(workstream=world.labels, actor=world.isr, to=SubscriptionType.LEAN).self_selected


def test_a_closed_workstream_shows_its_terms_and_changes_none(client: Client, world: World) -> None:
    AgileTerms.objects.create(workstream=world.labels, hours_per_month=400)
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    client.force_login(world.isr)

    page = client.get(tab(world.labels)).content.decode()
    assert "400 hours a month" in page
    assert "Save subscription" not in page
    assert client.post(f"{tab(world.labels)}type/", {"to": "lean"}).status_code == 409


@pytest.mark.parametrize("to", ["", "agile", "gold", "lean\0"])
def test_a_type_that_is_none_of_the_other_two_is_refused(to: str, client: Client, world: World) -> None:
    client.force_login(world.isr)

    assert client.post(f"{tab(world.labels)}type/", {"to": to}).status_code == 422
