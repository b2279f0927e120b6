"""Naming colleagues in Internal Notes (R71): who can be named, and what of a note's text names somebody.

A name in the text is only for the eyes; who is meant stands in `Mention` rows. `@[address]` in a text does both without
a script: it becomes the name.
"""

import re
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Q

from accounts.capabilities import INTERNAL_ROLES
from accounts.models import User
from chat.errors import NotAColleague
from chat.models import Mention, Note
from workstreams.models import WorkStream

MOST = 50
SUGGESTED = 8

_BY_ADDRESS = re.compile(r"@\[([^\[\]\s]{1,254})\]")


def suggestions(workstream: WorkStream, reader: User, begun: str) -> list[User]:
    """Colleagues whose name or address goes on like this; members of the WorkStream first."""
    found = User.objects.visible_to(reader).filter(is_active=True, role__in=INTERNAL_ROLES).exclude(pk=reader.pk)
    for word in begun.split()[:4]:
        found = found.filter(Q(name__istartswith=word) | Q(name__icontains=f" {word}") | Q(email__istartswith=word))
    members = set(workstream.memberships.filter(user__in=found).values_list("user_id", flat=True))
    others = found.exclude(pk__in=members).order_by("name", "pk")[:SUGGESTED]
    return [*found.filter(pk__in=members).order_by("name", "pk")[:SUGGESTED], *others][:SUGGESTED]


def named(text: str, ids: Collection[UUID], author: User) -> tuple[str, list[User]]:
    """The text with names in place of addresses, and whom it names. Naming oneself names nobody.

    Raises: NotAColleague.
    """
    addresses = {address.lower() for address in _BY_ADDRESS.findall(text)}
    if len(ids) + len(addresses) > MOST:
        raise NotAColleague(f"A note can name {MOST} colleagues.")
    if not (ids or addresses):
        return text, []
    found = list(
        User.objects.filter(is_active=True, role__in=INTERNAL_ROLES)
        .filter(Q(public_id__in=ids) | Q(email__in=addresses))
        .order_by("pk")
    )
    by_address = {person.email.lower(): person for person in found}
    if {person.public_id for person in found}.issuperset(ids) and by_address.keys() >= addresses:
        text = _BY_ADDRESS.sub(lambda match: f"@{by_address[match.group(1).lower()].display_name}", text)
        return text, [person for person in found if person.pk != author.pk]
    raise NotAColleague("Only colleagues who work here can be named in a note. Choose them from the list after “@”.")


def write_down(note: Note, people: Iterable[User]) -> None:
    """Remember whom a new note names. Call in its transaction."""
    note.shown_mentions = [Mention(note=note, user=person) for person in people]
    if note.shown_mentions:
        Mention.objects.bulk_create(note.shown_mentions)


def renew(note: Note, people: Iterable[User]) -> list[User]:
    """Let an edited note name these and nobody else; whom it did not name before. Call in its transaction."""
    wanted = {person.pk: person for person in people}
    note.mentions.exclude(user__in=wanted).delete()
    known = set(note.mentions.values_list("user_id", flat=True))
    new = [person for pk, person in wanted.items() if pk not in known]
    Mention.objects.bulk_create([Mention(note=note, user=person) for person in new], ignore_conflicts=True)
    note.shown_mentions = list(note.mentions.select_related("user"))
    return new
