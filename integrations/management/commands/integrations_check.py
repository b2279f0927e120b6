"""`manage.py integrations_check`: what of each vendor is configured, answers, and is missing. Changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand

from integrations.checking import findings
from integrations.connectors import is_on
from integrations.models import Provider


class Command(BaseCommand):
    """Look at every vendor and say what is wrong; status 1 when anything is."""

    help = "Say for each vendor what is configured, reachable and missing. Status 1 when something needs a hand."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each thing that was looked at."""
        is_well = True
        for provider in Provider:
            self.stdout.write(f"{provider.label}{'' if is_on(provider) else ': off'}")
            for finding in findings(provider):
                self.stdout.write(f"  {'ok     ' if finding.is_well else 'missing'}  {finding.says}")
                is_well &= finding.is_well
        if not is_well:
            raise SystemExit(1)
