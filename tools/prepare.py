"""What `make run` does to the database before the portal starts: migrate, seed the demo once, list its people.

One process for all of it, because starting Django is most of the time each takes.
"""

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command, get_commands


def main(people: Path) -> None:
    """Prepare the database and write the list of demo people, if there is a demo."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", interactive=False)
    commands = get_commands()
    people.unlink(missing_ok=True)
    if "seed_demo" in commands:
        call_command("seed_demo")
    if "demo_people" in commands:
        with people.open("w") as file:
            call_command("demo_people", stdout=file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
