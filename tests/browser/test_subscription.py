"""The subscription of a WorkStream: filled in on its page, settled on the administration screen."""

from playwright.sync_api import expect

from subscriptions.models import BatchTerms
from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World


def test_a_client_fills_in_what_is_missing_without_leaving_the_page(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    page.get_by_label("Message", exact=True).fill("Half a message")
    page.get_by_role("link", name="Add hours per month").click()
    field = page.get_by_label("Hours per month")
    expect(field).to_be_focused()
    assert_accessible(page)
    field.fill("-4")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    field.fill("400")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("400 hours a month")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_have_value("Half a message")
    assert_accessible(page)


def test_a_colleague_settles_the_price_and_changes_the_type(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.isr, f"{world.scans.administration_url}subscription/")
    assert_accessible(page)
    page.get_by_label("Estimated project price, from").fill("1000")
    page.get_by_label("Estimated project price, to").fill("2000")
    page.get_by_label("Project price", exact=False).nth(2).fill("2500")
    page.get_by_role("button", name="Save subscription").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    assert_accessible(page)
    page.get_by_label("Why the project price").fill("Rush job")
    page.get_by_role("button", name="Save subscription").click()
    expect(page.get_by_text("the reason is kept with it")).to_be_visible()
    assert BatchTerms.objects.get().project_price == 2500

    page.get_by_label("New type").select_option("lean")
    page.get_by_role("button", name="Change type").click()
    expect(page.get_by_text("This is a LEAN WorkStream now.")).to_be_visible()
    page.get_by_text("Earlier terms: BATCH").click()
    expect(page.get_by_text("$1,000 to $2,000")).to_be_visible()
    assert_accessible(page)
