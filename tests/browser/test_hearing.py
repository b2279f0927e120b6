"""Two people notice each other, find what was said, and scroll through a long conversation."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from chat import actions
from chat.models import Counter, Message, ReadMark
from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World
from workstreams.choices import Side
from workstreams.models import WorkStream

SOON = 3000  # milliseconds: signs are sent at most once a second


def say(workstream: WorkStream, author: User, *bodies: str) -> None:
    for body in bodies:
        actions.post_message(workstream=workstream, author=author, body=body, client_key=uuid4())


def entries(page: Page, text: str = "") -> Locator:
    return page.get_by_role("log").filter(visible=True).locator("article", has_text=text)


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def test_two_people_notice_each_other(signed_in_page: SignedInPage, world: World) -> None:
    say(world.labels, world.isr, "Hello Acme")
    path = world.labels.get_absolute_url()
    client = signed_in_page(world.owner, path)
    colleague = signed_in_page(world.isr, path)
    other = signed_in_page(world.architect, path)

    # Colleagues see who else is looking; clients have no such thing.
    expect(other.locator("[data-presence]")).to_have_text(f"{world.isr.display_name} is looking too", timeout=SOON)
    expect(colleague.locator("[data-presence]")).to_have_text(f"{world.architect.display_name} is looking too")
    expect(client.locator("[data-presence]")).to_have_count(0)

    # The message is seen, by its member and by the colleague.
    expect(entries(colleague, "Hello Acme")).to_contain_text("Seen by 2", timeout=SOON)

    composer(client).press_sequentially("I am wri")
    expect(colleague.locator("[data-pane='message'] [data-typing]")).to_have_text(
        f"{world.owner.display_name} is writing", timeout=SOON
    )
    composer(client).press("Enter")
    expect(colleague.locator("[data-pane='message'] [data-typing]")).to_have_text("")
    expect(entries(client, "I am wri")).to_contain_text(f"Seen by {world.isr.display_name}", timeout=SOON)
    assert world.architect.display_name not in client.content()
    readers = entries(colleague, "Hello Acme")
    readers.click()
    expect(readers).to_contain_text("Seen by 2")
    readers.get_by_role("button", name="Seen by 2").click()
    expect(readers).to_contain_text(f"Seen by {world.owner.display_name}, {world.architect.display_name}")

    # Who writes a note is the colleagues' own business.
    colleague.get_by_role("tab", name="Notes").click()
    colleague.get_by_role("textbox", name="Internal Note").press_sequentially("Hush")
    other.get_by_role("tab", name="Notes").click()
    expect(other.locator("[data-pane='note'] [data-typing]")).to_have_text(
        f"{world.isr.display_name} is writing", timeout=SOON
    )
    expect(client.locator("[data-typing]")).to_have_text("")
    colleague.close()
    expect(other.locator("[data-presence]")).to_have_text("")
    expect(other.locator("[data-pane='note'] [data-typing]")).to_have_text("", timeout=8000)


def test_a_long_conversation_is_found_again_and_scrolled_through(signed_in_page: SignedInPage, world: World) -> None:
    Message.objects.bulk_create(
        Message(
            workstream=world.labels,
            author=world.isr if number % 3 else world.owner,
            side=Side.TEAM if number % 3 else Side.CLIENT,
            body=f"line {number}. " + ("needle" if number == 210 else "More words follow. " * (number % 7)),
            number=number,
            client_key=uuid4(),
        )
        for number in range(1, 901)
    )
    Counter.objects.create(workstream=world.labels, last_message=900)
    ReadMark.objects.create(workstream=world.labels, user=world.owner, message=880)
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    expect(page).to_have_title("Street labels - WorkStream Portal (13 unread)")
    expect(page.locator("link[rel='icon']")).to_have_attribute("href", re.compile("^data:image/png"))

    # Found, and opened where it stands.
    page.get_by_role("link", name="Search this chat").click()
    page.get_by_role("searchbox", name="Words").fill("need")
    page.keyboard.press("Enter")
    expect(page.locator(".found mark")).to_have_text("needle")
    assert_accessible(page)
    page.locator(".found__link").click()
    expect(entries(page, "needle")).to_be_in_viewport()
    expect(entries(page)).to_have_count(50)

    # Up and down from there, with the place kept and the far end let go.
    log = page.get_by_role("log")
    for first in (135, 85, 35, 1):
        place = scroll_up(page)
        expect(page.locator(f"#message-{first}")).to_be_attached()
        assert abs(place() - 100) < 60, "what one looked at has moved"
    expect(page.get_by_role("link", name="Show older")).to_have_count(0)
    for last in (284, 334, 384, 434):
        log.evaluate("box => box.scrollTop = box.scrollHeight")
        expect(page.locator(f"#message-{last}")).to_be_attached()
        assert entries(page).count() <= 300
    expect(page.locator("#message-1")).not_to_be_attached()

    # What is said at the end waits, and is shown there.
    say(world.labels, world.isr, "at the end")
    page.get_by_role("button", name="new message").click()
    expect(entries(page, "at the end")).to_be_in_viewport()
    expect(page).to_have_title("Street labels - WorkStream Portal")
    composer(page).fill("thank you")
    composer(page).press("Enter")
    expect(entries(page, "thank you")).to_contain_text("Se")

    # A link to anywhere opens that place; keys go on and keep for later.
    address = page.url.partition("?")[0].partition("#")[0]
    page.goto("about:blank")
    page.goto(f"{address}#message-50")
    expect(page.locator("#message-50")).to_be_in_viewport()
    page.get_by_role("log").focus()
    page.keyboard.press("Shift+U")
    expect(page).to_have_title(re.compile(r"^My WorkStreams .*\(\d unread\)$"))


def scroll_up(page: Page) -> Callable[[], float]:
    """Scroll to the top; where the entry that was 100 pixels down stands can be asked later."""
    log = page.get_by_role("log")
    name = log.evaluate(
        """box => {
            box.scrollTop = 0;
            const top = box.getBoundingClientRect().top;
            const seen = [...box.querySelectorAll("article")].find((a) => a.getBoundingClientRect().top - top >= 40);
            return seen.id + " " + (seen.getBoundingClientRect().top - top);
        }"""
    )
    key, was = name.split(" ")

    def place() -> float:
        script = (
            "(box, key) => document.getElementById(key).getBoundingClientRect().top - box.getBoundingClientRect().top"
        )
        now = log.evaluate(script, key)
        return 100 + float(now) - float(was)

    return place
