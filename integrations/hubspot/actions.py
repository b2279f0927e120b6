"""What is written down of a person for HubSpot, in the transaction of what it follows from."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from activity.models import Event
from activity.record import record
from integrations import outgoing
from integrations.connectors import is_on
from integrations.hubspot import events
from integrations.hubspot.facts import facts
from integrations.hubspot.models import Contact, VisitTrail
from integrations.hubspot.trails import (
    LONGEST_ADDRESS,
    Trail,
    clean_address,
    clean_hutk,
    clean_ip,
    clean_pages,
    clean_utm,
)
from integrations.models import Provider

SYNC, FORGET, SUBMIT = "contact.sync", "contact.forget", "form.submit"


@transaction.atomic
def note(*, person: User, at: datetime) -> bool:
    """Write down what the portal says of a person now; what is new gets this time. Returns whether anything is.

    An empty value is written down only after one that was not, so that it clears that and nothing else.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).select_related("organization").get(pk=person.pk)
    if person.erased_at is not None:
        return False
    contact, _ = Contact.objects.select_for_update().get_or_create(person=person)
    wanted: dict[str, Any] = dict(contact.wanted)
    for name, value in facts(person).items():
        before = wanted.get(name, {}).get("value", "")
        if value != before:
            wanted[name] = {"value": value, "at": at.isoformat()}
    if wanted == contact.wanted:
        return False
    contact.wanted = wanted
    contact.save(update_fields=["wanted"])
    return True


@transaction.atomic
def sync(*, person: User, event: Event) -> bool:
    """Have a person's contact made or brought up to date, if anything about it is new. Returns whether it will be.

    Nobody's while HubSpot is off; no colleague's, unless they have a contact already; not of who was erased.
    """
    if not _is_told_of(person) or not note(person=person, at=event.at):
        return False
    outgoing.write(Provider.HUBSPOT, SYNC, about=person, event=event)
    return True


@transaction.atomic
def send_again(*, person: User) -> bool:
    """Have a contact looked at although nothing is new: of who registered while HubSpot was off, or had no property.

    When they said what they say is not known, so whatever HubSpot's people wrote stands.
    """
    if not _is_told_of(person):
        return False
    note(person=person, at=person.date_joined)
    outgoing.write(Provider.HUBSPOT, SYNC, about=person)
    is_new = not Contact.objects.filter(person=person).exclude(contact_id="").exists()
    if is_new and VisitTrail.objects.filter(person=person).exclude(hutk="").exists():
        outgoing.write(Provider.HUBSPOT, SUBMIT, about=person)
    return True


def _is_told_of(person: User) -> bool:
    if not is_on(Provider.HUBSPOT) or person.erased_at is not None:
        return False
    return not person.is_team or Contact.objects.filter(person=person).exists()


@transaction.atomic
def remember_trail(*, person: User, trail: Trail, actor: User) -> VisitTrail | None:
    """Keep how somebody came, with their consent; without it, forget what was kept (R96, R97).

    What came first stays as it was told first; everything else is as it was told last. Told the same again, nothing
    changes. HubSpot hears of it as well, and joins the pages it has seen itself when there is a cookie of its own.
    """
    person = User.objects.select_for_update(of=("self",), no_key=True).select_related("organization").get(pk=person.pk)
    before = VisitTrail.objects.filter(person=person).first()
    if person.erased_at is not None:
        return None
    if not trail.consented:
        if before is not None:
            before.delete()
            record(events.TRAIL_FORGOTTEN, actor=actor, data={"user_id": person.pk})
        return None
    kept = _kept(person, trail, before)
    if before is not None and _says(kept) == _says(before):
        return before
    kept.save()
    record(events.TRAIL_REMEMBERED, actor=actor, data={"user_id": person.pk, "pages": len(kept.pages)})
    if kept.hutk and (before is None or kept.hutk != before.hutk) and is_on(Provider.HUBSPOT):
        outgoing.write(Provider.HUBSPOT, SUBMIT, about=person)
    return kept


def _kept(person: User, trail: Trail, before: VisitTrail | None) -> VisitTrail:
    first = before or VisitTrail()
    return VisitTrail(
        pk=first.pk,
        person=person,
        pages=clean_pages(trail.pages) or first.pages,
        referrer=first.referrer or clean_address(trail.referrer)[:LONGEST_ADDRESS],
        landing_page=first.landing_page or clean_address(trail.landing_page),
        first_utm=first.first_utm or clean_utm(trail.first),
        last_utm=clean_utm(trail.last) or first.last_utm,
        first_seen_at=first.first_seen_at or trail.first_seen_at,
        hutk=clean_hutk(trail.hutk) or first.hutk,
        ip=clean_ip(trail.ip) or first.ip,
        consent_words=trail.consent_words[:1000] or first.consent_words,
        remembered_at=timezone.now(),
        unheard=first.unheard,
    )


def _says(trail: VisitTrail) -> list[Any]:
    """What it tells, to see whether anything is new."""
    return [
        trail.pages,
        trail.referrer,
        trail.landing_page,
        trail.first_utm,
        trail.last_utm,
        trail.first_seen_at,
        trail.hutk,
        trail.ip,
        trail.consent_words,
    ]
