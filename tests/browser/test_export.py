"""A colleague takes the grid as a file, sees how far it is, and stops it."""

import csv
import io
import re
from itertools import islice
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import SignedInPage, Trouble, assert_accessible
from tests.conftest import World
from tests.factories import WorkStreamFactory
from workstreams.models import WorkStream
from workstreams.runs import Export


def lots(world: World, count: int) -> None:
    rows = (
        WorkStream(name=f"Lot {number:06}", owner=world.owner, organization=world.acme, created_by=world.owner)
        for number in range(count)
    )
    # In pieces: what a commit checks of 60,000 rows can take longer than a statement may.
    while piece := list(islice(rows, 5_000)):
        WorkStream.objects.bulk_create(piece)


def test_taking_the_grid_as_a_file(signed_in_page: SignedInPage, world: World) -> None:
    WorkStreamFactory.create(name='=1+1, "quoted"', owner=world.owner)
    WorkStreamFactory.create(name="شارع الملك", owner=world.owner)
    page = signed_in_page(world.isr, "/workstreams/?lead=any&type=agile&sort=name")
    page.get_by_role("link", name="CSV").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Export WorkStreams")
    expect(page.get_by_text("3 WorkStreams", exact=True)).to_be_visible()
    assert_accessible(page)

    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert re.fullmatch(r"workstreams-[\d-]+\.csv", download.value.suggested_filename)
    content = Path(download.value.path()).read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0][0] == "Name"
    assert {row[0] for row in rows[1:]} == {'\'=1+1, "quoted"', "شارع الملك", "Street labels"}

    expect(page.get_by_text("Done: 3 rows")).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert_accessible(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert Path(download.value.path()).read_bytes() == content


def test_it_works_without_script(signed_in_page: SignedInPage, world: World) -> None:
    page = signed_in_page(world.isr, "/workstreams/export/?lead=any", java_script_enabled=False)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert b"Street labels" in Path(download.value.path()).read_bytes()
    page.reload()
    expect(page.get_by_text("Done: 2 rows")).to_be_visible()


def test_cancelling_or_going_away_stops_the_work(signed_in_page: SignedInPage, world: World, trouble: Trouble) -> None:
    trouble.expect("/workstreams/export")
    lots(world, 60_000)
    page = signed_in_page(world.isr, "/workstreams/export/?lead=any")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    expect(page.get_by_text(re.compile(r"[\d,]{5,} rows so far"))).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert_accessible(page)
    page.get_by_role("button", name="Cancel this export").click()
    expect(page.locator("[data-says]")).to_have_text(re.compile(r"Cancelled after [\d,]+ rows"))

    assert download.value.failure()
    export = Export.objects.get()
    assert export.state == "cancelled"
    assert export.rows < 60_000

    left = signed_in_page(world.admin, "/workstreams/export/?lead=any")
    with left.expect_download():
        left.get_by_role("button", name="Download CSV").click()
    expect(left.get_by_text(re.compile(r"[\d,]{5,} rows so far"))).to_be_visible()
    left.context.close()

    again = signed_in_page(world.admin, "/workstreams/export/?lead=any")
    expect(again.locator("[data-says]")).to_have_text(re.compile("Stopped: the browser went away after"))
    assert Export.objects.exclude(pk=export.pk).get().rows < 60_000


def test_on_a_telephone_and_in_the_dark(signed_in_page: SignedInPage, world: World) -> None:
    size = {"width": 375, "height": 740}
    page = signed_in_page(world.isr, "/workstreams/export/?lead=any", viewport=size, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert_accessible(page)
