"""The newcomer's way: from a link of the public site, over the mail, to a started WorkStream."""

import re
import time

from playwright.sync_api import Page, expect

from notifications.models import Mail
from subscriptions.models import StartAttempt
from tests.browser.conftest import NewPage, SignedInPage, assert_accessible
from tests.conftest import World
from tests.mailbox import code_in, latest_mail, link_in

CALCULATOR = "/start/?product=agile&hours=400&billing=yearly&use_case=street-signs&utm_source=google"


def give_address(page: Page, email: str) -> Mail:
    """Type the address and wait for the mail."""
    page.get_by_label("Work e-mail").fill(email)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    return latest_mail(email)


def fill_in(page: Page) -> None:
    """The three inputs."""
    page.get_by_label("Name", exact=True).fill("Street signs of Porto")
    page.get_by_label("Intended start date").fill(f"{int(time.strftime('%Y')) + 1}-03-01")
    page.get_by_label("Short description").fill("Outline every sign in 40,000 photos.")


def test_a_newcomer_starts_a_workstream_with_a_code(new_page: NewPage) -> None:
    page = new_page(CALCULATOR)
    expect(page.get_by_text("400 hours a month")).to_be_visible()
    assert_accessible(page)
    mail = give_address(page, "nora@initech.example")
    assert_accessible(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("That is not the code")).to_be_visible()
    page.get_by_label("Code").fill(code_in(mail))
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_label("Hours per month")).to_have_value("400")
    expect(page.get_by_role("radio", name="AGILE")).to_be_checked()
    assert_accessible(page)
    page.get_by_role("button", name="Start WorkStream").click()
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("link", name="Name: Please give it a name.")).to_be_visible()
    assert_accessible(page)
    fill_in(page)
    page.get_by_label("Your company").fill("Initech")
    page.get_by_role("button", name="Start WorkStream").click()

    expect(page).to_have_url(re.compile(r"/workstreams/[0-9a-f-]+/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Street signs of Porto")
    expect(page.get_by_text("WorkStream started.")).to_be_visible()

    started = page.url
    page.go_back()
    page.get_by_role("button", name="Start WorkStream").click()
    expect(page).to_have_url(started)


def test_the_link_of_the_mail_brings_the_selection_to_another_browser(new_page: NewPage) -> None:
    mail = give_address(new_page(CALCULATOR), "phil@initech.example")
    phone = new_page(link_in(mail), viewport={"width": 375, "height": 740})
    expect(phone.get_by_role("heading", name="Sign in as phil@initech.example?")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("button", name="Sign in").click()

    expect(phone.get_by_label("Hours per month")).to_have_value("400")
    assert_accessible(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 375


def test_what_is_typed_is_kept_and_found_on_another_device(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, "/start/")
    fill_in(page)
    page.get_by_role("radio", name="LEAN").check()
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Changed just before leaving")
    page.goto("/my-workstreams/")

    phone = signed_in_page(world.owner, "/start/")
    expect(phone.get_by_label("Name", exact=True)).to_have_value("Changed just before leaving")
    expect(phone.get_by_role("radio", name="LEAN")).to_be_checked()
    assert StartAttempt.objects.count() == 1


def test_only_the_details_of_the_chosen_type_are_shown(world: World, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(world.owner, "/start/")
    page.get_by_text("Subscription details (optional").click()
    expect(page.get_by_label("Hours per month")).to_be_visible()
    page.get_by_role("radio", name="LEAN").check()

    expect(page.get_by_label("Package")).to_be_visible()
    expect(page.get_by_label("Hours per month")).to_be_hidden()


def test_the_whole_way_works_without_script(new_page: NewPage) -> None:
    page = new_page(CALCULATOR, java_script_enabled=False)
    page.get_by_text("Edit").click()
    page.get_by_label("Hours per month").fill("500")
    page.get_by_role("button", name="Save selection").click()
    expect(page.get_by_text("500 hours a month")).to_be_visible()
    mail = give_address(page, "zoe@initech.example")
    page.get_by_label("Code").fill(code_in(mail))
    page.get_by_role("button", name="Sign in").click()
    fill_in(page)
    page.get_by_role("button", name="Start WorkStream").click()

    expect(page).to_have_url(re.compile(r"/workstreams/[0-9a-f-]+/"))
