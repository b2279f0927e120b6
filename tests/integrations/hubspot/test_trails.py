"""How somebody came goes to HubSpot with their consent: pages, referrer, campaigns, and HubSpot's own cookie."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import actions
from accounts.models import User
from activity.models import Event
from integrations.hubspot import properties
from integrations.hubspot.actions import remember_trail
from integrations.hubspot.models import VisitTrail
from integrations.hubspot.simulator.vendor import HubSpot
from integrations.hubspot.trails import Page, Trail, clean_address
from integrations.models import Delivery
from tests.integrations.hubspot.conftest import Send
from tests.integrations.hubspot.test_registering import EMAIL, seen
from tests.vendors import Vendors

HUTK = "0123456789abcdef0123456789abcdef"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SUBMIT = "/submissions/*"


def trail(**fields: Any) -> Trail:
    """Two visits: the first by an advertisement, the last by a mail."""
    return Trail(
        **{
            "consented": True,
            "pages": (
                Page(NOON, "https://parent.test/?utm_source=google&email=ann@x.example#top", "Home"),
                Page(NOON + timedelta(minutes=3), "https://parent.test/pricing", "Pricing"),
            ),
            "referrer": "https://www.google.com/search?q=secret",
            "landing_page": "https://parent.test/?utm_source=google&utm_medium=cpc&gclid=1",
            "first": {"source": "google", "medium": "cpc", "campaign": "spring"},
            "last": {"source": "newsletter", "medium": "email", "content": "footer"},
            "first_seen_at": NOON,
            **fields,
        }
    )


@pytest.fixture
def ann(hubspot: HubSpot) -> User:
    """Somebody who has just registered."""
    person = actions.register(email=EMAIL)
    assert person is not None
    return person


def deliveries(operation: str) -> list[Delivery]:
    """The deliveries of one kind, oldest first."""
    return list(Delivery.objects.filter(operation=operation).order_by("pk"))


def test_pages_referrer_and_both_touches_are_properties(ann: User, hubspot: HubSpot, send: Send) -> None:
    remember_trail(person=ann, trail=trail(), actor=ann)
    send()

    values = seen(hubspot)
    assert values["portal_pages_visited"].splitlines() == [
        "2026-03-01 12:00 https://parent.test/?utm_source=google Home",
        "2026-03-01 12:03 https://parent.test/pricing Pricing",
    ]
    assert values["portal_referrer"] == "https://www.google.com/search"
    assert values["portal_landing_page"] == "https://parent.test/?utm_source=google&utm_medium=cpc"
    assert values["portal_first_seen_at"] == "2026-03-01T12:00:00.000Z"
    touches = {name: value for name, value in values.items() if "utm_" in name}
    assert touches == {
        "portal_utm_source": "google",
        "portal_utm_medium": "cpc",
        "portal_utm_campaign": "spring",
        "portal_last_utm_source": "newsletter",
        "portal_last_utm_medium": "email",
        "portal_last_utm_content": "footer",
    }
    assert not deliveries("form.submit")


def test_told_again_the_first_touch_stays_and_the_last_is_the_newest(ann: User, hubspot: HubSpot, send: Send) -> None:
    remember_trail(person=ann, trail=trail(), actor=ann)
    send()
    remember_trail(person=ann, trail=trail(first={"source": "bing"}, last={"source": "bing"}, pages=()), actor=ann)
    send()

    assert (seen(hubspot)["portal_utm_source"], seen(hubspot)["portal_last_utm_source"]) == ("google", "bing")
    assert "portal_last_utm_medium" not in seen(hubspot)
    assert "Pricing" in seen(hubspot)["portal_pages_visited"]
    count = Delivery.objects.count()
    remember_trail(person=ann, trail=trail(first={"source": "bing"}, last={"source": "bing"}, pages=()), actor=ann)
    assert Delivery.objects.count() == count


def test_without_consent_nothing_is_kept_and_withdrawing_it_clears_everything(
    ann: User, hubspot: HubSpot, send: Send
) -> None:
    assert remember_trail(person=ann, trail=trail(consented=False, hutk=HUTK), actor=ann) is None
    assert not VisitTrail.objects.exists()

    remember_trail(person=ann, trail=trail(), actor=ann)
    send()
    remember_trail(person=ann, trail=Trail(consented=False), actor=ann)
    send()
    assert not VisitTrail.objects.exists()
    left = {name for name in seen(hubspot) if name.startswith("portal_")}
    assert left == {properties.USER_ID, properties.REGISTERED_AT, properties.CONFIRMED}
    assert "google" not in str(list(Event.objects.values("data")))


def test_a_long_visit_is_cut_to_where_it_began_and_how_it_ended(ann: User, hubspot: HubSpot, send: Send) -> None:
    pages = tuple(
        Page(NOON + timedelta(seconds=number), f"https://parent.test/{number}/{'x' * 900}", "t" * 900)
        for number in range(3000)
    )
    kept = remember_trail(person=ann, trail=trail(pages=pages), actor=ann)
    assert kept is not None
    send()

    assert len(kept.pages) == 50
    assert (kept.pages[0]["url"][20:22], kept.pages[-1]["url"][20:25]) == ("0/", "2999/")
    assert len(seen(hubspot)["portal_pages_visited"]) <= properties.LONGEST


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://ann:pw@parent.test:8443/a?token=1&utm_term=x#f", "https://parent.test:8443/a?utm_term=x"),
        ("javascript:alert(1)", ""),
        ("https://[broken", ""),
        ("https://parent.test:99999/", ""),
        ("/pricing", ""),
    ],
)
def test_addresses_are_kept_without_what_may_be_secret(given: str, kept: str) -> None:
    assert clean_address(given) == kept


def test_hubspots_cookie_joins_what_it_saw(ann: User, vendors: Vendors, hubspot: HubSpot, send: Send) -> None:
    hubspot.see_page(hutk=HUTK, url="https://parent.test/blog")
    words = "Yes, remember what I look at."
    remember_trail(person=ann, trail=trail(hutk=HUTK, ip="203.0.113.9", consent_words=words), actor=ann)
    send()
    vendors.clock.step(seconds=10)

    found = hubspot.contact_of(email=EMAIL)
    assert found is not None
    assert found["pages"] == ["https://parent.test/blog"]
    [submission] = vendors.log.of("hubspot", "POST", SUBMIT)
    said = submission.json()
    assert said["fields"] == [{"objectTypeId": "0-1", "name": "email", "value": EMAIL}]
    assert said["context"] == {
        "hutk": HUTK,
        "ipAddress": "203.0.113.9",
        "pageUri": "https://parent.test/pricing",
        "pageName": "Pricing",
    }
    assert said["legalConsentOptions"] == {"consent": {"consentToProcess": True, "text": words}}
    assert len(hubspot.state.contacts) == 1


@pytest.mark.parametrize("hutk", ["", "not a cookie", HUTK.upper(), HUTK + "0"])
def test_what_is_no_cookie_is_not_submitted(hutk: str, ann: User) -> None:
    remember_trail(person=ann, trail=trail(hutk=hutk, ip="no address"), actor=ann)

    assert not deliveries("form.submit")
    assert VisitTrail.objects.get().ip is None


def test_a_stale_cookie_is_left_out_once(ann: User, vendors: Vendors, hubspot: HubSpot, send: Send) -> None:
    hubspot.forget_cookie(hutk=HUTK)
    remember_trail(person=ann, trail=trail(hutk=HUTK), actor=ann)
    send()

    sent = vendors.log.of("hubspot", "POST", SUBMIT)
    assert [(entry.status, "hutk" in entry.json()["context"]) for entry in sent] == [(400, True), (200, False)]
    assert "stale" in deliveries("form.submit")[0].outcome["did"]


@pytest.mark.parametrize("fault", [{"drop": True, "has_effect": True}, {"status": 504, "has_effect": True}])
def test_one_that_nobody_heard_of_is_repeated_once_at_most(
    fault: dict[str, Any], ann: User, vendors: Vendors, hubspot: HubSpot, send: Send
) -> None:
    vendors.faults.add("hubspot", "POST", SUBMIT, times=None, **fault)
    remember_trail(person=ann, trail=trail(hutk=HUTK), actor=ann)
    for minutes in (0, 10, 200, 400, 600):
        send(minutes=minutes)

    [delivery] = deliveries("form.submit")
    assert delivery.state == Delivery.State.SENT
    assert len(hubspot.state.submissions) == 2
    assert "nobody heard" in delivery.outcome["did"]


def test_an_address_the_form_does_not_take_holds_nothing_up(ann: User, hubspot: HubSpot, send: Send) -> None:
    hubspot.block_domain(domain="initech.example")
    remember_trail(person=ann, trail=trail(hutk=HUTK), actor=ann)
    send()

    [delivery] = deliveries("form.submit")
    assert (delivery.state, "BLOCKED_EMAIL" in delivery.outcome["did"]) == (Delivery.State.SENT, True)
    assert seen(hubspot)["portal_utm_source"] == "google"


def test_a_form_that_cannot_be_sent_to_waits_for_a_person_behind_the_contact(
    ann: User, vendors: Vendors, hubspot: HubSpot, send: Send, settings: Any
) -> None:
    settings.HUBSPOT_FORM_ID = "another-form"
    remember_trail(person=ann, trail=trail(hutk=HUTK), actor=ann)
    send()

    [delivery] = deliveries("form.submit")
    assert delivery.state == Delivery.State.PARKED
    assert "404" in delivery.last_error
    assert seen(hubspot)["portal_utm_source"] == "google"
