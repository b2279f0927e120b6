"""For workers that a test starts: with this module included they know the small vendor at SMALL_VENDOR_URL."""

import os

from tests.integrations.small_vendor import introduce

introduce(os.environ["SMALL_VENDOR_URL"])
