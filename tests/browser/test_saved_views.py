"""Colleagues keep views of the grid, share them, choose columns, and take what nobody leads; with keys too."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams.choices import SubscriptionType

UNASSIGNED = "/workstreams/?status=open&lead=none"


def heads(page: Page) -> list[str]:
    return [
        text.strip()
        for text in page.locator("#found thead th[scope='col']:not(:has(.visually-hidden))").all_inner_texts()
    ]


def rows(page: Page) -> list[str]:
    return page.locator("#found .table__main a").all_inner_texts()


def save_as(page: Page, name: str) -> None:
    dialog = page.get_by_role("dialog", name="Save this view")
    expect(dialog.get_by_label("Name of the view")).to_be_focused()
    dialog.get_by_label("Name of the view").fill(name)
    dialog.get_by_role("button", name="Save view").click()


def open_view(page: Page, name: str) -> None:
    page.locator("#views-menu > summary").click()
    page.locator("#views-menu").get_by_role("link", name=name).click()
    expect(page.get_by_role("group", name="Open view")).to_contain_text(name)


def test_a_view_is_saved_changed_shared_and_opened_by_a_colleague(signed_in_page: SignedInPage, world: World) -> None:
    for number in range(2):
        WorkStreamFactory.create(name=f"Batch {number}", owner=world.owner, subscription_type=SubscriptionType.BATCH)
    page = signed_in_page(world.isr, "/workstreams/?type=batch&sort=name")
    page.get_by_role("link", name="Save view").click()
    save_as(page, "Batches")
    expect(page.get_by_role("group", name="Open view")).to_contain_text("Batches")
    expect(page).to_have_url(re.compile(r"\?view="))
    assert rows(page) == ["Batch 0", "Batch 1", "Invoice scans"]

    # Changed: the view stays open and says so; undone; changed and kept.
    page.get_by_role("checkbox", name="Open", exact=True).check()
    expect(page.get_by_text("Changed", exact=True)).to_be_visible()
    page.evaluate("scrollTo(0, 0)")  # nothing half under the bar on top
    assert_accessible(page)
    page.get_by_role("link", name="Undo changes").click()
    expect(page.get_by_text("Changed", exact=True)).to_be_hidden()
    page.get_by_role("checkbox", name="Open", exact=True).check()
    page.get_by_role("group", name="Open view").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is saved as it is shown")).to_be_visible()
    expect(page.get_by_text("Status: Open")).to_be_visible()

    # The same name again: a sentence, and nothing typed is lost.
    page.get_by_role("link", name="Save view").click()
    save_as(page, "BATCHES")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("You have a view called “Batches” already")
    expect(page.get_by_label("Name of the view")).to_have_value("BATCHES")
    assert_accessible(page)

    page.goto("/workstreams/views/")
    page.get_by_role("button", name="Share Batches").click()
    expect(page.get_by_text("Every colleague finds")).to_be_visible()
    assert_accessible(page)

    colleague = signed_in_page(world.architect, "/workstreams/")
    open_view(colleague, "Batches")
    assert rows(colleague) == ["Batch 0", "Batch 1", "Invoice scans"]
    expect(colleague.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    colleague.get_by_role("link", name="Close the view Batches").click()
    expect(colleague.get_by_role("group", name="Open view")).to_have_count(0)


def test_the_share_link_is_the_whole_address(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.isr, "/workstreams/?type=batch", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("link", name="Share link").click()
    expect(page.locator("#toasts")).to_contain_text("Copied.")
    address = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"/workstreams/\?type=batch&columns=name,client,type,", address)


def test_columns_are_chosen_and_moved_by_keyboard_and_remembered(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.isr, "/workstreams/?lead=any&columns=name,client,type,status")
    assert heads(page) == ["Name", "Client", "Type", "Status"]
    page.locator("#columns-menu > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Client").uncheck()
    page.get_by_role("checkbox", name="Owner").check()
    up = page.get_by_role("button", name="Status further to the front")
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    expect(page.locator("#grid-said")).to_have_text(re.compile(r"^Status: 2 of \d+$"))
    # The focus has scrolled the page, and what lies under the bar at the top would count as too small.
    page.evaluate("scrollTo(0, 0)")
    assert_accessible(page)
    page.get_by_role("button", name="Show these").click()
    expect(page).to_have_url(re.compile(r"columns=name,status,type,owner"))
    expect(page.locator("#columns-menu > summary")).to_be_focused()
    assert heads(page) == ["Name", "Status", "Type", "Owner"]

    page.get_by_role("link", name="Name", exact=True).click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    assert heads(page) == ["Name", "Status", "Type", "Owner"]
    page.goto("/workstreams/")
    page.get_by_role("link", name="All", exact=True).click()
    expect(page.get_by_role("columnheader", name="Owner")).to_be_visible()


def test_two_take_one_at_once(signed_in_page: SignedInPage, world: World) -> None:
    first = signed_in_page(world.isr, UNASSIGNED)
    second = signed_in_page(world.architect, UNASSIGNED)
    first.get_by_role("button", name="Take Street labels").click()
    expect(first.locator("#toasts")).to_contain_text("You lead “Street labels” now.")
    expect(first.get_by_role("row", name="Street labels")).to_contain_text(world.isr.display_name)
    expect(first.get_by_role("button", name="Take Invoice scans")).to_be_focused()
    assert_accessible(first)

    second.get_by_role("button", name="Take Street labels").click()
    expect(second.locator("#toasts")).to_contain_text(f"{world.isr.display_name} leads “Street labels” already")
    expect(second.get_by_role("row", name="Street labels")).to_contain_text(world.isr.display_name)
    expect(second.get_by_role("button", name="Take Street labels")).to_have_count(0)
    second.get_by_role("button", name="Take Invoice scans").click()
    expect(second.get_by_role("link", name="Invoice scans", exact=True)).to_be_focused()
    world.labels.refresh_from_db()
    assert world.labels.lead == world.isr


def test_keys_move_choose_and_search_and_can_be_switched_off(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.isr, "/workstreams/?lead=any&sort=name")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Invoice scans", exact=True)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Choose Street labels")).to_be_checked()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Invoice scans", exact=True)).to_be_focused()
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search by name")
    expect(search).to_be_focused()
    page.keyboard.type("jk")
    expect(search).to_have_value("jk")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys in the grid")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Use these keys in this browser").uncheck()
    page.keyboard.press("Escape")
    page.goto("/workstreams/?lead=any&sort=name")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Invoice scans", exact=True)).not_to_be_focused()
    page.locator("#found .table__main a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Invoice scans")


def test_it_all_works_without_script(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.isr, UNASSIGNED, java_script_enabled=False)
    page.get_by_role("button", name="Take Street labels").click()
    expect(page.get_by_text("You lead “Street labels” now.")).to_be_visible()
    assert rows(page) == ["Invoice scans"]

    page.locator("#columns-menu > summary").click()
    page.get_by_role("button", name="Type further to the front").click()
    expect(page).to_have_url(re.compile(r"columns=name,type,client"))
    page.get_by_role("button", name="Show these").click()
    page.get_by_role("link", name="Save view").click()
    page.get_by_label("Name of the view").fill("Nobody's")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("group", name="Open view")).to_contain_text("Nobody's")
    page.locator("#views-menu > summary").click()
    page.get_by_role("link", name="All views").click()
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Delete “Nobody's”").click()
    expect(page.get_by_text("No views of your own yet")).to_be_visible()
