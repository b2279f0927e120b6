"""Two people talk; connections drop; notes stay inside the team."""

from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from chat import actions
from tests.browser.conftest import SignedInPage
from tests.conftest import World
from workstreams.models import WorkStream


def say(workstream: WorkStream, author: User, *bodies: str) -> None:
    for body in bodies:
        actions.post_message(workstream=workstream, author=author, body=body, client_key=uuid4())


def write(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def messages(page: Page, text: str) -> Locator:
    return page.get_by_role("log", name="Conversation").locator("article", has_text=text)


def test_two_browsers_see_each_other_without_reloading(signed_in_page: SignedInPage, world: World) -> None:
    path = world.labels.get_absolute_url()
    client = signed_in_page(world.owner, path)
    colleague = signed_in_page(world.isr, path)

    write(client, "Hello from Acme")
    expect(messages(colleague, "Hello from Acme")).to_have_count(1, timeout=1000)
    write(colleague, "Hello from the team")
    expect(messages(client, "Hello from the team")).to_have_count(1, timeout=1000)
