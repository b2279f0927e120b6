#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys
from importlib import import_module

from tools.environment import load_local_environment


def main() -> None:
    """Run a management command, with the environment of `make run` where none is given."""
    load_local_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # Django hides a broken configuration from some commands until something odd happens; fail by name instead.
    import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    from django.core.management import execute_from_command_line  # noqa: PLC0415  settings first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
