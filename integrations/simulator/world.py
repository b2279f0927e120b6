"""Everything of one simulator together: the clock, the faults, the log, the courier and the vendors."""

import contextlib
import importlib
import json
import os
import threading
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from integrations.simulator.addresses import VENDORS
from integrations.simulator.clock import Clock
from integrations.simulator.courier import Courier
from integrations.simulator.faults import Faults
from integrations.simulator.log import Log
from integrations.simulator.vendor import Vendor

SAVED_EVERY = 1.0  # seconds


class World:
    """The vendors' side as a whole."""

    def __init__(self, *, portal: str = "", file: Path | None = None) -> None:
        """Begin with what the file holds, if there is one that can be read. `portal` is where webhooks go."""
        self.clock = Clock()
        self.faults = Faults()
        self.log = Log()
        self.courier = Courier(self.clock, portal=portal)
        # Where browsers and the portal reach it; known when the server has its port.
        self.url = ""
        self.file = file
        self.is_over = threading.Event()
        self._changed = threading.Event()
        self.vendors: dict[str, Vendor[Any]] = {name: _load(place)(self) for name, place in VENDORS.items()}
        self.courier.vendors = self.vendors
        if file and file.exists():
            self._restore(json.loads(file.read_text()))

    def has_changed(self) -> None:
        """Have the state written down soon."""
        self._changed.set()

    def reset(self) -> None:
        """Begin anew: states, time, faults, webhooks and log. Answers that were to be late are let go."""
        self.is_over.set()
        self.is_over = threading.Event()
        self.faults.clear()
        self.courier.clear()
        self.clock.reset()
        for vendor in self.vendors.values():
            vendor.reset()
        self.log.clear()
        self.has_changed()

    def keep_writing(self) -> None:
        """Write the state down after each change, in a thread that ends with the process."""
        threading.Thread(target=self._save_again_and_again, name="saver", daemon=True).start()

    def write_down(self) -> None:
        """Write the state down now."""
        if self.file is None:
            return
        kept: dict[str, Any] = {"ahead": self.clock.ahead, "vendors": {}}
        for name, vendor in self.vendors.items():
            with vendor.lock:
                kept["vendors"][name] = TypeAdapter(vendor.State).dump_python(vendor.state, mode="json")
        draft = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        draft.write_text(json.dumps(kept))
        draft.replace(self.file)

    def _save_again_and_again(self) -> None:
        while True:
            self._changed.wait()
            self._changed.clear()
            self.write_down()
            threading.Event().wait(SAVED_EVERY)

    def _restore(self, kept: dict[str, Any]) -> None:
        self.clock.step(seconds=kept.get("ahead", 0.0))
        for name, vendor in self.vendors.items():
            # A state of an older shape that cannot be read is left out: that vendor begins anew.
            with contextlib.suppress(KeyError, ValidationError):
                vendor.state = TypeAdapter(vendor.State).validate_python(kept["vendors"][name])


def _load(place: str) -> type[Vendor[Any]]:
    module, _, name = place.partition(":")
    found: type[Vendor[Any]] = getattr(importlib.import_module(module), name)
    return found
