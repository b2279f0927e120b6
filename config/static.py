"""What is published of static/: the built style sheet, not the sources it is built from."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class PortalStaticFilesConfig(StaticFilesConfig):
    """Leaves out static/css: its `@import "tailwindcss/..."` means something to Tailwind only."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "css/*"]
