"""`manage.py intercom_setup [--send-all]`: prepare a workspace of Intercom, and send what is here already."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.connectors import is_on
from integrations.failures import VendorFailure
from integrations.intercom import setup
from integrations.models import Provider


class Command(BaseCommand):
    """Prepare a workspace. Running it again changes nothing that is there."""

    help = "Make the attributes the portal fills in, read the teammates, and say what is left to do in Intercom."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to send what is here."""
        parser.add_argument(
            "--send-all",
            action="store_true",
            help="write contacts of all registered people and conversations of open WorkStreams into the queue",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and print what was found."""
        if not is_on(Provider.INTERCOM):
            raise CommandError("Intercom is off: set INTERCOM_TOKEN.")
        try:
            found = setup.set_up()
        except VendorFailure as failure:
            raise CommandError(failure.reason) from failure
        self.stdout.write(f"Attributes of contacts made: {', '.join(found.made) or 'none, they are all there'}.")
        self.stdout.write(f"Teammates: {found.teammates}, of whom {found.colleagues} are colleagues in the portal.")
        for sentence in found.to_do:
            self.stdout.write(f"To do: {sentence}")
        if options["send_all"]:
            people, workstreams = setup.send_what_is_here()
            self.stdout.write(f"Into the queue: {people} contacts, {workstreams} conversations.")
