"""What the portal says about a person in HubSpot."""

from datetime import UTC, datetime

from allauth.account.models import EmailAddress

from accounts.models import User
from integrations.hubspot import properties
from integrations.hubspot.models import VisitTrail
from integrations.hubspot.trails import as_text


def facts(person: User) -> dict[str, str]:
    """Every property with its value as text; an empty one stands for what is not known (R8, R95, R97, A37)."""
    first, _, last = person.name.partition(" ")
    found = {
        "email": person.email.strip().lower(),
        "firstname": first,
        "lastname": last.strip(),
        "company": person.organization.name if person.organization else "",
        "jobtitle": person.title,
        "hs_language": person.language.lower(),
        properties.USER_ID: str(person.public_id),
        properties.REGISTERED_AT: moment(person.date_joined),
        properties.CONFIRMED: "true" if is_confirmed(person) else "false",
    }
    return found | _of_trail(VisitTrail.objects.filter(person=person).first())


def is_confirmed(person: User) -> bool:
    """Whether the person showed that they read mails to their address."""
    return bool(EmailAddress.objects.filter(user=person, email=person.email.lower(), verified=True).exists())


def moment(at: datetime | None) -> str:
    """A time as HubSpot takes and gives it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else ""


def _of_trail(trail: VisitTrail | None) -> dict[str, str]:
    known = trail or VisitTrail()
    found = {
        properties.REFERRER: known.referrer,
        properties.LANDING_PAGE: known.landing_page,
        properties.PAGES: as_text(known.pages),
        properties.FIRST_SEEN_AT: moment(known.first_seen_at),
    }
    for word in properties.UTM:
        found[properties.first_touch(word)] = known.first_utm.get(word, "")
        found[properties.last_touch(word)] = known.last_utm.get(word, "")
    return found
