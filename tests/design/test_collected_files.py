"""What `collectstatic` puts into the production image."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

ROOT = Path(__file__).parents[2]
HASHED = "whitenoise.storage.CompressedManifestStaticFilesStorage"


def test_production_gets_the_built_style_sheet_and_not_its_sources(tmp_path: Path) -> None:
    if not (ROOT / "static/build/app.css").exists():
        pytest.skip("The style sheet is not built yet: make css")
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={"staticfiles": {"BACKEND": HASHED}}):
        call_command(
            "collectstatic",
            "--noinput",
            "--ignore",
            "admin",
            "--ignore",
            "rest_framework",
            "--ignore",
            "drf_spectacular_sidecar",
            verbosity=0,
        )

    assert list((tmp_path / "build").glob("app.*.css"))
    assert list((tmp_path / "js").glob("frame.*.js"))
    assert not (tmp_path / "css").exists()
