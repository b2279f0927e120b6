"""An ISR finds WorkStreams: the default chip, its removal, search, boxes, order, pages, and the way back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams.choices import SubscriptionType


@pytest.fixture
def many(world: World) -> World:
    """Sixty WorkStreams nobody leads, two that the ISR leads."""
    for number in range(60):
        WorkStreamFactory.create(name=f"Street {number:02}", owner=world.owner)
    WorkStreamFactory.create(name="Mine, agile", owner=world.owner, lead=world.isr)
    WorkStreamFactory.create(
        name="Mine, batch", owner=world.stranger, lead=world.isr, subscription_type=SubscriptionType.BATCH
    )
    return world


def rows(page: Page) -> list[str]:
    return page.locator("#found .table__main a").all_inner_texts()


def expect_count(page: Page, text: str) -> None:
    expect(page.locator("#count")).to_have_text(text)


def test_finding_a_workstream(signed_in_page: SignedInPage, many: World) -> None:
    page = signed_in_page(many.isr, "/workstreams/")
    expect(page.get_by_role("heading", level=1)).to_have_text("WorkStreams")
    expect_count(page, "2 WorkStreams")
    assert_accessible(page)

    page.get_by_role("link", name="Remove filter Lead: me").click()
    expect_count(page, "64 WorkStreams")
    expect(page).to_have_url(re.compile(r"/workstreams/\?lead=any$"))
    expect(page.get_by_role("checkbox", name="Me", exact=True)).not_to_be_checked()
    expect(page.locator("#grid-said")).to_have_text("64 WorkStreams")
    expect(page.get_by_role("searchbox", name="Search by name")).to_be_focused()

    search = page.get_by_role("searchbox", name="Search by name")
    search.press_sequentially("STREET", delay=30)
    expect_count(page, "61 WorkStreams")
    expect(search).to_be_focused()
    expect(search).to_have_value("STREET")
    expect(page).to_have_url(re.compile(r"\?q=STREET$"))

    page.get_by_role("link", name="Name", exact=True).click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    assert rows(page)[0] == "Street 00"
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="Previous")).to_be_visible()
    assert rows(page) == [*(f"Street {number}" for number in range(50, 60)), "Street labels"]

    page.go_back()
    expect(page.get_by_role("link", name="Next")).to_be_visible()
    assert rows(page)[0] == "Street 00"
    expect(page.get_by_role("searchbox", name="Search by name")).to_have_value("STREET")

    page.get_by_role("link", name="Clear all").click()
    expect_count(page, "64 WorkStreams")
    page.get_by_role("checkbox", name="BATCH", exact=True).check()
    expect_count(page, "2 WorkStreams")
    expect(page).to_have_url(re.compile(r"type=batch&sort=name$"))
    page.get_by_role("link", name="Mine, batch", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mine, batch")


def test_somebody_who_leads_none_and_what_matches_nothing(signed_in_page: SignedInPage, many: World) -> None:
    page = signed_in_page(many.architect, "/workstreams/")
    expect(page.get_by_text("You lead none yet")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Show unassigned").click()
    expect_count(page, "62 WorkStreams")
    expect(page.get_by_role("link", name="Unassigned")).to_have_attribute("aria-current", "true")
    page.goto("/workstreams/?q=nothing+like+it&type=lean")
    expect(page.get_by_text("No WorkStreams match")).to_be_visible()
    assert_accessible(page)


def test_a_client_to_filter_by_is_found_by_name(signed_in_page: SignedInPage, many: World) -> None:
    page = signed_in_page(many.isr, "/workstreams/?lead=any")
    page.locator("summary", has_text=re.compile("^Client$")).click()
    page.get_by_role("searchbox", name="Find in Client").press_sequentially("glob", delay=30)
    expect(page.get_by_role("checkbox", name="Acme")).to_have_count(0)
    page.get_by_role("checkbox", name="Globex").check()
    expect_count(page, "2 WorkStreams")
    expect(page.get_by_text("Client: Globex")).to_be_visible()


def test_on_a_telephone_filters_are_a_sheet(signed_in_page: SignedInPage, many: World) -> None:
    page = signed_in_page(many.isr, "/workstreams/", viewport={"width": 375, "height": 740}, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.get_by_role("link", name="Filters").click()
    page.get_by_role("checkbox", name="BATCH", exact=True).check()
    page.get_by_role("button", name="Show results").click()
    expect(page.get_by_role("button", name="Show results")).to_be_hidden()
    expect_count(page, "1 WorkStream")
    assert_accessible(page)


def test_it_all_works_without_script(signed_in_page: SignedInPage, many: World) -> None:
    page = signed_in_page(many.isr, "/workstreams/", java_script_enabled=False)
    page.get_by_role("checkbox", name="Me", exact=True).uncheck()
    page.get_by_role("checkbox", name="BATCH", exact=True).check()
    page.get_by_role("button", name="Show results").click()
    expect_count(page, "2 WorkStreams")
    page.get_by_role("searchbox", name="Search by name").fill("mine")
    page.get_by_role("searchbox", name="Search by name").press("Enter")
    expect_count(page, "1 WorkStream")
    page.get_by_role("link", name="Remove filter Type: BATCH").click()
    expect_count(page, "2 WorkStreams")
