"""What `make run` does to the database before the portal starts: migrate, seed the demo once, list its people.

A fresh simulator of the vendors is set up as an operator sets up the real ones. One process for all of it, because
starting Django is most of the time each takes.
"""

import os
import socket
import sys
import time
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.core.management import CommandError, call_command, get_commands

PATIENCE = 20.0  # seconds for the simulator to listen
# What an operator runs once for a vendor.
SET_UP = ("intercom_setup", "hubspot_setup")


def main(people: Path, simulator: str) -> None:
    """Prepare the database and write the list of demo people, if there is a demo.

    `simulator` is the address of one that knows nothing yet, empty if there is none.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", interactive=False)
    commands = get_commands()
    people.unlink(missing_ok=True)
    if "seed_demo" in commands:
        call_command("seed_demo")
    if simulator:
        _set_up_vendors(simulator, commands)
    if "demo_people" in commands:
        with people.open("w") as file:
            call_command("demo_people", stdout=file)


def _set_up_vendors(simulator: str, commands: Collection[str]) -> None:
    """Furnish the vendors' side, set it up as an operator does, and have it told of the demonstration."""
    _await(simulator)
    if "seed_demo" in commands:
        from demo import vendors  # noqa: PLC0415  Django must be ready

        vendors.furnish(simulator)
    for name in SET_UP:
        _set_up(name)
    if "seed_demo" in commands:
        vendors.tell()


def _set_up(name: str) -> None:
    """Run a command; a vendor that is another one than the simulator's may refuse it."""
    try:
        call_command(name)
    except CommandError as refusal:
        print(f"{name}: {refusal}")


def _await(address: str) -> None:
    """Return when somebody listens there, or after a while."""
    place = urlsplit(address)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            socket.create_connection((place.hostname or "", place.port or 0), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3] or [""])
