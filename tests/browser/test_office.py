"""The office's journeys: an ISR takes WorkStreams of every type from nothing to Processing Data."""

import pytest
from playwright.sync_api import Page, expect

from milestones.models import MilestoneChange
from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World
from workstreams.choices import SubscriptionType
from workstreams.models import WorkStream


def milestones_of(workstream: WorkStream) -> str:
    return f"/workstreams/{workstream.public_id}/administration/milestones/"


def press(page: Page, button: str, says: str) -> None:
    """Press a button and wait for the tab's answer."""
    page.get_by_role("button", name=button).click()
    expect(page.locator("#milestones-desk > .notice")).to_contain_text(says)


def to_the_agreement(page: Page) -> None:
    """The three steps that every type has."""
    press(page, "Request verified - move to Gathering Requirements", "Gathering Requirements now")
    expect(page.get_by_text("Convert the lead in Salesforce and paste the opportunity ID")).to_be_visible()
    press(page, "Advance to Preparing a Proposal", "Preparing a Proposal now")
    press(page, "Advance to Reviewing Service Agreement", "Reviewing Service Agreement now")


def record_both_go_aheads(page: Page) -> None:
    """The client's on their behalf, and our own."""
    page.get_by_label("How did they give it?").fill("by phone, Olive, today")
    press(page, "Record the client's go-ahead", "client's go-ahead is recorded")
    press(page, "Give our go-ahead", "team's go-ahead is recorded")


@pytest.mark.parametrize(
    ("kind", "fourth"),
    [
        (SubscriptionType.AGILE, "Assembling DataSquad"),
        (SubscriptionType.BATCH, "Rapid Prototyping"),
    ],
)
def test_an_isr_takes_it_to_processing_data(
    kind: SubscriptionType, fourth: str, world: World, signed_in_page: SignedInPage
) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(subscription_type=kind)
    page = signed_in_page(world.isr, milestones_of(world.labels))
    to_the_agreement(page)
    assert_accessible(page)
    expect(page.get_by_role("button", name=f"Advance to {fourth}", exact=True)).to_have_count(0)
    record_both_go_aheads(page)
    press(page, f"Advance to {fourth}", f"{fourth} now")
    press(page, "Advance to Processing Data", "Processing Data now")

    expect(page.get_by_text("nothing follows")).to_be_visible()
    expect(page.locator("#administration-meta")).to_contain_text("Processing Data")
    assert_accessible(page)
    assert MilestoneChange.objects.filter(workstream=world.labels, without_go_aheads=False).count() == 5


def test_the_client_sees_the_milestone_after_reloading(world: World, signed_in_page: SignedInPage) -> None:
    client = signed_in_page(world.owner, world.labels.get_absolute_url())
    expect(client.get_by_role("heading", name="Street labels")).to_be_visible()
    office = signed_in_page(world.isr, milestones_of(world.labels))
    press(office, "Request verified - move to Gathering Requirements", "Gathering Requirements now")
    client.reload()

    expect(client.locator(".tracker [aria-current=step]")).to_contain_text("Gathering Requirements")


def test_a_stale_second_tab_is_told_where_it_stands(world: World, signed_in_page: SignedInPage) -> None:
    first = signed_in_page(world.isr, milestones_of(world.labels))
    second = signed_in_page(world.admin, milestones_of(world.labels))
    press(first, "Request verified - move to Gathering Requirements", "Gathering Requirements now")
    press(first, "Advance to Preparing a Proposal", "Preparing a Proposal now")
    press(second, "Request verified", "has moved to Preparing a Proposal meanwhile")

    expect(second.get_by_role("button", name="Advance to Reviewing Service Agreement")).to_be_visible()
    assert MilestoneChange.objects.count() == 2


def test_a_double_click_moves_one_step(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.isr, milestones_of(world.labels))
    page.get_by_role("button", name="Request verified").dblclick()
    expect(page.get_by_role("button", name="Advance to Preparing a Proposal")).to_be_visible()
    expect(page.locator("#milestones-desk > .notice")).to_be_focused()

    assert MilestoneChange.objects.count() == 1


def test_it_goes_back_with_a_reason_by_keyboard_without_script(world: World, signed_in_page: SignedInPage) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(milestone="preparing_proposal")
    page = signed_in_page(world.isr, milestones_of(world.labels), java_script_enabled=False)
    page.get_by_text("Go back to an earlier milestone").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Reason").fill("The scope has doubled")
    page.get_by_role("button", name="Go back").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("It is back at Gathering Requirements.")).to_be_visible()
    expect(page.get_by_text("The scope has doubled")).to_be_visible()


def test_the_second_editor_sees_what_the_first_saved(world: World, signed_in_page: SignedInPage) -> None:
    address = f"/workstreams/{world.labels.public_id}/administration/"
    first, second = signed_in_page(world.isr, address), signed_in_page(world.architect, address)
    first.get_by_label("Name", exact=True).fill("Signs of Earth")
    first.get_by_role("button", name="Save general").click()
    expect(first.get_by_text("General is saved.")).to_be_visible()
    second.get_by_label("Name", exact=True).fill("Signs of Mars")
    expect(second.get_by_text("Not saved yet")).to_be_visible()
    second.get_by_role("button", name="Save general").click()

    expect(second.get_by_role("heading", name="Updated by ISR / Sales Colleague meanwhile")).to_be_visible()
    expect(second.get_by_role("cell", name="Signs of Earth")).to_be_visible()
    expect(second.get_by_label("Name", exact=True)).to_have_value("Signs of Mars")
    assert_accessible(second)
    second.get_by_role("button", name="Save mine").click()
    expect(second.get_by_role("heading", name="Signs of Mars", level=1)).to_be_visible()


def test_the_lead_is_handed_over_with_one_click(world: World, signed_in_page: SignedInPage) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(milestone="preparing_proposal", lead=world.isr)
    page = signed_in_page(world.isr, milestones_of(world.labels))
    page.get_by_role("button", name="Solutions Architect Colleague").click()

    expect(page.get_by_text("Solutions Architect Colleague is WorkStream Lead.")).to_be_visible()
    expect(page.get_by_text("Hand over the lead?")).to_have_count(0)
    assert page.url.endswith(milestones_of(world.labels))


def test_closing_and_reopening(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.isr, f"/workstreams/{world.labels.public_id}/administration/")
    page.get_by_text("Close this WorkStream").click()
    page.get_by_label("Reason").select_option("Lost")
    page.get_by_label("Note shared with the client").fill("We wish you luck.")
    page.get_by_role("button", name="Close WorkStream").click()
    expect(page.get_by_text("The WorkStream is closed.")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Reopen WorkStream").click()
    expect(page.get_by_text("open again, where it stood")).to_be_visible()


@pytest.mark.parametrize(
    "viewport", [{"width": 375, "height": 800}, {"width": 1280, "height": 900}], ids=["phone", "desk"]
)
def test_every_tab_is_accessible_and_fits(viewport: dict[str, int], world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.isr, None, viewport=viewport)
    for tab in ("", "milestones/", "lead/", "activity/"):
        page.goto(f"/workstreams/{world.labels.public_id}/administration/{tab}")
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab


def test_a_workstream_is_started_for_a_client(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.isr, "/workstreams/new/")
    assert_accessible(page)
    page.get_by_label("Client organisation").select_option("Acme")
    page.get_by_label("First person of the client").fill("stranger@globex.example")
    page.get_by_label("Name", exact=True).fill("Road signs")
    page.get_by_role("button", name="Start WorkStream").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("First person of the client").fill("owner@acme.example")
    page.get_by_role("button", name="Start WorkStream").click()

    expect(page.get_by_role("heading", name="Road signs", level=1)).to_be_visible()
    assert WorkStream.objects.get(name="Road signs").owner == world.owner
