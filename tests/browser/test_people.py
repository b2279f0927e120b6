"""Inviting and removing people, as those who do it and those it happens to meet it."""

from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import NewPage, SignedInPage, assert_accessible
from tests.conftest import World
from tests.mailbox import latest_mail, link_in

FITS = "document.documentElement.scrollWidth <= innerWidth"


def invite(page: Page, addresses: str) -> None:
    """Open the form from the head of the page, type addresses and send them."""
    form = page.locator("#invite")
    page.get_by_role("link", name="Invite", exact=True).click()
    expect(form.get_by_label("E-mail addresses")).to_be_focused()
    form.get_by_label("E-mail addresses").fill(addresses)
    form.get_by_role("button", name="Invite").click()


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")


def test_an_invited_person_registers_chats_and_is_removed(
    world: World, signed_in_page: SignedInPage, new_page: NewPage
) -> None:
    owner = signed_in_page(world.owner, world.labels.get_absolute_url(), bypass_csp=True)
    invite(owner, "Nora New <nora@acme.example>;\nnobody")
    results = owner.get_by_role("status", name="What became of each address")
    expect(results).to_contain_text("nora@acme.example is invited.")
    expect(results).to_contain_text("nobody is not an e-mail address.")
    expect(owner.locator("#members")).to_contain_text("Invited (1)")
    assert_accessible(owner)

    guest = new_page(link_in(latest_mail("nora@acme.example")), viewport={"width": 375, "height": 800}, bypass_csp=True)
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Street labels")
    assert guest.evaluate(FITS)
    assert_accessible(guest)
    guest.get_by_role("button", name="Join as nora@acme.example").click()
    expect(guest.get_by_role("heading", name="Welcome")).to_be_visible()
    assert guest.evaluate(FITS)
    assert_accessible(guest)
    guest.get_by_label("Your name").fill("Nora New")
    guest.get_by_role("button", name="Save and go on").click()
    guest.wait_for_url(f"**{world.labels.get_absolute_url()}")
    say(guest, "Here I am")
    expect(owner.get_by_role("log")).to_contain_text("Here I am")

    owner.reload()
    owner.get_by_label("More for Nora New").click()
    owner.get_by_role("link", name="Remove").click()
    expect(owner.get_by_role("heading", level=1)).to_contain_text("Remove Nora New?")
    assert_accessible(owner)
    owner.get_by_role("button", name="Remove Nora New").click()
    # Nothing is pressed there: the open page finds out by itself.
    expect(guest.get_by_role("alert").filter(has_text="You no longer take part in this WorkStream")).to_be_visible()
    expect(guest.get_by_role("textbox", name="Message")).not_to_be_editable()
    expect(guest.get_by_role("button", name="Send")).to_be_disabled()
    expect(guest.locator("[data-remove]")).to_have_count(0)
    expect(owner.get_by_role("log")).to_contain_text("Here I am")
    expect(owner.locator("#members")).not_to_contain_text("nora@acme.example")
    guest.reload()
    expect(guest.get_by_role("heading", level=1)).to_contain_text("not")


def test_staff_start_for_somebody_new_who_owns_it_once_they_join(
    world: World, signed_in_page: SignedInPage, new_page: NewPage
) -> None:
    isr = signed_in_page(world.isr, "/workstreams/new/")
    isr.get_by_label("Client organisation").select_option("Acme")
    isr.get_by_label("First person of the client").fill("first@acme.example")
    isr.get_by_role("textbox", name="Name", exact=True).fill("Road signs")
    isr.get_by_role("button", name="Start WorkStream").click()
    expect(isr.locator("#members")).to_contain_text("Owner (invited)")

    # Somebody else of the client has this browser, and is asked.
    other = signed_in_page(world.member, link_in(latest_mail("first@acme.example")))
    expect(other.get_by_role("link", name="Stay as member@acme.example")).to_be_visible()
    other.get_by_role("button", name="Switch to first@acme.example").click()
    other.get_by_role("button", name="Join as first@acme.example").click()
    other.get_by_role("button", name="Skip").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Road signs")
    expect(other.locator(".page-head__meta")).to_contain_text("Owner: first")
    assert User.objects.filter(email="first@acme.example").count() == 1
