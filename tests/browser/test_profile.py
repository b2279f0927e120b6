"""One's own profile, sessions and data, as people meet them."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import Page, expect

from accounts.models import User
from chat.actions import post_message
from notifications.models import Mail
from tests.browser.conftest import NewPage, SignedInPage, Trouble, assert_accessible
from tests.conftest import World
from tests.mailbox import code_in

KEY = "5b0d8a53-4a5e-4d0e-9d55-0a4c6b3f7a10"


def code_for(person: User) -> str:
    """The code of the latest mail."""
    return code_in(Mail.objects.filter(recipients=[person.email]).order_by("-id")[0])


def sign_in(page: Page, person: User) -> None:
    """By a mailed code."""
    page.get_by_label("Work e-mail").fill(person.email)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    page.get_by_label("Code").fill(code_for(person))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My WorkStreams")).to_be_visible()


def photo() -> bytes:
    """A picture."""
    written = BytesIO()
    Image.new("RGB", (400, 300), "teal").save(written, "PNG")
    return written.getvalue()


def test_a_person_says_who_they_are_ends_a_session_and_is_erased(
    world: World, new_page: NewPage, signed_in_page: SignedInPage, trouble: Trouble
) -> None:
    post_message(workstream=world.labels, author=world.member, body="Good morning", client_key=KEY)  # type: ignore[arg-type]
    here, phone = new_page("/sign-in/"), new_page("/sign-in/", viewport={"width": 375, "height": 740})
    sign_in(here, world.member)
    sign_in(phone, world.member)

    here.goto("/profile/")
    here.get_by_label("Job title").fill("Head of Maps")
    here.get_by_label("Time zone").fill("Europe/Lisbon")
    here.get_by_role("button", name="Save profile").click()
    expect(here.get_by_text("Your profile is saved.")).to_be_visible()
    here.get_by_label("Choose a picture").set_input_files(
        {"name": "me.png", "mimeType": "image/png", "buffer": photo()}
    )
    here.get_by_role("button", name="Use this picture").click()
    expect(here.get_by_text("This is your picture now.")).to_be_visible()
    assert here.locator(".own-picture img").evaluate("image => image.naturalWidth") == 256
    assert_accessible(here)

    colleague = signed_in_page(world.isr, world.labels.get_absolute_url())
    author = colleague.locator("#message-1")
    expect(author).to_contain_text("Milo Member")
    assert author.locator("img").evaluate("image => image.complete")

    here.get_by_role("link", name="Security").click()
    expect(here.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    assert_accessible(here)
    here.get_by_role("button", name="Sign out everywhere else").click()
    expect(here.get_by_text("1 session is signed out.")).to_be_visible()
    phone.goto("/profile/data/")
    expect(phone.get_by_label("Work e-mail")).to_be_visible()

    here.get_by_role("link", name="Your data").click()
    assert_accessible(here)
    here.get_by_role("button", name="Ask for a copy").click()
    expect(here.get_by_text("Your copy is being put together.").first).to_be_visible()
    link = here.get_by_role("link", name="Download your copy")
    expect(link).to_be_visible()
    with here.expect_download() as download:
        link.click()
    assert download.value.suggested_filename.endswith(".zip")

    here.get_by_role("link", name="Erase my personal data").click()
    here.get_by_role("button", name="Mail me the code for it").click()
    expect(here.get_by_label("Code")).to_be_visible()
    assert_accessible(here)
    here.get_by_label("Code").fill(code_for(world.member))
    here.get_by_role("button", name="Erase for good").click()
    expect(here.get_by_role("heading", name="Your personal data is erased")).to_be_visible()

    colleague.reload()
    expect(author).to_contain_text("Former member")
    expect(author).to_contain_text("Good morning")
    expect(author).not_to_contain_text("Milo")
