"""Looking into a file in a process of its own, and believing nothing it says without measuring it."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from workstreams.previews.kinds import Kind
from workstreams.previews.outcome import CannotPreview, Outcome, Picture

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 20
MOST_PICTURES = 5
LARGEST_PICTURE = 4 * 1024 * 1024
LARGEST_FACTS = 1024 * 1024
BROKE_OFF = "Looking into it took too long, or failed."


def look(kind: Kind, path: Path) -> Outcome:
    """What `path` shows, looked at for at most twenty seconds.

    Raises: CannotPreview, with the sentence that people read.
    """
    with tempfile.TemporaryDirectory(prefix="preview-") as folder:
        command = [sys.executable, "-m", "workstreams.previews.child", str(kind), str(path), folder]
        try:
            done = subprocess.run(  # noqa: S603
                command,
                cwd=ROOT,
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": folder},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise CannotPreview(BROKE_OFF) from late
        if done.returncode:
            raise CannotPreview(BROKE_OFF)
        return _read(Path(folder))


def _read(folder: Path) -> Outcome:
    try:
        told: dict[str, Any] = json.loads(_bounded(folder / "outcome.json", LARGEST_FACTS))
    except (OSError, ValueError) as failure:
        raise CannotPreview(BROKE_OFF) from failure
    if refused := told.get("refused"):
        raise CannotPreview(str(refused)[:200])
    pictures = [
        Picture(
            _bounded(folder / f"{int(each['number'])}.webp", LARGEST_PICTURE), int(each["width"]), int(each["height"])
        )
        for each in told["pictures"][:MOST_PICTURES]
    ]
    return Outcome(pictures=pictures, facts=told["facts"])


def _bounded(path: Path, most: int) -> bytes:
    if path.stat().st_size > most:
        raise CannotPreview("Its preview would be too large.")
    return path.read_bytes()
