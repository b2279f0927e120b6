"""A colleague changes several WorkStreams at once: chooses, confirms, undoes; with and without script."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams.models import WorkStream


@pytest.fixture
def many(world: World) -> World:
    """Sixty WorkStreams nobody leads."""
    for number in range(60):
        WorkStreamFactory.create(name=f"Street {number:02}", owner=world.owner)
    return world


def test_setting_the_lead_of_some_and_undoing_it(signed_in_page: SignedInPage, many: World) -> None:
    page = signed_in_page(many.isr, "/workstreams/?q=street&sort=name")
    page.get_by_role("button", name="Set lead").click()
    expect(page.get_by_text("Choose WorkStreams first", exact=True)).to_be_visible()

    for name in ("Street 00", "Street 01", "Street 02"):
        page.get_by_role("checkbox", name=f"Choose {name}", exact=True).check()
    expect(page.locator("#chosen-count")).to_have_text("3 chosen")
    expect(page.locator("#grid-said")).to_have_text("3 chosen")
    assert_accessible(page)

    # Only rows that are still there stay chosen.
    page.get_by_role("searchbox", name="Search by name").fill("street 0")
    expect(page.locator("#count")).to_have_text("10 WorkStreams")
    expect(page.locator("#chosen-count")).to_have_text("3 chosen")
    page.get_by_role("searchbox", name="Search by name").fill("street 01")
    expect(page.locator("#count")).to_have_text("1 WorkStream")
    expect(page.locator("#chosen-count")).to_have_text("1 chosen")
    page.get_by_role("searchbox", name="Search by name").fill("street 0")
    expect(page.locator("#count")).to_have_text("10 WorkStreams")
    expect(page.locator("#chosen-count")).to_have_text("1 chosen")

    page.get_by_role("checkbox", name="Select all on this page").check()
    expect(page.locator("#chosen-count")).to_have_text("10 chosen")
    page.get_by_role("button", name="Set lead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set the lead of several WorkStreams")
    assert_accessible(page)
    page.get_by_label("New WorkStream Lead").select_option(label="Solutions Architect Colleague")
    page.get_by_role("button", name="Show what will happen").click()
    expect(page.get_by_text("becomes WorkStream Lead of")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Set lead of 10 WorkStreams").click()
    expect(page.get_by_text("10 now led by Solutions Architect Colleague")).to_be_visible()
    assert_accessible(page)
    assert WorkStream.objects.filter(lead=many.architect).count() == 10

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("10 put back")).to_be_visible()
    assert not WorkStream.objects.filter(lead=many.architect).exists()
    page.get_by_role("link", name="Back to the grid").click()
    expect(page.locator("#count")).to_have_text("10 WorkStreams")


def test_closing_all_that_match_without_script(signed_in_page: SignedInPage, many: World) -> None:
    page = signed_in_page(many.isr, "/workstreams/?q=street", java_script_enabled=False)
    page.get_by_role("checkbox", name="All 61 that match").check()
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_label("Reason").select_option("duplicate")
    page.get_by_label("Note shared with the clients").fill("We go on in another one.")
    page.get_by_role("button", name="Show what will happen").click()
    expect(page.get_by_text("We go on in another one.")).to_be_visible()
    page.get_by_role("button", name="Close 61 WorkStreams").click()
    # What the request had no time for, the worker does; the page is looked at again by its link.
    for _ in range(60):
        if page.get_by_text("61 closed as “Duplicate”").is_visible():
            break
        page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("61 closed as “Duplicate”")).to_be_visible()
    assert not WorkStream.objects.filter(name__startswith="Street", status="open").exists()


def test_a_long_one_shows_how_far_it_is(signed_in_page: SignedInPage, many: World) -> None:
    WorkStream.objects.bulk_create(
        WorkStream(name=f"Lot {n:03}", owner=many.owner, organization=many.acme, created_by=many.owner)
        for n in range(400)
    )
    page = signed_in_page(many.isr, "/workstreams/?q=lot")
    page.get_by_role("checkbox", name="All 400 that match").check()
    expect(page.locator("#chosen-count")).to_have_text("All that match are chosen")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_label("Reason").select_option("lost")
    page.get_by_role("button", name="Show what will happen").click()
    page.get_by_role("button", name="Close 400 WorkStreams").click()
    expect(page.get_by_text(re.compile(r"\d+ of 400 still to do"))).to_be_visible()
    assert_accessible(page)
    expect(page.get_by_text("400 closed as “Lost”")).to_be_visible(timeout=60_000)


def test_on_a_telephone_and_in_the_dark(signed_in_page: SignedInPage, many: World) -> None:
    size = {"width": 375, "height": 740}
    page = signed_in_page(many.isr, "/workstreams/?q=street&sort=name", viewport=size, color_scheme="dark")
    page.get_by_role("checkbox", name="Choose Street 00", exact=True).check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert_accessible(page)
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_label("Reason").select_option("lost")
    page.get_by_role("button", name="Show what will happen").click()
    expect(page.get_by_role("button", name="Close 1 WorkStream", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert_accessible(page)
