"""Documents that are asked for, sent, and looked into, as people meet them."""

from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import SignedInPage, assert_accessible
from tests.conftest import World
from tests.factories import AttachmentFactory
from workstreams.choices import AttachmentKind
from workstreams.models import DocumentRequest
from workstreams.papers import Preview
from workstreams.previews import tables, work
from workstreams.previews.text import decode

NARROW = {"width": 375, "height": 800}
FITS = "document.documentElement.scrollWidth <= innerWidth"
PEOPLE = "id;name;signed on\n1;Anna;2025-11-03\n2;Ben;04.11.2025\n3;Cara\n4;Dora;2025-11-06\n"


def test_what_is_asked_for_is_sent_ticked_off_and_looked_into(
    world: World, signed_in_page: SignedInPage, tmp_path: Path
) -> None:
    address = world.labels.get_absolute_url()
    AttachmentFactory.create(workstream=world.labels, name="quote.pdf", kind=AttachmentKind.QUOTE)

    # A colleague asks for sample data by a day.
    team = signed_in_page(world.architect, f"{address}?tab=attachments", bypass_csp=True)
    team.get_by_role("link", name="Ask for a document").click()
    dialog = team.get_by_role("dialog", name="Ask for a document")
    dialog.get_by_label("Due").fill((timezone.localdate() + timedelta(days=1)).isoformat())
    dialog.get_by_label("Note to the client").fill("Ten rows are enough")
    assert_accessible(team)
    dialog.get_by_role("button", name="Ask for it").click()
    asked = team.get_by_role("list", name="Documents asked for")
    expect(asked).to_contain_text("Requested: sample data - due tomorrow")

    # The client reads it on top of the page, and sends it from there on a small screen.
    client = signed_in_page(world.owner, f"{address}?tab=attachments", viewport=NARROW, bypass_csp=True)
    needed = client.locator(".needs")
    expect(needed).to_contain_text("Sample data - due tomorrow")
    needed.get_by_role("link", name="Upload sample data").click()
    dialog = client.get_by_role("dialog", name="Add attachment")
    expect(dialog.get_by_label("Kind", exact=True)).to_have_value("sample_data")
    expect(dialog.get_by_role("link", name="A sample: sample-input.csv")).to_be_visible()
    dialog.get_by_label("Kind", exact=True).select_option("business_rules")
    expect(dialog.get_by_role("link", name="A sample: business-rules.txt")).to_be_visible()
    dialog.get_by_label("Kind", exact=True).select_option("sample_data")
    assert client.evaluate(FITS)
    assert_accessible(client)
    (tmp_path / "people.csv").write_text(PEOPLE)
    dialog.get_by_label("Files", exact=True).set_input_files(tmp_path / "people.csv")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(client.get_by_role("list", name="Documents asked for")).to_contain_text("Received: sample data")
    assert not DocumentRequest.objects.open().exists()

    # The team looks into it, by keyboard; Esc leads back to where one was.
    work.make_waiting()
    team.reload()
    expect(asked).to_contain_text("from Olive Owner")
    opener = team.get_by_role("link", name="Preview people.csv")
    opener.focus()
    team.keyboard.press("Enter")
    preview = team.get_by_role("dialog", name="people.csv")
    expect(preview.get_by_role("list", name="Hints")).to_contain_text("1 row has fewer columns")
    expect(preview.get_by_role("list", name="Hints")).to_contain_text("“signed on” has dates in 2 formats")
    expect(preview.get_by_role("table")).to_contain_text("Anna")
    assert_accessible(team)
    team.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    expect(opener).to_be_focused()

    # By kind, and without leaving the page.
    team.get_by_role("link", name="Quote or proposal", exact=True).click()
    expect(team.locator(".file")).to_have_count(1)
    expect(team.locator(".file")).to_contain_text("quote.pdf")

    # An Agile Worker finds the file, no quote, and nothing to send or ask.
    worker = signed_in_page(world.agile_worker, f"{address}?tab=attachments")
    expect(worker.locator(".file")).to_have_count(1)
    expect(worker.locator("#attachments")).not_to_contain_text("quote.pdf")
    expect(worker.get_by_role("list", name="Documents asked for")).to_have_count(0)
    expect(worker.get_by_role("link", name="Add attachment")).to_have_count(0)


def test_without_script_the_links_are_pages(world: World, signed_in_page: SignedInPage) -> None:
    file = AttachmentFactory.create(workstream=world.labels, name="people.csv", content=PEOPLE.encode())
    facts = tables.describe(decode(PEOPLE.encode()), is_whole=True)
    Preview.objects.create(attachment=file, kind="table", state=Preview.State.READY, facts=facts)
    page = signed_in_page(world.owner, f"{world.labels.get_absolute_url()}?tab=attachments", java_script_enabled=False)

    page.get_by_role("link", name="Preview people.csv").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("people.csv")
    expect(page.get_by_role("table")).to_contain_text("Anna")
    page.get_by_role("link", name="Back to the attachments").click()
    page.goto(f"{world.labels.get_absolute_url()}attachments/new/?kind=business_rules")
    expect(page.get_by_label("Kind")).to_have_value("business_rules")
    expect(page.get_by_role("link", name="A sample: business-rules.txt")).to_be_visible()
