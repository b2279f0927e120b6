#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys

from tools.environment import load_local_environment


def main() -> None:
    """Run a management command, with the environment of `make run` where none is given."""
    load_local_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  settings first

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
