"""What is said can be edited and removed, and looks as it was meant; everybody sees it at once."""

from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect

from chat.models import Mention
from tests.browser.conftest import SignedInPage, Trouble, assert_accessible
from tests.browser.test_chat import SOON, composer, entries, write
from tests.conftest import World
from workstreams import attachments
from workstreams.models import Attachment


def act(page: Page, entry: Locator, name: str) -> None:
    entry.hover()
    entry.get_by_role("link", name=name).click()


def test_what_was_said_is_edited_and_removed_on_every_page(signed_in_page: SignedInPage, world: World) -> None:
    path = world.labels.get_absolute_url()
    client = signed_in_page(world.owner, path)
    colleague = signed_in_page(world.isr, path)
    write(client, "We have 500 imags")
    expect(entries(colleague, "500 imags")).to_have_count(1)
    write(client, "The password is hunter2")
    expect(entries(colleague, "hunter2")).to_have_count(1)
    expect(entries(colleague, "hunter2").get_by_role("link", name="Remove")).to_have_count(0)

    # Edited with the pencil, while a draft waits.
    composer(client).fill("half a draft")
    act(client, entries(client, "500 imags"), "Edit")
    expect(composer(client)).to_have_value("We have 500 imags")
    composer(client).fill("We have 500 images")
    client.get_by_role("button", name="Save").click()
    expect(entries(colleague, "500 images")).to_contain_text("Edited", timeout=SOON)
    expect(composer(client)).to_have_value("half a draft")
    assert_accessible(client)

    # Up edits the last one; Escape leaves it.
    composer(client).fill("")
    composer(client).press("ArrowUp")
    expect(composer(client)).to_have_value("The password is hunter2")
    composer(client).press("Escape")
    expect(composer(client)).to_have_value("")

    act(client, entries(client, "hunter2"), "Remove")
    client.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(entries(colleague, "Message removed")).to_have_count(1, timeout=SOON)
    for page in (client, colleague):
        expect(entries(page, "hunter2")).to_have_count(0)
        expect(entries(page)).to_have_count(2)
    expect(entries(client, "Message removed").get_by_role("link")).to_have_count(0)
    colleague.reload()
    expect(entries(colleague, "Message removed")).to_have_count(1)
    expect(entries(colleague, "500 images")).to_contain_text("Edited")


def test_colleagues_are_named_in_notes_by_keyboard_and_clients_see_no_trace(
    signed_in_page: SignedInPage, world: World
) -> None:
    path = world.labels.get_absolute_url()
    client = signed_in_page(world.owner, path)
    page = signed_in_page(world.isr, f"{path}?conversation=notes")
    note = page.get_by_role("textbox", name="Internal Note")
    write(client, "**Two** things:\n- one\n- `two`")
    note.press_sequentially("Ask @deliv")
    expect(page.get_by_role("option")).to_have_count(1)
    assert_accessible(page)
    note.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    note.press("Backspace")
    expect(page.get_by_role("option")).to_have_count(1)
    note.press("Tab")
    expect(note).to_have_value(f"Ask @{world.delivery.display_name} ")
    note.press("Backspace")  # a chosen name goes as a whole
    expect(note).to_have_value("Ask ")
    note.press_sequentially("@sol")
    expect(page.get_by_role("option")).to_have_count(2)
    note.press("ArrowDown")
    note.press("Enter")
    chosen = note.input_value().removeprefix("Ask @").strip()
    note.press_sequentially("about *this*")
    page.get_by_role("button", name="Add note").click()

    expect(entries(page, "about this").locator(".mention")).to_have_text(f"@{chosen}")
    expect(entries(page, "about this").locator("em")).to_have_text("this")
    named = list(Mention.objects.values_list("user__name", flat=True))
    assert named == [chosen]

    # What a client wrote is formatted, and nothing of the notes is there.
    page.get_by_role("tab", name="Chat").click()
    expect(entries(page, "Two things").locator("li")).to_have_text(["one", "two"])
    client.reload()
    expect(entries(client, "Two").locator("strong")).to_have_text("Two")
    assert chosen not in client.content()
    assert "colleagues/" not in client.content()


PASTE = """field => {
  const pasted = new DataTransfer();
  pasted.items.add(new File(["two\\n"], "pasted.txt", { type: "text/plain" }));
  field.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: pasted }));
}"""
DROP = """chat => {
  const dropped = new DataTransfer();
  dropped.items.add(new File(["three\\n"], "dropped.txt", { type: "text/plain" }));
  for (const kind of ["dragover", "drop"]) {
    chat.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: dropped }));
  }
}"""


def test_files_are_attached_and_everybody_has_them_at_once(
    signed_in_page: SignedInPage, world: World, trouble: Trouble
) -> None:
    trouble.expect("ERR_FAILED|ERR_CONNECTION_FAILED")
    path = world.labels.get_absolute_url()
    client = signed_in_page(world.owner, path)
    colleague = signed_in_page(world.isr, path)
    chips = client.get_by_role("list", name="Files of this message").get_by_role("listitem")

    # By button, paste and drop; the message waits until all of them have arrived.
    client.route("**/uploads/*/?offset=*", lambda route: route.abort("connectionfailed"))
    client.locator("#chat [data-choose]").set_input_files(
        [FilePayload(name="chosen.csv", mimeType="text/csv", buffer=b"name,age\nMilo,31\n")]
    )
    expect(chips).to_contain_text("It goes on by itself")
    composer(client).fill("Three files")
    composer(client).press("Enter")
    expect(client.get_by_role("alert").filter(has_text="Not all files have arrived")).to_be_visible()
    assert_accessible(client)
    client.get_by_role("button", name="Take out chosen.csv").click()
    expect(chips).to_have_count(0)
    client.unroute("**/uploads/*/?offset=*")
    client.locator("#chat [data-choose]").set_input_files(
        [FilePayload(name="chosen.csv", mimeType="text/csv", buffer=b"name,age\nMilo,31\n")]
    )
    composer(client).evaluate(PASTE)
    client.locator("#chat").evaluate(DROP)
    expect(chips.locator("progress:visible")).to_have_count(0)
    expect(chips).to_have_count(3)

    # The draft keeps them; then the message takes them along.
    client.reload()
    expect(chips).to_have_count(3)
    expect(composer(client)).to_have_value("Three files")
    composer(client).press("Enter")
    expect(chips).to_have_count(0)
    here = entries(colleague, "Three files")
    expect(here.locator(".message__file")).to_have_count(3)
    with colleague.expect_download() as download:
        here.get_by_role("link", name="chosen.csv", exact=True).click()
    assert Path(download.value.path()).read_bytes() == b"name,age\nMilo,31\n"
    here.get_by_role("link", name="Preview chosen.csv").click()
    preview = colleague.get_by_role("dialog").filter(has_text="chosen.csv")
    expect(preview).to_be_visible()
    colleague.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    assert_accessible(colleague)

    # Files alone are a message, too; one that is removed says so on the open page.
    client.locator("#chat [data-choose]").set_input_files(
        [FilePayload(name="alone.txt", mimeType="text/plain", buffer=b"four\n")]
    )
    expect(chips.locator("progress:visible")).to_have_count(0)
    client.get_by_role("button", name="Send", exact=True).click()
    expect(entries(colleague, "alone.txt").get_by_role("link", name="alone.txt", exact=True)).to_be_visible()
    attachments.remove(attachment=Attachment.objects.get(name="alone.txt"), actor=world.owner)
    expect(entries(colleague, "alone.txt")).to_contain_text("This file was removed.")
