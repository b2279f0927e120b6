"""`manage.py hubspot_send`: have the contacts of everybody made who registered before HubSpot was on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.capabilities import Role
from accounts.models import User
from integrations import outgoing
from integrations.connectors import is_on
from integrations.hubspot import actions
from integrations.hubspot.models import Contact
from integrations.models import Provider

A_BATCH = 500


class Command(BaseCommand):
    """Write deliveries; workers send them as fast as HubSpot allows."""

    help = "Send HubSpot everybody whose contact it does not have yet, or not whole; with --all everybody."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom to send."""
        parser.add_argument("--all", action="store_true", help="also those whose contact is known and up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the deliveries, some hundred people in each transaction."""
        if not is_on(Provider.HUBSPOT):
            raise CommandError("HubSpot is off: set HUBSPOT_TOKEN.")
        people = User.objects.filter(role=Role.CLIENT, erased_at=None).select_related("organization").order_by("pk")
        if not options["all"]:
            complete = Contact.objects.exclude(contact_id="").filter(left_out={})
            people = people.exclude(pk__in=complete.values("person"))
        written, last = 0, 0
        while batch := list(people.filter(pk__gt=last)[:A_BATCH]):
            with transaction.atomic():
                written += sum(actions.send_again(person=person) for person in batch)
            last = batch[-1].pk
        erased = User.objects.filter(pk__in=Contact.objects.values("person")).exclude(erased_at=None)
        for person in erased:
            with transaction.atomic():
                outgoing.write(Provider.HUBSPOT, actions.FORGET, about=person)
        self.stdout.write(f"Contacts to send: {written}. To delete: {erased.count()}.")
