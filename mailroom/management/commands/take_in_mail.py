"""Take in mails from a mail server."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mailroom.server import serve


class Command(BaseCommand):
    help = "Listen for mails to REPLY_DOMAIN, by LMTP from a mail server on this machine or network, or by SMTP."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, and how."""
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--lmtp", metavar="HOST:PORT", help="for a mail server that hands over, such as Postfix")
        how.add_argument("--smtp", metavar="HOST:PORT", help="for one that speaks SMTP only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Listen until Ctrl-C."""
        where = options["lmtp"] or options["smtp"]
        host, _, port = where.rpartition(":")
        if not host or not port.isdigit():
            raise CommandError(f"{where} is no address; it is like 127.0.0.1:8024.")
        if not settings.REPLY_DOMAIN:
            raise CommandError("REPLY_DOMAIN is empty, so no mail can be for the portal.")
        self.stdout.write(f"Taking in mails to {settings.REPLY_DOMAIN} at {where}.")
        try:
            asyncio.run(serve(host=host.strip("[]"), port=int(port), is_lmtp=bool(options["lmtp"])))
        except KeyboardInterrupt:
            self.stdout.write("No more mails are taken in.")
