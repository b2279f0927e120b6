"""Two people talk; connections drop; notes stay inside the team."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from chat import actions
from chat.models import Message, Note
from tests.browser.conftest import SignedInPage, Trouble, assert_accessible
from tests.browser.portal import LivePortal
from tests.conftest import World
from workstreams import membership
from workstreams.models import WorkStream

SOON = 1000  # milliseconds: a message is on the other screen within a second
STORED = re.compile("Sent|Seen")


def say(workstream: WorkStream, author: User, *bodies: str) -> None:
    for body in bodies:
        actions.post_message(workstream=workstream, author=author, body=body, client_key=uuid4())


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message")


def write(page: Page, text: str) -> None:
    composer(page).fill(text)
    composer(page).press("Enter")


def entries(page: Page, text: str = "") -> Locator:
    return page.get_by_role("log").filter(visible=True).locator("article", has_text=text)


def is_at_the_bottom(page: Page) -> bool:
    return bool(
        page.get_by_role("log").evaluate(
            "box => box.scrollHeight - box.scrollTop - box.clientHeight < 40", timeout=5000
        )
    )


def test_two_browsers_see_each_other_without_reloading(signed_in_page: SignedInPage, world: World) -> None:
    path = world.labels.get_absolute_url()
    client = signed_in_page(world.owner, path)
    colleague = signed_in_page(world.isr, path)
    write(client, "Hello from Acme")
    expect(entries(colleague, "Hello from Acme")).to_have_count(1)  # the streams are open

    # The first answer takes longer than others: it makes a member and a lead, and writes them a mail.
    write(colleague, "Hello from the team")
    expect(entries(client, "Hello from the team")).to_have_count(1)
    write(colleague, "What is it about?")
    expect(entries(client, "What is it about?")).to_have_count(1, timeout=SOON)
    write(client, "Good to meet you")
    expect(entries(colleague, "Good to meet you")).to_have_count(1, timeout=SOON)

    for page in (client, colleague):
        expect(entries(page)).to_have_count(4)
        middle = page.viewport_size["width"] / 2 if page.viewport_size else 640
        left = entries(page, "Hello from Acme").locator(".message__bubble").bounding_box()
        right = entries(page, "Hello from the team").locator(".message__bubble").bounding_box()
        assert left is not None
        assert right is not None
        assert left["x"] < right["x"] < middle * 2
    expect(entries(client, "Hello from Acme")).to_contain_text("You")
    expect(entries(colleague, "Hello from Acme")).not_to_contain_text("You")
    expect(entries(client, "Good to meet you")).to_contain_text(STORED)
    world.labels.refresh_from_db()
    assert world.labels.lead == world.isr


def test_the_first_unread_message_is_found_again(signed_in_page: SignedInPage, world: World) -> None:
    say(world.labels, world.owner, "the last one I read")
    say(world.labels, world.isr, *(f"line {number}." for number in range(1, 61)))
    page = signed_in_page(world.owner, world.labels.get_absolute_url())

    expect(page.locator(".unread-line")).to_be_in_viewport()
    expect(entries(page, "line 1.")).to_be_in_viewport()
    expect(page).to_have_title("Street labels - WorkStream Portal (60 unread)")
    with page.expect_response("**/chat/read/"):
        page.get_by_role("button", name="60 new messages").click()
    expect(entries(page, "line 60.")).to_be_in_viewport()
    expect(page).to_have_title("Street labels - WorkStream Portal")
    page.reload()
    expect(entries(page, "line 60.")).to_be_in_viewport()
    expect(page.locator(".unread-line")).to_have_count(0)


def test_what_arrives_while_one_reads_above_waits_behind_a_button(signed_in_page: SignedInPage, world: World) -> None:
    say(world.labels, world.owner, *(f"line {number}." for number in range(1, 41)))
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    colleague = signed_in_page(world.isr, world.labels.get_absolute_url())
    expect(entries(page, "line 40.")).to_be_in_viewport()
    page.get_by_role("log").evaluate("box => box.scrollTop = 0")

    write(colleague, "Look here")
    page.get_by_role("button", name="1 new message").click()
    expect(entries(page, "Look here")).to_be_in_viewport()
    expect(page.get_by_role("button", name="1 new message")).to_be_hidden()


def test_older_history_loads_above_and_keeps_its_place(signed_in_page: SignedInPage, world: World) -> None:
    say(world.labels, world.owner, *(f"line {number}." for number in range(1, 121)))
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    expect(entries(page)).to_have_count(50)

    page.get_by_role("log").evaluate("box => box.scrollTop = 60")
    expect(entries(page)).to_have_count(100)
    expect(entries(page, "line 71.")).to_be_in_viewport()
    page.get_by_role("log").evaluate("box => box.scrollTop = 0")
    expect(entries(page)).to_have_count(120)
    expect(page.get_by_role("link", name="Show older")).to_have_count(0)
    assert page.locator(".day-separator").count() == 1


def test_a_draft_survives_a_reload_and_stays_on_its_own_side(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.isr, world.labels.get_absolute_url())
    composer(page).fill("half a mess")
    page.get_by_role("tab", name="Notes").click()
    page.get_by_role("textbox", name="Internal Note").fill("half a note")
    page.reload()

    expect(page.get_by_role("textbox", name="Internal Note")).to_have_value("half a note")
    page.get_by_role("tab", name="Chat").click()
    expect(composer(page)).to_have_value("half a mess")


def test_with_the_server_away_nothing_written_is_lost(
    signed_in_page: SignedInPage, world: World, portal: LivePortal, trouble: Trouble
) -> None:
    trouble.expect("ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY")
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    write(page, "while it was there")
    expect(entries(page, "while it was there")).to_contain_text(STORED)
    portal.stop("web")
    write(page, "while it was away")
    write(page, "never mind")

    expect(entries(page, "while it was away")).to_contain_text("Not sent")
    expect(page.locator("#connection-strip")).to_be_visible()
    portal.start_again("web")
    page.reload()
    expect(entries(page, "while it was away")).to_contain_text("Not sent")
    entries(page, "never mind").get_by_role("button", name="Discard").click()
    entries(page, "while it was away").get_by_role("button", name="Retry").click()
    expect(entries(page, "while it was away")).to_contain_text(STORED)
    page.reload()
    expect(entries(page)).to_have_count(2)
    assert [message.body for message in Message.objects.all()] == ["while it was there", "while it was away"]


def test_a_dropped_connection_is_caught_up_without_loss_or_repetition(
    signed_in_page: SignedInPage, world: World, portal: LivePortal, trouble: Trouble
) -> None:
    trouble.expect("ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY")
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    say(world.labels, world.isr, "before")
    expect(entries(page, "before")).to_have_count(1)
    portal.stop("web")
    say(world.labels, world.isr, "meanwhile one", "meanwhile two")
    portal.start_again("web")

    expect(entries(page, "meanwhile two")).to_have_count(1)
    say(world.labels, world.isr, "after")
    expect(entries(page, "after")).to_have_count(1)
    assert [text.strip() for text in entries(page).locator(".message__body").all_inner_texts()] == [
        "before",
        "meanwhile one",
        "meanwhile two",
        "after",
    ]
    expect(page.locator("#connection-strip")).to_be_hidden()


def test_enter_sends_and_shift_enter_breaks(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    composer(page).focus()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")

    expect(entries(page)).to_contain_text(STORED)
    assert Message.objects.get().body == "one\ntwo"


def test_enter_that_chooses_a_word_sends_nothing(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    composer(page).fill("かな")
    composer(page).evaluate(
        "field => field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )

    expect(composer(page)).to_have_value("かな")
    expect(entries(page)).to_have_count(0)


def test_a_double_click_sends_once(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    composer(page).fill("Hello")
    page.get_by_role("button", name="Send").dblclick()

    expect(entries(page, "Hello")).to_contain_text(STORED)
    assert Message.objects.count() == 1


def test_a_text_that_is_too_long_is_told_so_before_it_is_sent(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    composer(page).fill("x" * 20_010)

    expect(page.get_by_text("10 too many")).to_be_visible()
    composer(page).press("Enter")
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("A message holds 20,000 characters")
    composer(page).fill("x" * 19_900)
    expect(page.get_by_text("100 left")).to_be_visible()
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(0)


def test_notes_stay_inside_the_team(signed_in_page: SignedInPage, world: World) -> None:
    path = world.labels.get_absolute_url()
    colleague, other = signed_in_page(world.isr, path), signed_in_page(world.architect, path)
    client = signed_in_page(world.owner, path)
    for page in (colleague, other):
        page.get_by_role("tab", name="Notes").click()
    page = colleague
    expect(page.get_by_text("Only CloudFactory sees this")).to_be_visible()
    page.get_by_role("textbox", name="Internal Note").fill("they will pay double")
    page.get_by_role("button", name="Add note").click()

    expect(entries(other, "they will pay double")).to_have_count(1)
    page.get_by_role("tab", name="Notes").press("ArrowLeft")
    expect(page.get_by_role("tab", name="Chat")).to_be_focused()
    page.keyboard.press("t")
    expect(page.get_by_role("tab", name="Notes")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("t")
    write(page, "Hello")
    expect(entries(client, "Hello")).to_have_count(1)
    assert "double" not in client.content()
    expect(client.get_by_role("tab")).to_have_count(0)


def test_a_note_is_not_sent_to_the_client_by_mistake(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.isr, world.labels.get_absolute_url())
    write(page, "@maria can we do this for less?")

    expect(page.get_by_role("dialog", name="Send this to the client?")).to_be_visible()
    page.get_by_role("button", name="Keep writing").click()
    expect(composer(page)).to_have_value("@maria can we do this for less?")
    composer(page).press("Enter")
    page.get_by_role("button", name="Move it to Notes").click()
    expect(page.get_by_role("textbox", name="Internal Note")).to_have_value("@maria can we do this for less?")
    page.keyboard.press("Enter")
    expect(entries(page, "@maria")).to_contain_text(STORED)
    assert not Message.objects.exists()
    assert Note.objects.count() == 1


def test_starter_prompts_fill_the_composer(signed_in_page: SignedInPage, world: World) -> None:
    actions.post_automatic_message(workstream=world.labels, body="Welcome")
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    page.get_by_role("button", name="We have images to label").click()

    expect(composer(page)).to_be_focused()
    expect(composer(page)).to_have_value(
        "We have images that need labelling. About how many: \nWhat should be marked in them: "
    )
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("button", name="We have images to label")).to_have_count(0)


def test_what_arrives_is_read_out_in_a_sentence(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.owner, world.labels.get_absolute_url())
    spoken = page.locator("[data-pane] > [role='status']")
    say(world.labels, world.isr, "One thing")
    expect(spoken).to_have_text("ISR / Sales Colleague, CloudFactory: One thing")


def test_who_is_taken_off_a_workstream_is_told_so(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.member, world.labels.get_absolute_url())
    say(world.labels, world.isr, "Hello")
    expect(entries(page, "Hello")).to_have_count(1)
    membership.remove(workstream=world.labels, actor=world.owner, person=world.member)
    expect(page.get_by_text("You no longer take part in this WorkStream").first).to_be_visible()


def test_it_works_without_script(signed_in_page: SignedInPage, world: World) -> None:
    say(world.labels, world.isr, *(f"line {number}." for number in range(1, 61)))
    page = signed_in_page(world.owner, world.labels.get_absolute_url(), java_script_enabled=False)
    composer(page).fill("Hello without script")
    page.get_by_role("button", name="Send").click()

    expect(entries(page, "Hello without script")).to_be_visible()
    page.get_by_role("link", name="Show older").click()
    expect(entries(page, "line 1.")).to_be_visible()
    page.get_by_role("link", name="Show the newest").click()
    expect(entries(page, "Hello without script")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (1280, "light")])
def test_every_state_is_accessible(signed_in_page: SignedInPage, world: World, scheme: str, width: int) -> None:
    path = world.labels.get_absolute_url()
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    client = signed_in_page(world.owner, path, **options)
    assert_accessible(client)
    say(world.labels, world.owner, "Hello", "https://example.com/a?b=c")
    say(world.labels, world.isr, "Good day")
    actions.post_automatic_message(workstream=world.labels, body="Welcome to the chat")
    expect(entries(client)).to_have_count(4)
    assert_accessible(client)
    colleague = signed_in_page(world.isr, path, **options)
    expect(entries(colleague)).to_have_count(4)
    assert_accessible(colleague)
    colleague.get_by_role("tab", name="Notes").click()
    colleague.get_by_role("textbox", name="Internal Note").fill("a note")
    colleague.get_by_role("button", name="Add note").click()
    expect(entries(colleague, "a note")).to_contain_text(STORED)
    colleague.evaluate("scrollTo(0, 0)")  # what the top bar covers while scrolling is no small target
    assert_accessible(colleague)
    assert colleague.evaluate("document.documentElement.scrollWidth <= innerWidth")
