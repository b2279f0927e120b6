"""Write the table of events into docs/architecture.md."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from activity.table import put_into


class Command(BaseCommand):
    """Run it after declaring a verb or a subscriber; a test notices when it was forgotten."""

    help = "Write the table of events, and of what follows from each, into docs/architecture.md."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Rewrite the part between the two marks."""
        page = settings.BASE_DIR / "docs" / "architecture.md"
        text = put_into(page.read_text())
        page.write_text(text)
        self.stdout.write(f"Wrote {page.relative_to(settings.BASE_DIR)}.")
