"""Becoming somebody of the demonstration, and reading the mail that signs one in."""

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from demo.seeding import seed
from tests.browser.conftest import NewPage, assert_accessible


def test_being_maria_and_then_nadia(new_page: NewPage) -> None:
    seed(now=timezone.now())
    page = new_page("/demo/")
    assert_accessible(page)
    page.get_by_role("button", name="Maria Okafor").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My WorkStreams")

    page.goto("/demo/")
    page.get_by_role("button", name="Nadia Haddad").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("WorkStreams")
    assert User.objects.filter(name="Nadia Haddad").exists()


def test_mails_appear_by_themselves_and_their_links_work(new_page: NewPage) -> None:
    page = new_page("/demo/mailbox/")
    expect(page.get_by_text("No mails yet")).to_be_visible()
    assert_accessible(page)
    message = EmailMultiAlternatives("Come in", "Go to http://localhost/ now.", to=["maria@meridian.example"])
    message.attach_alternative('<p><a href="/demo/">Demo people</a></p>', "text/html")
    message.send()

    page.get_by_role("link", name="Come in").click()
    assert_accessible(page)
    page.get_by_text("As designed").click()
    page.frame_locator("iframe").get_by_role("link", name="Demo people").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Be anybody")
