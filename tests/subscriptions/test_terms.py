"""The subscription panel of the WorkStream page, and filling it in."""

from decimal import Decimal

import pytest
from django.test import Client

from activity.models import Event
from subscriptions import actions
from subscriptions.attributes import ATTRIBUTES, Unit, duration, measure
from subscriptions.errors import ForeignAttribute, RangeReversed
from subscriptions.models import AgileTerms, BatchTerms, LeanTerms
from tests.conftest import World
from workstreams.actions import close
from workstreams.choices import CloseReason, SubscriptionType
from workstreams.models import WorkStream

HTMX = {"HX-Request": "true"}


def panel(client: Client, workstream: WorkStream) -> str:
    """The panel as htmx gets it, in one line."""
    response = client.get(f"/workstreams/{workstream.public_id}/subscription/", headers=HTMX)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def edit_url(workstream: WorkStream) -> str:
    """Where the panel is filled in."""
    return f"/workstreams/{workstream.public_id}/subscription/edit/"


@pytest.mark.parametrize("kind", list(SubscriptionType))
def test_every_attribute_of_the_type_is_listed_and_no_other(
    kind: SubscriptionType, client: Client, world: World
) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(subscription_type=kind)
    client.force_login(world.owner)
    html = panel(client, world.labels)

    for other, attributes in ATTRIBUTES.items():
        for attribute in attributes:
            is_ours = attribute in ATTRIBUTES[kind]
            if other == kind or attribute.label not in {a.label for a in ATTRIBUTES[kind]}:
                assert (f"<dt>{attribute.label}</dt>" in html) == is_ours
    assert html.count("Not known yet") == len(ATTRIBUTES[kind])


def test_the_panel_stands_on_the_page(client: Client, world: World) -> None:
    client.force_login(world.owner)

    assert 'id="terms"' in client.get(world.labels.get_absolute_url()).content.decode()


def test_values_carry_their_units(client: Client, world: World) -> None:
    BatchTerms.objects.create(
        workstream=world.scans,
        total_units=1_200_000,
        seconds_per_unit=Decimal("90"),
        estimated_price_low=Decimal("12000"),
        estimated_price_high=Decimal("15000.50"),
    )
    client.force_login(world.stranger)
    html = panel(client, world.scans)

    for words in ("1,200,000 units", "1 min 30 s", "$12,000 to $15,000.50"):
        assert words in html


@pytest.mark.parametrize(
    ("value", "upper", "unit", "words"),
    [
        (400, None, Unit.HOURS_A_MONTH, "400 hours a month"),
        (1, None, Unit.HOURS_A_MONTH, "1 hour a month"),
        (0, None, Unit.UNITS, "0 units"),
        (4, 6, Unit.PEOPLE, "4 to 6 people"),
        (Decimal("4.2500"), None, Unit.CENTS, "4.25 ¢"),
        (Decimal("0.0500"), Decimal("1.0000"), Unit.CENTS, "0.05 to 1 ¢"),
        (Decimal("1000.00"), None, Unit.DOLLARS_A_MONTH, "$1,000 a month"),
        (Decimal("99.90"), None, Unit.DOLLARS, "$99.90"),
        (None, None, Unit.DOLLARS, ""),
    ],
)
def test_measures_are_written_as_people_write_them(value: object, upper: object, unit: Unit, words: str) -> None:
    assert measure(value, unit, upper=upper) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [("1", "1 second"), ("12.5", "12.5 seconds"), ("60", "1 min"), ("3600", "1 h"), ("7505.5", "2 h 5 min 5.5 s")],
)
def test_durations_are_written_as_people_say_them(seconds: str, words: str) -> None:
    assert duration(seconds) == words


def test_half_a_range_says_which_half(client: Client, world: World) -> None:
    AgileTerms.objects.create(workstream=world.labels, specialists_low=4)
    client.force_login(world.owner)

    assert "from 4 people" in panel(client, world.labels)


def test_agile_workers_see_no_prices_and_fill_in_nothing(client: Client, world: World) -> None:
    AgileTerms.objects.create(
        workstream=world.labels, hours_per_month=400, billing_method="yearly", monthly_fees=Decimal("7777")
    )
    client.force_login(world.agile_worker)
    html = panel(client, world.labels)

    assert "400 hours" in html
    assert "7,777" not in html
    assert "fees" not in html
    assert "discount" not in html
    assert "edit" not in html
    assert client.get(edit_url(world.labels)).status_code == 403
    assert client.post(edit_url(world.labels), {"hours_per_month": "1"}).status_code == 403


@pytest.mark.parametrize("who", ["owner", "member", "isr", "billing"])
def test_members_and_colleagues_fill_in_what_is_known_by_now(who: str, client: Client, world: World) -> None:
    client.force_login(getattr(world, who))
    response = client.post(edit_url(world.labels), {"hours_per_month": "450", "billing_method": "yearly"})

    assert response["Location"] == f"{world.labels.get_absolute_url()}?tab=details#terms"
    terms = AgileTerms.objects.get()
    assert (terms.hours_per_month, terms.billing_method) == (450, "yearly")
    event = Event.objects.get()
    assert (event.verb, event.data) == (
        "subscriptions.terms_edited",
        {"fields": ["Hours per month", "Billing method"]},
    )


def test_htmx_gets_the_form_and_then_the_panel_in_its_place(client: Client, world: World) -> None:
    client.force_login(world.owner)
    form = client.get(f"{edit_url(world.labels)}?field=premium_hours", headers=HTMX).content.decode()
    assert form.count("autofocus") == 1
    assert "<html" not in form
    html = client.post(edit_url(world.labels), {"premium_hours": "12"}, headers=HTMX).content.decode()

    assert "12 hours a month" in html
    assert "<html" not in html


def test_saving_the_same_again_records_nothing(client: Client, world: World) -> None:
    client.force_login(world.owner)
    for _ in range(2):
        client.post(edit_url(world.labels), {"hours_per_month": "450"})

    assert Event.objects.count() == 1


def test_a_client_is_not_offered_prices_and_cannot_send_them(client: Client, world: World) -> None:
    client.force_login(world.owner)
    assert "monthly_fees" not in client.get(edit_url(world.labels)).content.decode()
    client.post(edit_url(world.labels), {"hours_per_month": "450", "monthly_fees": "1"})

    assert AgileTerms.objects.get().monthly_fees is None


def test_attributes_of_another_type_are_refused(client: Client, world: World) -> None:
    client.force_login(world.isr)
    response = client.post(edit_url(world.labels), {"total_units": "9"})

    assert response.status_code == 422
    assert "AGILE has no total units" in response.content.decode()
    with pytest.raises(ForeignAttribute):
        actions.edit_terms(workstream=world.labels, actor=world.isr, values={"total_units": 9})
    assert not AgileTerms.objects.exists()


def test_a_range_runs_upwards(client: Client, world: World) -> None:
    client.force_login(world.isr)
    response = client.post(edit_url(world.labels), {"specialists_low": "6", "specialists_high": "4"})

    assert response.status_code == 422
    assert "below the lower end" in response.content.decode()
    with pytest.raises(RangeReversed):
        actions.edit_terms(
            workstream=world.labels, actor=world.isr, values={"specialists_low": 6, "specialists_high": 4}
        )


@pytest.mark.parametrize(
    "sent",
    [
        {"hours_per_month": "-1"},
        {"hours_per_month": "1e99"},
        {"hours_per_month": "99999999999"},
        {"premium_hours": "1000000001"},
        {"billing_method": "never"},
        {"monthly_fees": "-5"},
    ],
)
def test_values_of_the_wrong_shape_are_named(sent: dict[str, str], client: Client, world: World) -> None:
    client.force_login(world.isr)

    assert client.post(edit_url(world.labels), sent).status_code == 422
    assert not AgileTerms.objects.exists()


def test_a_closed_workstream_keeps_its_subscription(client: Client, world: World) -> None:
    close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST)
    client.force_login(world.owner)

    assert "edit" not in panel(client, world.labels)
    assert client.get(edit_url(world.labels)).status_code == 409
    assert client.post(edit_url(world.labels), {"hours_per_month": "1"}).status_code == 409
    assert not AgileTerms.objects.exists()


def test_a_stale_form_shows_what_is_stored_and_saves_only_when_sent_again(client: Client, world: World) -> None:
    client.force_login(world.owner)
    seen = client.get(edit_url(world.labels)).context["form"]["seen"].value()
    actions.edit_terms(workstream=world.labels, actor=world.isr, values={"hours_per_month": 500})
    response = client.post(edit_url(world.labels), {"hours_per_month": "450", "seen": seen})

    assert response.status_code == 409
    assert "500 hours a month" in response.content.decode()
    assert 'value="450"' in response.content.decode()
    assert AgileTerms.objects.get().hours_per_month == 500

    again = response.context["form"]["seen"].value()
    client.post(edit_url(world.labels), {"hours_per_month": "450", "seen": again})
    assert AgileTerms.objects.get().hours_per_month == 450


def test_fractions_of_a_cent_are_kept(client: Client, world: World) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(subscription_type="lean")
    client.force_login(world.isr)
    client.post(edit_url(world.labels), {"unit_price_low": "4.2525", "unit_price_high": "5"})

    assert LeanTerms.objects.get().unit_price_low == Decimal("4.2525")
    assert "4.2525 to 5 ¢" in panel(client, world.labels)
