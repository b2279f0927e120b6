"""The bell from rising to silence, and the mail that says how to be rid of it."""

import re
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import expect

from chat.actions import post_message
from notifications import actions
from notifications.models import Mail
from notifications.notices import Notification
from notifications.tasks import write_due_mails
from tests.browser.conftest import NewPage, SignedInPage, assert_accessible
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams.models import WorkStream


def test_the_bell_rises_is_read_silenced_and_left_by_mail(
    world: World, signed_in_page: SignedInPage, new_page: NewPage
) -> None:
    WorkStream.objects.filter(pk=world.labels.pk).update(lead=world.architect)
    world.labels.refresh_from_db()
    # Whatever the time is: nobody sleeps in this journey.
    actions.set_preferences(actor=world.architect, has_quiet_hours=False)
    page = signed_in_page(world.architect, "/workstreams/?lead=any")
    bell = page.locator(".bell__button")
    expect(bell).to_have_accessible_name("Notifications")

    post_message(workstream=world.labels, author=world.owner, body="Are **you** there?", client_key=uuid4())
    write_due_mails()
    page.reload()
    expect(bell).to_have_accessible_name("Notifications, 1 unread")
    bell.click()
    row = page.get_by_role("link", name=re.compile("Olive Owner wrote in the chat"))
    expect(row).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size({"width": 375, "height": 700})
    box = row.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
    page.set_viewport_size({"width": 1280, "height": 720})
    row.click()
    page.wait_for_url(re.compile(str(world.labels.public_id)))
    expect(page.get_by_text("Are you there?")).to_be_visible()
    expect(bell).to_have_accessible_name("Notifications")

    page.locator(".bell__button").click()
    page.get_by_role("link", name="How much I hear of this WorkStream").click()
    page.get_by_label("Nothing").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("You hear of “Street labels”: nothing.")).to_be_visible()

    page.goto("/notifications/preferences/")
    assert_accessible(page)
    page.get_by_role("button", name="Hear everything again").click()
    page.get_by_label("By e-mail: A client asks to reopen a WorkStream").uncheck()
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_label("By e-mail: A client asks to reopen a WorkStream")).not_to_be_checked()

    other = WorkStreamFactory.create(owner=world.owner, lead=world.architect, name="Night signs")
    post_message(workstream=other, author=world.owner, body="Hello?", client_key=uuid4())
    write_due_mails()
    Notification.objects.waiting().update(due_at=timezone.now() - timedelta(seconds=1))
    write_due_mails()
    mail = Mail.objects.get(recipients=[world.architect.email])
    assert "You get this mail because you are its WorkStream Lead." in mail.text
    way_out = re.search(r"/notifications/unsubscribe/\S+", mail.text)
    assert way_out
    anybody = new_page(way_out[0])
    anybody.get_by_role("button", name="No more mails of this kind").click()
    expect(anybody.get_by_role("heading", name="Done")).to_be_visible()
    assert_accessible(anybody)
    assert "client_message" in actions.preferences_of(world.architect).not_by_mail
