"""Who of Intercom's Team Inbox is which colleague: by their address (A15). Intercom cannot be asked for one of them."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.capabilities import TEAM_ROLES
from accounts.models import User
from integrations.failures import Waits
from integrations.intercom.client import client
from integrations.intercom.models import Teammate

# Whoever is not known is looked for in a new list, at most this often.
READ_AGAIN_AFTER = timedelta(minutes=5)


def of(person: User) -> Teammate | None:
    """The teammate a colleague is; None when they have no seat in Intercom. Raises: VendorFailure."""
    found = Teammate.objects.filter(person=person).order_by("pk").first()
    if found is None and _read_again():
        found = Teammate.objects.filter(person=person).order_by("pk").first()
    return found


def named(admin_id: str) -> Teammate | None:
    """The teammate with this id; None when Intercom's list does not have them. Raises: VendorFailure."""
    found = Teammate.objects.select_related("person").filter(admin_id=admin_id).first()
    if found is None and _read_again():
        found = Teammate.objects.select_related("person").filter(admin_id=admin_id).first()
    return found


def speaker() -> str:
    """The id of the teammate in whose name the portal itself speaks.

    Raises: Waits, until an operator has named one.
    """
    if not settings.INTERCOM_ADMIN_ID:
        raise Waits("INTERCOM_ADMIN_ID does not name a teammate in whose name the portal speaks.")
    return str(settings.INTERCOM_ADMIN_ID)


def read() -> int:
    """Read who is in the Team Inbox, and who of them is a colleague here; how many there are. Raises: VendorFailure."""
    seen = [teammate for teammate in client().teammates() if teammate.id]
    colleagues = {
        person.email.lower(): person
        for person in User.objects.filter(email__in=[s.email for s in seen if s.email], role__in=TEAM_ROLES)
    }
    with transaction.atomic():
        # Whoever left speaks for nobody any more.
        Teammate.objects.exclude(admin_id__in=[one.id for one in seen]).update(person=None)
        for one in seen:
            Teammate.objects.update_or_create(
                admin_id=one.id,
                defaults={
                    "email": one.email[:254],
                    "name": one.name[:200],
                    "person": colleagues.get(one.email),
                    "seen_at": timezone.now(),
                },
            )
    return len(seen)


def lost(admin_id: str) -> None:
    """Intercom did not take what this teammate was to say: they speak for nobody until the list names them again."""
    Teammate.objects.filter(admin_id=admin_id).update(person=None)


def _read_again() -> bool:
    """Read the list, unless that was done a moment ago."""
    latest = Teammate.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    if latest is not None and timezone.now() - latest < READ_AGAIN_AFTER:
        return False
    return read() > 0
