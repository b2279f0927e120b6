"""The process that looks into a file: `python -m workstreams.previews.child KIND FILE FOLDER`.

It limits itself before it reads a byte, and writes pictures and `outcome.json` into the folder. It is started without
settings, secrets or database; nothing it could be talked into reaches further than its folder and its few seconds.
"""

import json
import resource
import sys
from pathlib import Path

from workstreams.previews import pages, pictures, tables, text
from workstreams.previews.kinds import Kind
from workstreams.previews.outcome import CannotPreview, Outcome

MEMORY = 1024 * 1024 * 1024
SECONDS = 15
WRITTEN = 20 * 1024 * 1024
LOOKS = {Kind.PICTURE: pictures.look, Kind.PAGES: pages.look, Kind.TEXT: text.look, Kind.TABLE: tables.look}


def limit() -> None:
    """Give this process little memory and time, few files and no children."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def main(kind: str, file: str, folder: str) -> None:
    """Look, and write down what was seen."""
    limit()
    out = Path(folder)
    try:
        outcome = LOOKS[Kind(kind)](Path(file))
    except CannotPreview as refusal:
        _write(out, {"refused": str(refusal)})
    except MemoryError:
        _write(out, {"refused": "It is too large to be shown here."})
    else:
        _write(out, _told(outcome, out))


def _told(outcome: Outcome, out: Path) -> dict[str, object]:
    told = []
    for number, picture in enumerate(outcome.pictures, start=1):
        (out / f"{number}.webp").write_bytes(picture.content)
        told.append({"number": number, "width": picture.width, "height": picture.height})
    return {"facts": outcome.facts, "pictures": told}


def _write(out: Path, told: dict[str, object]) -> None:
    (out / "outcome.json").write_text(json.dumps(told, ensure_ascii=True))


if __name__ == "__main__":
    main(*sys.argv[1:4])
