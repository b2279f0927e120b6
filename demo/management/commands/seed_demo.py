"""`manage.py seed_demo`: fill an empty portal with the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from demo import mails
from demo.seeding import is_seeded, seed


class Command(BaseCommand):
    """Seeds once; a second call changes nothing."""

    help = "Fill the portal with demonstration people and WorkStreams, once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed, unless the people are there already."""
        if is_seeded():
            self.stdout.write("The demonstration is there already.")
            return
        count = seed(now=timezone.now())
        written = mails.write()
        self.stdout.write(f"The demonstration is ready: {count} WorkStreams, {written} mails.")
