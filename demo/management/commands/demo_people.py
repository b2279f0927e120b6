"""`manage.py demo_people`: who plays in the demonstration, and where to become one of them."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse

from demo.people import groups


class Command(BaseCommand):
    """Prints the people by organisation and role, with the address of the demo sign-in page."""

    help = "Print the demonstration's people and the address of the demo sign-in page."

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each role or organisation."""
        self.stdout.write(f"Be anybody with one click: {settings.BASE_URL}{reverse('demo:people')}")
        width = max((len(group.title) for group in groups()), default=0)
        for group in groups():
            names = ", ".join(person.display_name for person in group.people)
            self.stdout.write(f"  {group.title:<{width}}  {names}")
