"""The people of the demonstration, as its pages and its command list them."""

from dataclasses import dataclass

from django.db.models import Case, Count, When

from accounts.capabilities import INTERNAL_ROLES, Role
from accounts.models import User
from demo.content import CLIENTS, COLLEAGUES
from demo.seeding import email_of


@dataclass(frozen=True)
class Group:
    """People of one client organisation or of one role."""

    title: str
    people: list[User]
    is_team: bool


def groups() -> list[Group]:
    """Clients by organisation, then colleagues by role. People somebody else registered are not among them.

    Each person carries `involved`: how many WorkStreams they are on, or lead.
    """
    emails = [email_of(name) for name in (*CLIENTS, *COLLEAGUES)]
    people = list(
        User.objects.filter(email__in=emails, is_active=True)
        .select_related("organization")
        .annotate(
            involved=Case(
                When(role__in=INTERNAL_ROLES, then=Count("led_workstreams", distinct=True)),
                default=Count("memberships", distinct=True),
            )
        )
    )
    people.sort(key=lambda person: emails.index(person.email))
    found: dict[str, Group] = {}
    for person in people:
        title = str(person.organization) if person.role == Role.CLIENT else person.role_label
        found.setdefault(title, Group(title, [], is_team=person.is_team)).people.append(person)
    return list(found.values())
