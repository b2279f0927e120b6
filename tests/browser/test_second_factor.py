"""A second factor, as a colleague meets it where one is required."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import NewPage, assert_accessible
from tests.browser.portal import LivePortal
from tests.browser.test_profile import code_for
from tests.conftest import World
from tools.guard import Guard


@pytest.fixture
def strict(portal: LivePortal, tmp_path: Path) -> Iterator[LivePortal]:
    """Pages of the same portal where colleagues need a second factor."""
    with Guard() as guard:
        door = LivePortal(guard, tmp_path, services={"MFA_REQUIRED_FOR_STAFF": "on"})
        door.start_pages()
        yield door


def give_mailed_code(page: Page, door: LivePortal, person: User) -> None:
    """The first half of signing in."""
    page.goto(f"{door.url}/sign-in/")
    page.get_by_label("Work e-mail").fill(person.email)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    page.get_by_label("Code").fill(code_for(person))
    page.get_by_role("button", name="Sign in").click()


def shown_by_app(secret: str, *, ahead: int = 0) -> str:
    """What an authenticator app shows now, or so many half minutes later; the neighbours of now are taken too."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead)))


def test_a_colleague_is_led_to_it_sets_it_up_and_signs_in_with_app_and_recovery_code(
    world: World, strict: LivePortal, new_page: NewPage
) -> None:
    page = new_page(None)
    give_mailed_code(page, strict, world.isr)
    expect(page).to_have_url(f"{strict.url}/accounts/2fa/totp/activate/")
    page.goto(f"{strict.url}/workstreams/")
    expect(page).to_have_url(f"{strict.url}/accounts/2fa/totp/activate/")
    assert_accessible(page)
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(shown_by_app(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    assert_accessible(page)
    recovery = page.get_by_label("Unused codes").input_value().split()
    page.goto(f"{strict.url}/workstreams/")
    expect(page.get_by_role("heading", level=1)).to_have_text("WorkStreams")

    phone = new_page(None, viewport={"width": 375, "height": 740}, color_scheme="dark")
    for code in (recovery[0], shown_by_app(secret, ahead=1)):
        give_mailed_code(phone, strict, world.isr)
        expect(phone.get_by_role("heading", level=1)).to_have_text("Two-Factor Authentication")
        assert_accessible(phone)
        phone.get_by_label("Code").fill("000000")
        phone.get_by_role("button", name="Sign In").click()
        expect(phone.get_by_text("That is not the code your app shows now.").first).to_be_visible()
        phone.get_by_label("Code").fill(code)
        phone.get_by_role("button", name="Sign In").click()
        expect(phone.get_by_role("heading", level=1)).to_have_text("WorkStreams")
        phone.context.clear_cookies()

    # A recovery code works once.
    give_mailed_code(phone, strict, world.isr)
    phone.get_by_label("Code").fill(recovery[0])
    phone.get_by_role("button", name="Sign In").click()
    expect(phone.get_by_text("That is not the code your app shows now.").first).to_be_visible()
    # Clients are asked for none.
    owner = new_page(None)
    give_mailed_code(owner, strict, world.owner)
    expect(owner.get_by_role("heading", name="My WorkStreams")).to_be_visible()
