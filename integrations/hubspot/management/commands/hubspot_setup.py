"""`manage.py hubspot_setup`: make what the portal needs in HubSpot. Running it again changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.connectors import is_on
from integrations.failures import VendorFailure
from integrations.hubspot import client
from integrations.hubspot.properties import GROUP, OURS, Property
from integrations.models import Provider


class Command(BaseCommand):
    """Make the property group and the properties; say of each what was done."""

    help = "Make the portal's contact properties in HubSpot; what is there stays."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing, and complain about what is there and different."""
        if not is_on(Provider.HUBSPOT):
            raise CommandError("HubSpot is off: set HUBSPOT_TOKEN.")
        try:
            self._tell(f"group {GROUP}", is_new=client.make_group())
            wrong = [sentence for wanted in OURS if (sentence := self._make(wanted))]
        except VendorFailure as failure:
            raise CommandError(failure.reason) from failure
        if wrong:
            raise CommandError("\n".join(wrong))

    def _make(self, wanted: Property) -> str:
        """Make one property; a sentence when there is another one of this name."""
        found = client.describe(wanted.name)
        is_new = found is None and client.make_property(wanted)
        found = found or client.describe(wanted.name)
        if found is None:
            return f"{wanted.name} was made, but HubSpot does not show it. Run this again."
        if found.type != wanted.type or found.is_unique != wanted.is_unique or found.is_read_only:
            return (
                f"{wanted.name} is there, but not as the portal needs it: {found.type} instead of {wanted.type}, "
                f"unique {found.is_unique}, read-only {found.is_read_only}. Delete it in HubSpot, then run this again."
            )
        self._tell(wanted.name, is_new=is_new)
        return ""

    def _tell(self, what: str, *, is_new: bool) -> None:
        self.stdout.write(f"{'made' if is_new else 'there'}  {what}")
