"""The portal serves, in a real browser."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, SignedInPage, Trouble
from tests.browser.portal import LivePortal
from tests.conftest import World


def test_the_portal_says_that_it_is_well(new_page: NewPage) -> None:
    page = new_page("/healthz")

    assert page.evaluate("JSON.parse(document.body.innerText)") == {"ok": True}


def test_somebody_signed_in_is_not_asked_to_sign_in(world: World, signed_in_page: SignedInPage) -> None:
    page: Page = signed_in_page(world.owner, "/healthz")

    assert page.context.cookies()[0]["name"] == "sessionid"


def test_the_web_server_can_go_away_and_return(portal: LivePortal, new_page: NewPage) -> None:
    page = new_page("/healthz")
    portal.stop("web")
    portal.start_again("web")
    page.reload()

    expect(page.locator("body")).to_contain_text("true")


def test_a_page_that_complains_would_fail_its_journey(new_page: NewPage, trouble: Trouble) -> None:
    trouble.expect("told on purpose")
    page = new_page("/healthz")
    page.evaluate("console.error('told on purpose')")
    page.evaluate("console.error('told by accident')")
    page.evaluate("setTimeout(() => { throw new Error('thrown') })")
    with page.expect_event("console"):
        page.evaluate("console.log('the end')")

    assert [text for text in trouble.unexpected() if "accident" in text or "thrown" in text] == trouble.unexpected()
    assert len(trouble.unexpected()) == 2
    trouble.found.clear()
