"""What people notice when PostgreSQL restarts, Redis goes away or the worker is killed: a clear word, or nothing.

These journeys take down servers, so they have a portal with PostgreSQL, Redis and demonstration data of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PATIENCE
from tests.browser.portal import LivePortal
from tools.guard import Guard
from tools.services import find_place, start_postgres, start_valkey


@dataclass
class OwnPortal:
    """A portal whose servers a test may stop, and people signed in to it by the demonstration's page."""

    portal: LivePortal
    guard: Guard
    browser: Browser
    opened: list[Page]

    def page_of(self, name: str, path: str = "/") -> Page:
        """A browser of its own, signed in as one of the demonstration's people."""
        context = self.browser.new_context(base_url=self.portal.url)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        self.opened.append(page)
        page.goto("/demo/")
        page.get_by_role("button", name=name).click()
        page.goto(path)
        return page


@pytest.fixture(scope="module")
def running(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LivePortal, Guard]]:
    folder = tmp_path_factory.mktemp("faults")
    place = find_place(tmp_path_factory.mktemp("services"))
    with Guard(remove=place.folder) as servers, Guard() as programs:
        portal = LivePortal(
            programs,
            folder,
            services={
                "DATABASE_URL": start_postgres(servers, place, logs=folder),
                "REDIS_URL": start_valkey(servers, place, logs=folder),
            },
        )
        portal.manage("migrate", "-v0")
        portal.manage("seed_demo")
        portal.start()
        yield portal, servers


@pytest.fixture
def own(running: tuple[LivePortal, Guard], browser: Browser) -> Iterator[OwnPortal]:
    portal, servers = running
    found = OwnPortal(portal, servers, browser, [])
    expect.set_options(timeout=PATIENCE)
    yield found
    for page in found.opened:
        page.context.close()


CLIENT, COLLEAGUE = "Maria Okafor", "Nadia Haddad"


def first_workstream(page: Page) -> str:
    """The path of a WorkStream of the client's, open and with a chat."""
    page.goto("/my-workstreams/")
    path = page.locator(".workstream-row a").first.get_attribute("href")
    assert path is not None
    return path


def write(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.keyboard.press("Enter")


def message(page: Page, text: str) -> Locator:
    return page.get_by_role("log", name="Conversation").locator("article", has_text=text)


def test_postgresql_restarts_under_a_running_portal(own: OwnPortal) -> None:
    client = own.page_of(CLIENT)
    client.goto(first_workstream(client))

    own.guard.stop("postgres")
    write(client, "Written while the database was away")
    expect(message(client, "Written while").get_by_text("Not sent")).to_be_visible()
    own.guard.start_again("postgres")
    own.portal.await_pages()
    client.get_by_role("button", name="Retry").click()
    expect(message(client, "Written while").get_by_text("Not sent")).to_have_count(0)

    client.reload()
    expect(message(client, "Written while the database was away")).to_have_count(1)


def test_a_live_page_survives_a_restart_of_postgresql(own: OwnPortal) -> None:
    client = own.page_of(CLIENT)
    path = first_workstream(client)
    client.goto(path)
    colleague = own.page_of(COLLEAGUE, path)

    own.guard.stop("postgres")
    own.guard.start_again("postgres")
    own.portal.await_pages()
    write(client, "After the restart")

    expect(message(colleague, "After the restart")).to_have_count(1)


def test_without_redis_pages_work_messages_are_stored_and_live_resumes(own: OwnPortal) -> None:
    client = own.page_of(CLIENT)
    path = first_workstream(client)
    client.goto(path)
    colleague = own.page_of(COLLEAGUE, path)

    own.guard.stop("valkey")
    write(client, "Redis is away")
    # Found in the database: pages ask it every five seconds then, long before the next heartbeat would wake them.
    expect(message(colleague, "Redis is away")).to_have_count(1, timeout=10_000)
    client.reload()
    expect(message(client, "Redis is away")).to_have_count(1)
    newcomer = own.browser.new_page(base_url=own.portal.url)
    own.opened.append(newcomer)
    newcomer.goto("/sign-in/")
    expect(newcomer.get_by_label("Work e-mail")).to_be_visible()

    own.guard.start_again("valkey")
    write(colleague, "Redis is back")
    expect(message(client, "Redis is back")).to_have_count(1)


def test_mails_wait_for_a_worker_that_was_stopped(own: OwnPortal) -> None:
    own.portal.stop("worker")
    newcomer = own.browser.new_page(base_url=own.portal.url)
    own.opened.append(newcomer)
    newcomer.goto("/sign-in/")
    newcomer.get_by_label("Work e-mail").fill("late@newcomer.example")
    newcomer.get_by_role("button", name="Continue").click()
    newcomer.goto("/demo/mailbox/")
    mail = newcomer.locator(".mailbox__item", has_text="late@newcomer.example")
    expect(mail).to_contain_text("Waiting")

    own.portal.start_again("worker")

    until_gone(newcomer, mail.get_by_text("Waiting"))


def until_gone(page: Page, found: Locator) -> None:
    """Reload until a text is no longer there: the mailbox is a plain page that does not update itself."""
    for _ in range(PATIENCE // 250):
        page.reload()
        if not found.count():
            return
        page.wait_for_timeout(250)
    raise AssertionError("It is still there.")
