"""Settling a mail that could not be posted by itself."""

from playwright.sync_api import expect

from chat.models import Message
from mailroom.models import IncomingMail
from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World


def test_a_held_mail_is_posted_in_the_name_of_whom_its_address_is(signed_in_page: SignedInPage, world: World) -> None:
    IncomingMail.objects.create(
        recipient="reply@reply.portal.example",
        dedupe_key="1",
        raw=b"From: olive@home.example\r\n\r\nYes, from <b>home</b>.\r\n",
        state=IncomingMail.State.HELD,
        reason="It is from olive@home.example.",
        sender="olive@home.example",
        subject="Re: WorkStream: Street labels",
        text="Yes, from <b>home</b>.",
        kind="chat",
        person=world.owner,
        workstream=world.labels,
    )
    page = signed_in_page(world.isr, "/held-mails/")
    assert_accessible(page)
    page.get_by_role("link", name="Re: WorkStream: Street labels").click()
    expect(page.get_by_text("Yes, from <b>home</b>.")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Post in the chat as Olive Owner").click()
    expect(page.get_by_text("It is posted.")).to_be_visible()
    expect(page.get_by_text("No mail waits")).to_be_visible()
    assert Message.objects.get(author=world.owner).body == "Yes, from <b>home</b>."
