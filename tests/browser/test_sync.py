"""An administrator sees what a vendor refused, and mends it."""

from django.utils import timezone
from playwright.sync_api import expect

from integrations.models import Connector, Delivery, Mailbox, Provider
from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World


def test_what_was_refused_is_found_and_left_out(world: World, signed_in_page: SignedInPage) -> None:
    mailbox = Mailbox.objects.create(
        provider=Provider.INTERCOM,
        key=f"workstream:{world.labels.pk}",
        workstream=world.labels,
        parked_at=timezone.now(),
    )
    Delivery.objects.create(
        mailbox=mailbox,
        operation="message.relay",
        data={"number": 12},
        state=Delivery.State.PARKED,
        attempts=1,
        last_error="400 parameter_invalid: the body is too long for Intercom, which takes fewer characters than we do",
    )
    Connector.objects.create(provider=Provider.INTERCOM, last_failure_at=timezone.now(), last_error="400")
    page = signed_in_page(world.admin, "/sync/", viewport={"width": 375, "height": 800}, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert_accessible(page)

    page = signed_in_page(world.admin, "/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Sync").click()
    assert_accessible(page)
    page.get_by_role("region", name="Intercom").get_by_role("link", name="1", exact=True).click()
    assert_accessible(page)
    page.get_by_role("link", name="message.relay 12").click()
    expect(page.get_by_text("400 parameter_invalid")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Leave it out").click()
    expect(page.get_by_text("Say why, for whoever reads this later.")).to_be_visible()
    page.get_by_label("Reason").fill("Said by telephone.")
    page.get_by_role("button", name="Leave it out").click()
    expect(page.get_by_text("It is left out; what waited behind it goes on.")).to_be_visible()
    expect(page.get_by_text("Said by telephone.")).to_be_visible()

    page.get_by_role("link", name="Sync").first.click()
    page.get_by_role("link", name="Data flow").click()
    assert_accessible(page)

    page.goto(f"/workstreams/{world.labels.public_id}/administration/activity/")
    expect(page.get_by_role("region", name="Vendors")).to_contain_text("Ignored")
    assert_accessible(page)
