"""Write the policy of notifications into docs/notifications.md."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from notifications.table import put_into


class Command(BaseCommand):
    """Run it after changing the policy; a test notices when it was forgotten."""

    help = "Write the table of what people are told into docs/notifications.md."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Rewrite the part between the two marks."""
        page = settings.BASE_DIR / "docs" / "notifications.md"
        text = put_into(page.read_text())
        page.write_text(text)
        self.stdout.write(f"Wrote {page.relative_to(settings.BASE_DIR)}.")
