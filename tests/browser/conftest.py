"""Journeys in a real browser against a running portal.

`signed_in_page(world.owner)` opens a page as somebody; `new_page()` as nobody yet; each has a context of its own, so
two of them are two browsers side by side. A journey fails when a page logs an error, breaks the
Content-Security-Policy, loads a file that is missing or meets a server error, unless the test says beforehand
`trouble.expect("...")`. Screenshots of failed journeys are in test-results/.

The database is real for the portal's other processes too, so it is emptied after each journey instead of rolled back.
"""

import re
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import Error, connection
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
)

from accounts.models import User
from tests.browser.portal import LivePortal
from tests.browser.stage import STAGE, Stage
from tools.environment import ROOT

RESULTS = ROOT / "test-results"
OPENED = pytest.StashKey[list[Page]]()
OUTCOME = pytest.StashKey[bool]()
PATIENCE = 15_000  # milliseconds; for a busy machine, nothing waits this long when all is well

# The rules of WCAG 2.2 AA and below, and what axe calls good practice.
AXE_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}

NewPage = Callable[..., Page]
SignedInPage = Callable[..., Page]


class Trouble:
    """What pages complained about during one journey."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.found: list[str] = []
        self._expected: list[str] = []

    def expect(self, pattern: str) -> None:
        """Do not fail for complaints that match this regular expression."""
        self._expected.append(pattern)

    def unexpected(self) -> list[str]:
        """The complaints that nobody announced."""
        return [text for text in self.found if not any(re.search(pattern, text) for pattern in self._expected)]

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"script error: {error.error}"))
        context.on("response", self._response)
        context.on("requestfailed", self._failed)

    def _console(self, message: ConsoleMessage) -> None:
        # Answers such as 404 and 422 are part of journeys; those of files and servers are looked at below.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.found.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        is_file = response.request.resource_type in {"stylesheet", "script", "image", "font"}
        if response.status >= 500 or (is_file and response.status >= 400):
            self.found.append(f"{response.status} for {response.request.method} {response.url}")

    def _failed(self, request: Request) -> None:
        # ERR_ABORTED is a page that was left, or a stream that was closed.
        if request.failure and "ERR_ABORTED" not in request.failure:
            self.found.append(f"{request.failure} for {request.method} {request.url}")


@pytest.fixture(scope="session")
def stage(django_db_setup: None) -> Iterator[Stage]:
    """What the journeys share; closed before the database goes."""
    yield STAGE
    STAGE.close()


@pytest.fixture(scope="module")
def portal(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> LivePortal:
    """The running portal that the journeys share."""
    return stage.portal(tmp_path_factory.mktemp("portal"))


@pytest.fixture(scope="module")
def browser(stage: Stage) -> Browser:
    """The browser that the journeys share; each page has a context of its own."""
    return stage.browser()


@pytest.fixture
def trouble() -> Trouble:
    """What the pages of this journey complain about."""
    return Trouble()


@pytest.fixture
def new_page(
    portal: LivePortal,
    browser: Browser,
    transactional_db: None,
    trouble: Trouble,
    request: pytest.FixtureRequest,
) -> Iterator[NewPage]:
    """Open pages as nobody yet: `new_page()`; Playwright's context options (viewport, color_scheme ...) are taken."""
    _let_others_give_way()
    opened: list[Page] = []
    request.node.stash[OPENED] = opened

    def open_page(path: str | None = "/", **options: Any) -> Page:
        context = browser.new_context(base_url=portal.url, **options)
        context.set_default_timeout(PATIENCE)
        trouble.watch(context)
        page = context.new_page()
        opened.append(page)
        if path is not None:
            page.goto(path)
        return page

    expect.set_options(timeout=PATIENCE)
    yield open_page
    if request.node.stash.get(OUTCOME, False):
        _keep_screenshots(request.node.nodeid, opened)
    for page in opened:
        page.context.close()
    assert trouble.unexpected() == []


@pytest.fixture
def signed_in_page(portal: LivePortal, new_page: NewPage) -> SignedInPage:
    """Open a page as somebody, without the mail: `signed_in_page(world.owner, "/workstreams/")`.

    The session is a real one, made as a sign-in makes it; journeys about signing in use `new_page` instead.
    """

    def open_page(user: User, path: str | None = "/", **options: Any) -> Page:
        page = new_page(None, **options)
        visit = Client()
        visit.force_login(user)
        value = visit.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": portal.url}])
        if path is not None:
            page.goto(path)
        return page

    return open_page


def assert_accessible(page: Page) -> None:
    """Fail with axe's report when the page, as it is now, breaks a rule of WCAG 2.2 AA."""
    results = Axe().run(page, options=AXE_OPTIONS)
    assert results.violations_count == 0, results.generate_report()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a journey failed, so that its pages can be photographed before they close."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[OUTCOME] = True
    return report


def _keep_screenshots(name: str, pages: list[Page]) -> None:
    RESULTS.mkdir(exist_ok=True)
    stem = re.sub(r"\W+", "-", name.removeprefix("tests/browser/")).strip("-")
    for number, page in enumerate(pages, start=1):
        page.screenshot(path=RESULTS / f"{stem}-{number}.png", full_page=True)


def _let_others_give_way() -> None:
    """Emptying the tables waits for what the portal still does; in a deadlock the worker is the one turned away."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '60s'")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET deadlock_timeout = '20s'")
    except Error:
        pass  # a role of somebody's own server may not: then it is left to chance
