"""Files on the WorkStream page: several at once, a cut connection, what others see."""

from pathlib import Path

from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browser.conftest import SignedInPage, Trouble, assert_accessible
from tests.conftest import World
from tests.factories import AttachmentFactory
from workstreams import requests
from workstreams.choices import AttachmentKind
from workstreams.models import Attachment

DROP = """names => {
  const all = new DataTransfer();
  for (const name of names) all.items.add(new File([name + ","], name, { type: "text/csv" }));
  const target = document.querySelector("#attachments");
  for (const kind of ["dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: all }));
  }
}"""


def listed(page: Page, name: str) -> None:
    """Wait until the panel has a file of this name."""
    expect(page.locator("#attachments .file__name").get_by_text(name, exact=True)).to_be_visible()


def test_files_travel_from_one_side_to_the_other(
    signed_in_page: SignedInPage, world: World, trouble: Trouble, tmp_path: Path
) -> None:
    # A connection that breaks is a complaint of the browser's, and what this is about.
    trouble.expect("ERR_CONNECTION_FAILED|ERR_FAILED|ERR_INTERNET_DISCONNECTED")
    AttachmentFactory.create(
        workstream=world.labels, uploaded_by=world.isr, name="price.csv", kind=AttachmentKind.QUOTE
    )
    page = signed_in_page(world.owner, f"{world.labels.get_absolute_url()}?tab=attachments")
    dialog = page.locator("#add-attachment")

    # Several are dropped; each gets a kind of its own, and an empty one is named.
    page.evaluate(DROP, ["rules.csv", "sample.csv"])
    expect(dialog).to_be_visible()
    dialog.locator("input[type=file]").set_input_files([FilePayload(name="nothing.txt", mimeType="", buffer=b"")])
    expect(dialog.get_by_text("“nothing.txt” is empty")).to_be_visible()
    assert_accessible(page)
    dialog.get_by_label("Kind of sample.csv").select_option("sample_data")
    dialog.get_by_role("button", name="Add", exact=True).click()
    listed(page, "rules.csv")
    listed(page, "sample.csv")

    # The line is cut in the middle of a large one, and it goes on by itself.
    cut: list[str] = []

    def cut_once(route: Route) -> None:
        if "offset=0" not in route.request.url and not cut:
            cut.append(route.request.url)
            route.abort("connectionfailed")
        else:
            route.continue_()

    page.route("**/uploads/*/?offset=*", cut_once)
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(1_500_000))
    page.get_by_role("link", name="Add attachment").click()
    dialog.locator("input[type=file]").set_input_files(large)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("It goes on by itself")).to_be_visible()
    listed(page, "large.bin")
    assert len(cut) == 1

    # One that cannot get through is cancelled, and nothing of it stays.
    page.unroute("**/uploads/*/?offset=*")
    page.route("**/uploads/*/?offset=*", lambda route: route.abort("connectionfailed"))
    page.get_by_role("link", name="Add attachment").click()
    dialog.locator("input[type=file]").set_input_files(
        [FilePayload(name="never.txt", mimeType="text/plain", buffer=b"never")]
    )
    dialog.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("button", name="Cancel never.txt").click()
    expect(page.locator("[data-on-the-way]")).to_be_hidden()
    assert sorted(Attachment.objects.values_list("name", flat=True)) == [
        "large.bin",
        "price.csv",
        "rules.csv",
        "sample.csv",
    ]

    # What a colleague asks for, and their file, appear on the open page; an open menu stays until it is closed.
    page.get_by_label("More for sample.csv").click()
    asked = requests.request_document(
        workstream=world.labels, actor=world.isr, kind=AttachmentKind.SCOPE, note="The short one"
    )
    expect(page.locator("#attachments")).not_to_contain_text("The short one")
    page.keyboard.press("Escape")
    expect(page.locator("#attachments")).to_contain_text("The short one")
    expect(page.locator("#needed")).to_contain_text(asked.get_kind_display())
    requests.withdraw(request=asked, actor=world.isr)
    expect(page.locator("#needed")).not_to_contain_text(asked.get_kind_display())

    # A colleague downloads it; an Agile Worker has no button and sees no quote.
    other = signed_in_page(world.isr, f"{world.labels.get_absolute_url()}?tab=attachments")
    with other.expect_download() as download:
        other.locator("#attachments").get_by_role("link", name="sample.csv").first.click()
    assert Path(download.value.path()).read_bytes() == b"sample.csv,"
    worker = signed_in_page(world.agile_worker, f"{world.labels.get_absolute_url()}?tab=attachments")
    listed(worker, "sample.csv")
    expect(worker.get_by_text("Add attachment")).to_have_count(0)
    expect(worker.get_by_text("price.csv")).to_have_count(0)
