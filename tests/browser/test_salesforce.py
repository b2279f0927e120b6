"""A colleague ties an opportunity, and the WorkStream follows it (R99-R104, A24)."""

from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedInPage, assert_accessible
from tests.browser.portal import FLOW_SECRET, LivePortal
from tests.conftest import World
from workstreams.choices import Milestone
from workstreams.models import WorkStream

ID = "006A000000abcDEIAY"
LINK = f"https://acme.lightning.force.com/lightning/r/Opportunity/{ID}/view"


@pytest.fixture
def push(portal: LivePortal, settings: Any) -> Any:
    """Play Salesforce over the public address of the running portal."""
    settings.SALESFORCE_FLOW_SECRETS = [FLOW_SECRET]
    return lambda stage, **options: call_command("salesforce_push", ID, stage, url=portal.url, **options)


def see_after_reload(page: Page, text: str) -> None:
    """Reload until the worker has done its part."""
    for _ in range(50):
        page.reload()
        if text in page.locator("main").inner_text():
            return
        page.wait_for_timeout(200)
    expect(page.locator("main")).to_contain_text(text)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_isr_pastes_a_link_ties_and_the_milestone_follows(
    world: World, signed_in_page: SignedInPage, push: Any, script: bool
) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(milestone=Milestone.GATHERING_REQUIREMENTS)
    page = signed_in_page(
        world.isr, f"/workstreams/{world.labels.public_id}/administration/salesforce/", java_script_enabled=script
    )
    expect(page.get_by_text("Convert the lead in Salesforce")).to_be_visible()
    page.get_by_label("Opportunity ID or URL").fill(LINK)
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#understood")).to_contain_text(ID)
    expect(page.locator("#understood")).to_contain_text("Not verified")
    if script:
        assert_accessible(page)

    page.get_by_role("button", name="Tie this opportunity").click()
    expect(page.get_by_text(f"Tied to {ID}")).to_be_visible()
    expect(page.get_by_text("None reported yet")).to_be_visible()

    push("Contracting", repeat=2)
    see_after_reload(page, "Moved to Reviewing Service Agreement.")
    # That page may have read the WorkStream a moment before the worker was done, and the event a moment after.
    page.reload()
    expect(page.locator(".page-head")).to_contain_text("Reviewing Service Agreement")
    expect(page.get_by_text("In step")).to_be_visible()
    if script:
        assert_accessible(page)

    page.get_by_text("Untie this opportunity").click()
    page.get_by_role("button", name=f"Untie {ID}").click()
    expect(page.get_by_text("Untied. The milestone stays")).to_be_visible()
    expect(page.get_by_label("Opportunity ID or URL")).to_be_visible()


def test_booked_on_batch_asks_for_the_choice_and_then_follows(
    world: World, signed_in_page: SignedInPage, push: Any
) -> None:
    WorkStream.objects.filter(pk=world.scans.pk).update(opportunity_id=ID)
    push("Booked", won=True)
    page = signed_in_page(world.isr, f"/workstreams/{world.scans.public_id}/administration/salesforce/")
    see_after_reload(page, "Choose how this BATCH WorkStream is delivered")
    assert_accessible(page)

    page.get_by_role("button", name="Distributed workers: Rapid Prototyping").click()
    expect(page.locator(".page-head")).to_contain_text("Rapid Prototyping")
    expect(page.get_by_text("Moved to Rapid Prototyping.")).to_be_visible()


def test_a_mistake_is_explained_where_it_was_made(world: World, signed_in_page: SignedInPage) -> None:
    WorkStream.objects.filter(pk=world.scans.pk).update(opportunity_id=ID)
    page = signed_in_page(world.isr, f"/workstreams/{world.labels.public_id}/administration/salesforce/")
    field = page.get_by_label("Opportunity ID or URL")
    field.fill("https://acme.my.salesforce.com/home/home.jsp")
    field.press("Enter")
    expect(page.get_by_text("There is no opportunity ID in this link.")).to_be_visible()
    assert_accessible(page)

    field.fill("007B000000VajfR")
    field.press("Enter")
    expect(page.get_by_text("this one begins with 007")).to_be_visible()

    field.fill(ID)
    field.press("Enter")
    page.get_by_role("link", name="“Invoice scans”").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoice scans")
