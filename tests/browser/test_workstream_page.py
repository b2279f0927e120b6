"""The WorkStream page and everybody's own list, as people meet them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from milestones.models import GoAhead
from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World
from tests.factories import ClientFactory, ColleagueFactory, join
from tests.milestones.steps import FIRST, LAST, THIRD, stand_at
from workstreams.actions import close, set_lead
from workstreams.choices import CloseReason
from workstreams.models import WorkStream

FITS = "document.documentElement.scrollWidth <= innerWidth"
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 375, "height": 800}


def crowd(world: World) -> None:
    """Enough people on both sides that their lists have pages, and one with everything odd about them."""
    for number in range(6):
        join(world.labels, ColleagueFactory.create(name=f"Colleague Number {number}"))
        join(world.labels, ClientFactory.create(name=f"Client Number {number}", organization=world.acme))
    set_lead(workstream=world.labels, actor=world.admin, lead=world.architect)


@pytest.mark.parametrize(
    ("viewer", "theme", "width"),
    [
        ("owner", "light", 320),
        ("owner", "dark", 1280),
        ("isr", "dark", 320),
        ("isr", "light", 1024),
        ("agile_worker", "light", 1280),
    ],
)
def test_the_page_is_accessible_and_stays_within_the_screen(
    world: World, signed_in_page: SignedInPage, viewer: str, theme: str, width: int
) -> None:
    crowd(world)
    stand_at(world.labels, THIRD)
    page = signed_in_page(
        getattr(world, viewer),
        world.labels.get_absolute_url(),
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        bypass_csp=True,
    )

    expect(page.get_by_role("heading", level=1)).to_have_text("Street labels")
    assert page.evaluate(FITS)
    assert_accessible(page)


def test_on_a_phone_the_open_tab_is_in_sight_and_the_page_begins_at_its_top(
    world: World, signed_in_page: SignedInPage
) -> None:
    page = signed_in_page(
        world.owner, f"{world.labels.get_absolute_url()}?tab=members", viewport={"width": 375, "height": 420}
    )
    tabs = page.get_by_role("navigation", name="Parts of this WorkStream")

    expect(tabs.get_by_role("link", name="WorkStream Members")).to_have_attribute("aria-current", "true")
    assert page.evaluate("scrollY") == 0
    tab, strip = tabs.get_by_role("link", name="WorkStream Members").bounding_box(), tabs.bounding_box()
    assert tab
    assert strip
    assert tab["x"] + tab["width"] <= strip["x"] + strip["width"] + 1


@pytest.mark.parametrize("width", [320, 1280])
def test_names_of_any_length_and_script_stay_within_the_screen(
    world: World, signed_in_page: SignedInPage, width: int
) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(
        name="w" * 120, description="مشروع تصنيف الصور 🚦 " + "x" * 300, milestone=LAST
    )
    world.acme.name = "Ä" * 120
    world.acme.save()
    world.member.name = "🚦" * 60
    world.member.save()
    viewport = {"width": width, "height": 900}
    for query in ("", "?tab=details", "?tab=members"):
        page = signed_in_page(world.owner, world.labels.get_absolute_url() + query, viewport=viewport)
        assert page.evaluate(FITS), query
    assert signed_in_page(world.owner, reverse("workstreams:mine"), viewport=viewport).evaluate(FITS)


@pytest.mark.parametrize("script", [True, False])
def test_a_narrow_screen_shows_one_part_at_a_time(world: World, signed_in_page: SignedInPage, script: bool) -> None:
    page = signed_in_page(world.owner, world.labels.get_absolute_url(), viewport=NARROW, java_script_enabled=script)
    parts = page.get_by_role("navigation", name="Parts of this WorkStream")
    people = page.get_by_role("heading", name="WorkStream Members")
    details = page.get_by_role("heading", name="Details")
    expect(people).to_be_hidden()
    expect(details).to_be_hidden()

    parts.get_by_role("link", name="WorkStream Members").click()
    expect(people).to_be_visible()
    expect(details).to_be_hidden()
    expect(page.get_by_role("textbox", name="Message")).to_be_hidden()
    expect(parts.get_by_role("link", name="WorkStream Members")).to_have_attribute("aria-current", "true")
    assert page.url.endswith("?tab=members")


@pytest.mark.parametrize("script", [True, False])
def test_the_client_gives_the_go_ahead_after_one_more_question(
    world: World, signed_in_page: SignedInPage, script: bool
) -> None:
    stand_at(world.labels, THIRD)
    page = signed_in_page(world.owner, world.labels.get_absolute_url(), java_script_enabled=script)
    page.get_by_role("link", name="Give your go-ahead").click()
    assert not GoAhead.objects.exists()

    page.get_by_role("button", name="Give your go-ahead").click()
    expect(page.get_by_text("Your go-ahead for “Street labels” is recorded.")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Go-ahead of Acme: given by Olive Owner")).to_be_visible()
    assert GoAhead.objects.get().given_by == world.owner


def test_the_question_can_be_closed_by_keyboard(world: World, signed_in_page: SignedInPage) -> None:
    stand_at(world.labels, THIRD)
    page = signed_in_page(world.owner, world.labels.get_absolute_url(), bypass_csp=True)
    opener = page.get_by_role("link", name="Give your go-ahead")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Give your go-ahead?")).to_be_visible()
    assert_accessible(page)

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_each_step_explains_itself_by_keyboard(world: World, signed_in_page: SignedInPage) -> None:
    stand_at(world.labels, FIRST, "batch")
    page = signed_in_page(world.owner, world.labels.get_absolute_url(), viewport=WIDE)
    step = page.locator("summary", has_text="Assembling DataSquad or Rapid Prototyping")
    step.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("We build the microtasks")).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.get_by_text("We build the microtasks")).to_be_hidden()
    expect(step).to_be_focused()


def test_a_narrow_screen_folds_the_steps(world: World, signed_in_page: SignedInPage) -> None:
    stand_at(world.labels, FIRST)
    page = signed_in_page(world.owner, world.labels.get_absolute_url(), viewport=NARROW)
    expect(page.get_by_text("Step 1 of 5")).to_be_visible()
    expect(page.get_by_text("Processing Data")).to_be_hidden()

    page.get_by_role("button", name="All steps").click()
    expect(page.get_by_text("Processing Data")).to_be_visible()


def test_the_next_people_come_without_leaving_the_page(world: World, signed_in_page: SignedInPage) -> None:
    crowd(world)
    page = signed_in_page(world.owner, world.labels.get_absolute_url(), viewport=WIDE)
    pages = page.get_by_role("navigation", name="Pages of CloudFactory")
    pages.get_by_role("link", name="Page 2").click()

    expect(page.get_by_text("Colleague Number 5")).to_be_visible()
    expect(pages.get_by_role("link", name="Page 2")).to_have_attribute("aria-current", "page")
    expect(pages.get_by_role("link", name="Page 2")).to_be_focused()
    expect(page.locator("#members").get_by_text("Olive Owner")).to_be_visible()


@pytest.mark.parametrize(("viewer", "theme"), [("owner", "light"), ("isr", "dark"), ("agile_worker", "dark")])
def test_the_list_is_accessible(world: World, signed_in_page: SignedInPage, viewer: str, theme: str) -> None:
    join(world.labels, world.isr)
    closed = close(workstream=world.labels, actor=world.isr, reason=CloseReason.LOST, note="You chose another way.")
    stand_at(world.scans, THIRD)
    join(world.scans, getattr(world, viewer))
    page: Page = signed_in_page(
        getattr(world, viewer), reverse("workstreams:mine"), color_scheme=theme, viewport=NARROW, bypass_csp=True
    )
    assert_accessible(page)

    page.get_by_text("Closed (1)").click()
    expect(page.get_by_role("link", name="Street labels")).to_be_visible()
    assert_accessible(page)
    page.goto(closed.get_absolute_url())
    expect(page.get_by_text("This WorkStream was closed on")).to_be_visible()
    assert_accessible(page)


def test_after_the_start_the_chat_has_the_focus_and_the_promise_is_told_once(
    world: World, signed_in_page: SignedInPage
) -> None:
    page = signed_in_page(world.owner, "/start/")
    page.get_by_label("Name").fill("Parking lots")
    page.get_by_label("Intended start date").fill((timezone.localdate() + timedelta(days=30)).isoformat())
    page.get_by_label("Short description").fill("Free or taken, from above")
    page.get_by_role("button", name="Start WorkStream").click()

    expect(page.get_by_role("heading", name="Parking lots")).to_be_visible()
    expect(page.locator("#chat-title")).to_be_focused()
    expect(page.get_by_text("WorkStream started. The team answers by")).to_be_visible()
    page.reload()
    expect(page.get_by_text("WorkStream started.")).to_have_count(0)
