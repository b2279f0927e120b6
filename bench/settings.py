"""The portal's settings, and what only the bench has: the yardstick, at an address of its own beside the portal's."""

from config.settings import *  # noqa: F403  all of them

ROOT_URLCONF = "bench.yardstick.urls"
