"""What the frame does on every page, shown on the gallery: it holds each component once."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.conftest import NewPage, SignedInPage, assert_accessible
from tests.conftest import World
from workstreams.invitations import invite, path_of

GALLERY = "/demo/design/"
SHARED_PAGE = "document.documentElement.scrollWidth <= innerWidth"


@pytest.mark.parametrize(("width", "theme"), [(320, "dark"), (1280, "light")])
def test_every_component_is_accessible_and_stays_within_the_page(
    world: World, signed_in_page: SignedInPage, theme: str, width: int
) -> None:
    page = signed_in_page(
        world.isr, GALLERY, viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True
    )

    assert page.evaluate(SHARED_PAGE)
    assert_accessible(page)


def test_neither_a_wide_table_nor_a_long_address_widens_the_page(
    world: World, signed_in_page: SignedInPage, new_page: NewPage
) -> None:
    phone = {"width": 375, "height": 760}
    table = signed_in_page(world.admin, reverse("accounts:capabilities"), viewport=phone)
    expect(table.get_by_role("heading", level=1)).to_have_text("Who may do what")
    assert table.evaluate(SHARED_PAGE)

    address = f"{'somebody.with.a.long.name' * 2}@acme.example"
    [result] = invite(workstream=world.labels, actor=world.owner, addresses=[address])
    assert result.invitation
    invited = new_page(path_of(result.invitation), viewport=phone)
    expect(invited.get_by_role("button", name=f"Join as {address}")).to_be_visible()
    assert invited.evaluate(SHARED_PAGE)


def test_the_team_sees_in_words_that_it_is_the_team(world: World, signed_in_page: SignedInPage) -> None:
    expect(signed_in_page(world.isr, GALLERY).get_by_text("Staff view")).to_be_visible()
    expect(signed_in_page(world.owner, GALLERY).get_by_text("Staff view")).to_have_count(0)


def test_the_first_tab_stop_skips_to_the_content(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, reverse("workstreams:mine"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("#content")).to_be_focused()


def test_a_menu_closes_on_escape_and_gives_the_focus_back(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, GALLERY)
    menu = page.locator(".topbar details.menu:has(.topbar__person)")
    menu.locator("summary").click()
    menu.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Escape")

    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()


def test_the_chosen_theme_stays(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, GALLERY, color_scheme="light")
    page.locator(".topbar .topbar__person").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_dialog_gives_the_focus_back(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, GALLERY)
    page.get_by_role("button", name="Open a dialog").click()
    expect(page.get_by_role("dialog", name="Invite people")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Open a dialog")).to_be_focused()


def test_errors_take_the_focus_and_lead_to_their_fields(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, GALLERY)
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_role("link", name=re.compile("^Intended start date:")).click()

    expect(page.locator("#id_intended_start")).to_be_focused()
    page.get_by_label("Short description").fill("a" * 1990 + "😀")
    expect(page.get_by_text("9 left")).to_be_visible()  # people count an emoji as one


def test_a_double_click_sends_a_form_once(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, GALLERY)
    sent = _hold_back_posts(page)
    page.get_by_role("button", name="Save general").dblclick()
    page.wait_for_timeout(300)

    assert len(sent) == 1


def test_leaving_asks_while_something_is_not_saved(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, GALLERY)
    form = page.locator("form[data-guard-unsaved]")
    expect(form).not_to_have_class(re.compile("is-changed"))
    page.get_by_label("WorkStream Starting").fill("2027-01-04")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_label("WorkStream Starting").fill("2026-12-07")
    expect(page.get_by_text("Not saved yet")).to_be_hidden()
    page.get_by_label("WorkStream Starting").fill("2027-01-04")
    questions: list[str] = []

    def answer(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    page.goto(reverse("workstreams:mine"))

    assert questions == ["beforeunload"]


def test_the_tracker_folds_on_a_small_screen_only(world: World, signed_in_page: SignedInPage) -> None:
    small = signed_in_page(world.owner, GALLERY, viewport={"width": 375, "height": 800})
    expect(small.get_by_text("Step 2 of 5")).to_be_visible()
    expect(small.locator("#tracker-steps")).to_be_hidden()
    small.get_by_role("button", name="All steps").click()
    expect(small.locator("#tracker-steps")).to_be_visible()

    wide = signed_in_page(world.owner, GALLERY)
    expect(wide.locator("#tracker-steps")).to_be_visible()


def test_without_script_nothing_is_folded_away(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.isr, GALLERY, viewport={"width": 375, "height": 800}, java_script_enabled=False)
    expect(page.locator("#tracker-steps")).to_be_visible()
    page.get_by_role("link", name="Filters").click()
    expect(page.locator("#filters")).to_be_visible()
    page.locator("#filters").get_by_role("link", name="Close").click()

    expect(page.locator("#filters")).to_be_hidden()


def test_times_are_of_the_readers_zone_in_the_pages_language(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, GALLERY, timezone_id="Asia/Kathmandu", locale="en-US")
    time = page.locator("time[datetime='2026-11-09T14:05:00Z']")

    expect(time).to_have_text("19:50")
    expect(time).to_have_attribute("title", re.compile(r"9 November 2026.*19:50:00"))


def _hold_back_posts(page: Page) -> list[str]:
    """Collect what is posted, and never answer."""
    sent: list[str] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.url)
        else:
            route.continue_()

    page.route("**/*", hold)
    return sent
