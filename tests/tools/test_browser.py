"""Which browser the journeys take, and what is said when there is none."""

from pathlib import Path

import pytest

from tools.browser import Browser, BrowserError, candidates, find_browser


def make_program(folder: Path, name: str, says: str, status: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n")
    program.chmod(0o755)
    return program


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty path and home; returns the folder that is its path."""
    monkeypatch.delenv("E2E_BROWSER", raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path / "path"


def test_a_headless_shell_is_taken_before_a_whole_browser(bare_machine: Path, tmp_path: Path) -> None:
    make_program(bare_machine, "google-chrome", "Google Chrome 140.0.1.2")
    make_program(bare_machine, "chromium", "Chromium 156.0.8078.79 built on Debian")
    shell = make_program(bare_machine, "chromium-headless-shell", "Chromium 156.0.8078.79")

    assert find_browser(tmp_path).program == shell
    assert [found.program.name for found in candidates() if found.program.parent == bare_machine] == [
        "chromium-headless-shell",
        "chromium",
        "google-chrome",
    ]


def test_one_that_does_not_start_or_is_too_old_is_passed_over(bare_machine: Path, tmp_path: Path) -> None:
    make_program(bare_machine, "chromium", "Install the snap first", status=1)
    make_program(bare_machine, "chromium-browser", "Chromium 90.0.1.2")
    chrome = make_program(bare_machine, "google-chrome", "Google Chrome 153.0.1.2")

    assert find_browser(tmp_path).program == chrome


def test_what_playwright_installed_comes_after_what_is_on_the_path(bare_machine: Path, tmp_path: Path) -> None:
    folder = tmp_path / "playwright" / "chromium_headless_shell-1200" / "chrome-linux"
    installed = make_program(folder, "headless_shell", "Chromium 150.0.1.2")
    assert find_browser(tmp_path) == Browser(installed, "installed by Playwright")

    chromium = make_program(bare_machine, "chromium", "Chromium 151.0.1.2")
    assert find_browser(tmp_path).program == chromium


def test_a_named_browser_wins(bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_program(bare_machine, "chromium-headless-shell", "Chromium 156.0.1.2")
    mine = make_program(tmp_path / "mine", "my-browser", "Chromium 130.0.1.2")
    monkeypatch.setenv("E2E_BROWSER", str(mine))

    assert find_browser(tmp_path) == Browser(mine, "named by E2E_BROWSER")


def test_a_named_browser_that_is_none_is_an_error_not_a_fallback(
    bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_program(bare_machine, "chromium-headless-shell", "Chromium 156.0.1.2")
    monkeypatch.setenv("E2E_BROWSER", "/nosuch/browser")

    with pytest.raises(BrowserError, match="E2E_BROWSER is /nosuch/browser"):
        find_browser(tmp_path)
