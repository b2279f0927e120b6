"""Without DEMO none of the demonstration exists."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

LOOK = """
import django; django.setup()
from django.apps import apps
from django.core.management import get_commands
from django.urls import Resolver404, resolve
found = [path for path in ("/demo/", "/demo/mailbox/", "/demo/design/") if not _missing(path)]
print("demo" in [app.name for app in apps.get_app_configs()], "seed_demo" in get_commands(), found)
"""
MISSING = """
def _missing(path):
    try:
        resolve(path)
    except Resolver404:
        return True
    return False
"""


ALL = "['/demo/', '/demo/mailbox/', '/demo/design/']"


@pytest.mark.parametrize(("demo", "says"), [("0", "False False []"), ("", "False False []"), ("1", f"True True {ALL}")])
def test_pages_commands_and_app_exist_only_with_demo(demo: str, says: str) -> None:
    environment = {**os.environ, "DEMO": demo, "DJANGO_SETTINGS_MODULE": "config.settings"}
    if not demo:
        del environment["DEMO"]
    done = subprocess.run(
        [sys.executable, "-c", MISSING + LOOK],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == says
