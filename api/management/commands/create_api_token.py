from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.errors import DomainError
from accounts.models import User
from activity.models import SystemActor
from api.actions import DEFAULT_DAYS, LONGEST_DAYS, make_token
from api.models import Scope


class Command(BaseCommand):
    help = "Make an API token that acts for a person, and print it. It is shown this once."

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("email", help="the person it acts for")
        parser.add_argument("--name", default="From the command line", help="what uses it")
        parser.add_argument(
            "--scopes", nargs="+", choices=Scope.values, default=[Scope.READ.value], help="default: read"
        )
        parser.add_argument(
            "--days", type=int, default=DEFAULT_DAYS, help=f"1 to {LONGEST_DAYS}; default: {DEFAULT_DAYS}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and print it. Nothing else goes to standard output, so that a script can take it from there."""
        person = User.objects.with_address(options["email"]).first()
        if person is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        try:
            token, secret = make_token(
                person=person,
                actor=SystemActor.OPERATOR,
                name=options["name"],
                scopes=[Scope(word) for word in options["scopes"]],
                days=options["days"],
            )
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(secret)
        self.stderr.write(
            f"It acts for {person.email}, may {token.scope_words}, and ends on {token.expires_at:%d %b %Y}."
        )
