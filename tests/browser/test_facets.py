"""The counts beside the grid's boxes: they follow each choice, and what is open or focused stays so."""

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams import facets
from workstreams.choices import SubscriptionType


def expect_beside(page: Page, box: str, text: str) -> None:
    expect(page.locator(f"#n-{box}")).to_have_text(text)


def test_the_counts_follow_the_choices_and_leave_the_boxes_alone(signed_in_page: SignedInPage, world: World) -> None:
    WorkStreamFactory.create_batch(3, owner=world.owner, lead=world.isr, subscription_type=SubscriptionType.BATCH)
    facets.recount(now=timezone.now())
    page = signed_in_page(world.isr, "/workstreams/?lead=any")
    expect_beside(page, "type-batch", "4")
    expect_beside(page, "lead-me", "3")
    expect(page.locator("#counted")).to_contain_text("Counts as of")
    assert_accessible(page)

    page.locator("summary", has_text="Came by").click()
    me = page.get_by_role("checkbox", name="Me", exact=True)
    me.check()
    expect_beside(page, "type-batch", "3")
    expect_beside(page, "type-agile", "0")
    expect_beside(page, "lead-none", "2")
    expect(me).to_be_focused()
    expect(page.get_by_role("checkbox", name="Homepage")).to_be_visible()
    page.get_by_role("link", name="Remove filter Lead: me").click()
    expect_beside(page, "type-batch", "4")
    expect(page.get_by_role("checkbox", name="Homepage")).to_be_visible()
    me.check()

    page.get_by_role("searchbox", name="Search by name").fill("labels")
    expect(page.locator("#counted")).to_have_text("No counts with these filters")
    expect_beside(page, "type-batch", "")


def test_a_folded_group_fetches_its_names_when_unfolded(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.isr, "/workstreams/?lead=any")
    page.locator("summary", has_text="Owner").click()
    expect(page.get_by_role("checkbox", name="Stella Stranger")).to_be_visible()

    page.get_by_role("searchbox", name="Find in Owner").press_sequentially("oliv", delay=20)
    expect(page.get_by_role("checkbox", name="Stella Stranger")).to_have_count(0)
    page.get_by_role("checkbox", name="Olive Owner").check()
    expect(page.locator("#count")).to_have_text("1 WorkStream")
