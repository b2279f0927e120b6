"""The whole main job, browsers side by side: from the public site's link to Processing Data. And nobody looks in."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage, SignedInPage
from tests.browser.test_arrive import CALCULATOR, fill_in, give_address
from tests.conftest import World
from tests.mailbox import code_in
from workstreams.models import WorkStream


def write(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.get_by_role("log", name="Conversation").locator("article", has_text=text)


def test_from_the_public_sites_link_to_processing_data(
    world: World, new_page: NewPage, signed_in_page: SignedInPage
) -> None:
    client = new_page(CALCULATOR)
    client.get_by_label("Code").fill(code_in(give_address(client, "nora@initech.example")))
    client.get_by_role("button", name="Sign in").click()
    fill_in(client)
    client.get_by_role("button", name="Start WorkStream").click()
    client.wait_for_url(re.compile("/workstreams/"))  # and for its scripts, without which Enter is a new line
    write(client, "Can you outline signs at night?")
    expect(message(client, "signs at night")).to_have_count(1)
    path = "/" + client.url.split("/", 3)[3].split("?")[0].split("#")[0]

    isr = signed_in_page(world.isr, "/workstreams/?lead=none")
    isr.get_by_role("link", name="Street signs of Porto", exact=True).click()
    isr.wait_for_url(re.compile("/workstreams/.+/"))
    write(isr, "We can. How many photos?")
    expect(message(client, "How many photos")).to_have_count(1, timeout=1000)
    client.reload()
    expect(client.get_by_text("WorkStream Lead", exact=True)).to_be_visible()

    isr.goto(f"{path}administration/milestones/")
    isr.get_by_role("button", name=re.compile("^Request verified")).click()
    expect(isr.get_by_role("heading", name="Gathering Requirements")).to_be_visible()
    isr.get_by_role("button", name="Advance to Preparing a Proposal").click()
    isr.get_by_role("button", name="Advance to Reviewing Service Agreement").click()
    expect(isr.get_by_role("heading", name="Reviewing Service Agreement")).to_be_visible()

    client.reload()
    client.get_by_role("link", name="Give your go-ahead").click()
    client.get_by_role("button", name="Give your go-ahead").click()
    expect(client.get_by_text("Nothing more: your go-ahead is recorded.")).to_be_visible()
    isr.reload()
    isr.get_by_role("button", name="Give our go-ahead").click()
    isr.get_by_role("button", name="Advance to Assembling DataSquad").click()
    isr.get_by_role("button", name="Advance to Processing Data").click()
    expect(isr.get_by_role("heading", name="Processing Data")).to_be_visible()

    client.reload()
    expect(client.get_by_text("Step 5 of 5")).to_be_visible()
    assert WorkStream.objects.get(name="Street signs of Porto").lead == world.isr


def test_nobody_looks_into_another_clients_workstream(world: World, signed_in_page: SignedInPage) -> None:
    stranger = signed_in_page(world.stranger, "/my-workstreams/")
    expect(stranger.get_by_role("link", name=world.scans.name)).to_be_visible()
    expect(stranger.get_by_text(world.labels.name)).to_have_count(0)

    for path in ("", "chat/", "members/", "administration/"):
        answer = stranger.goto(f"{world.labels.get_absolute_url()}{path}")
        assert answer is not None
        assert answer.status == 404, path
        expect(stranger.get_by_text(world.labels.name)).to_have_count(0)
    refused = stranger.goto("/workstreams/")
    assert refused is not None
    assert refused.status == 403
