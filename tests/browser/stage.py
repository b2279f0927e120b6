"""What journeys share: one running portal and one browser for each of pytest's processes.

Starting them takes longer than most journeys, so they stay for as long as journeys follow one another; the first test
of another kind closes them, because it may want the database or Redis to itself. Journeys are put first for that.
"""

import os
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.portal import LivePortal
from tools.browser import FLAGS, find_browser, playwright_environment
from tools.guard import Guard


class Stage:
    """The portal and the browser, each from the first time it is asked for until the stage is closed."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._open = ExitStack()
        self._portal: LivePortal | None = None
        self._browser: Browser | None = None

    def portal(self, logs: Path) -> LivePortal:
        """The running portal, on this process's test database; one with a part that ended is replaced."""
        if self._portal and self._portal.guard.exits():
            self.close()
        if self._portal is None:
            self._portal = LivePortal(self._open.enter_context(Guard()), logs)
            self._portal.start()
        return self._portal

    def browser(self) -> Browser:
        """The browser. Playwright's event loop lives in this thread meanwhile, which Django must be told."""
        if self._browser is None:
            found = find_browser()
            before = {name: os.environ.get(name) for name in ("DJANGO_ALLOW_ASYNC_UNSAFE", *playwright_environment())}
            self._open.callback(_put_back, before)
            os.environ.update(playwright_environment(), DJANGO_ALLOW_ASYNC_UNSAFE="1")
            playwright = self._open.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(
                executable_path=found.program, args=FLAGS, env={**os.environ, **found.environment}
            )
            self._open.callback(self._browser.close)
        return self._browser

    def close(self) -> None:
        """End whatever runs."""
        self._portal = self._browser = None
        self._open.close()


def _put_back(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


STAGE = Stage()
