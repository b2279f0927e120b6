"""Erasing a person: whoever they were is forgotten, what they said stays, by a “Former member”.

It cannot be undone. What can be found by keys goes at once, in one transaction: from then on nobody signs in as them
and no page names them. Copies of their name and address in long tables (the record, mails) are looked for by a worker.
"""

from functools import partial
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import models, transaction
from django.utils import timezone

from accounts import devices, events, personal
from accounts.capabilities import Can, Role
from accounts.errors import LastAdministrator, NotAllowed, NotErasableYet
from accounts.models import FORMER_MEMBER, Erasure, User
from activity.record import nudge, record


def hindrances(person: User) -> list[str]:
    """What has to be settled before: sentences."""
    found = personal.registry.hindrances(person)
    if person.role == Role.ADMIN and person.is_active and not _other_administrators(person):
        found.append("This is the only administrator. Make somebody else one first.")
    return found


@transaction.atomic
def erase(*, person: User, actor: User) -> User:
    """Erase somebody's personal data. An administrator may, and everybody themselves; erased ones stay as they are.

    Raises: NotAllowed; NotErasableYet, which says what has to be settled first; LastAdministrator.
    """
    if actor.pk != person.pk and not actor.may(Can.MANAGE_PORTAL):
        raise NotAllowed("Only an administrator erases somebody else's personal data.")
    people = {p.pk: p for p in User.objects.select_for_update(of=("self",)).filter(role=Role.ADMIN).order_by("pk")}
    person = people.get(person.pk) or User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if person.erased_at is not None:
        return person
    if sentences := personal.registry.hindrances(person):
        raise NotErasableYet(" ".join(sentences))
    if person.role == Role.ADMIN and person.is_active and not _other_administrators(person):
        raise LastAdministrator(f"{person.display_name} is the only administrator. Make somebody else one first.")

    traces = personal.Traces(name=person.name, email=person.email)
    record(events.ERASED, actor=actor, data={"user_id": person.pk})
    devices.end(person=person, actor=actor, reason="erased")
    for act in personal.registry.erasing.values():
        act(person, traces)
    _delete_what_is_theirs(person)
    if person.picture:
        transaction.on_commit(partial(person.picture.storage.delete, str(person.picture.name)), robust=True)
    _become_nobody(person)
    Erasure.objects.create(person=person, name=traces.name, email=traces.email)
    from accounts.tasks import work_waiting_personal  # noqa: PLC0415  the tasks import this module

    nudge(work_waiting_personal)
    return person


def sweep(waiting: Erasure) -> None:
    """Look for copies of the name and the address in long tables; then the portal forgets what it looked for."""
    traces = personal.Traces(name=waiting.name, email=waiting.email)
    for act in personal.registry.sweeping.values():
        act(waiting.person, traces)
    Erasure.objects.filter(pk=waiting.pk).update(name="", email="", done_at=timezone.now(), state=Erasure.State.DONE)


def relations() -> list[models.ManyToOneRel]:
    """Every foreign key to a person in any model, also those that a person does not lead back to ("+")."""
    found = User._meta.get_fields(include_hidden=True)  # noqa: SLF001  Django's documented way to ask a model
    return [field for field in found if isinstance(field, models.ManyToOneRel)]


def _delete_what_is_theirs(person: User) -> None:
    """Rows that would be deleted with the person, were they deleted: the models say which belong to a person alone."""
    for relation in relations():
        if relation.on_delete is models.CASCADE:
            rows: Any = relation.related_model._base_manager  # noqa: SLF001
            rows.filter(**{relation.field.name: person}).delete()
    person.user_permissions.clear()
    person.groups.clear()


def _become_nobody(person: User) -> None:
    gone = {
        "name": FORMER_MEMBER,
        "title": "",
        "email": f"erased-{person.public_id}@erased.invalid",
        "password": make_password(None),
        "time_zone": "UTC",
        "language": "",
        "picture": "",
        "grid_columns": "",
        "is_active": False,
        "is_superuser": False,
        "last_seen_at": None,
        "last_login": None,
        "told_of_unassigned": None,
        "erased_at": timezone.now(),
    }
    for name, value in gone.items():
        setattr(person, name, value)
    person.save(update_fields=list(gone))


def _other_administrators(person: User) -> bool:
    return bool(User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=person.pk).exists())
