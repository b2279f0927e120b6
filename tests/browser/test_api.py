"""Making an API token, and trying the API out on the page that shows it."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World


def test_somebody_makes_a_token_and_revokes_it(world: World, signed_in_page: SignedInPage) -> None:
    page: Page = signed_in_page(world.owner, "/")
    page.get_by_label("Menu of Olive Owner").click()
    page.get_by_role("link", name="API tokens").click()
    page.get_by_label("Name").fill("Nightly report")
    page.get_by_role("button", name="Make token").click()

    expect(page.get_by_label("Token", exact=True)).to_have_value(re.compile(r"^wsp_[\w-]{43}$"))
    assert_accessible(page)
    page.get_by_role("link", name="Done").click()
    page.get_by_role("button", name="Revoke Nightly report").click()
    expect(page.get_by_text("“Nightly report” is revoked.")).to_be_visible()
    expect(page.get_by_text("No token yet")).to_be_visible()


def test_somebody_reads_the_api_and_tries_it_out(world: World, signed_in_page: SignedInPage) -> None:
    """The journey would fail if the page broke the Content-Security-Policy, which has no exception for it."""
    page: Page = signed_in_page(world.isr, "/api/v1/docs/")
    take = page.locator(".opblock", has_text="/api/v1/workstreams/{public_id}/take/").first
    take.locator(".opblock-summary-control").click()
    take.get_by_role("button", name="Try it out").click()
    take.get_by_placeholder("public_id").fill(str(world.labels.public_id))
    take.get_by_role("button", name="Execute").click()

    expect(take.locator(".live-responses-table")).to_contain_text("Street labels")
    world.labels.refresh_from_db()
    assert world.labels.lead == world.isr


def test_on_a_small_screen_nothing_is_cut_off(world: World, signed_in_page: SignedInPage) -> None:
    page: Page = signed_in_page(world.isr, "/api/v1/docs/", viewport={"width": 375, "height": 800})
    expect(page.locator(".opblock").first).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 375
