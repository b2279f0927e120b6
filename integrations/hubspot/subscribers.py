"""What this vendor's part does when something happens elsewhere."""

from accounts import events as account_events
from accounts.models import User
from activity.models import Event
from activity.registry import registry
from integrations.hubspot import actions, events


def _person(event: Event) -> User | None:
    """Whom an event is about: the one its data names, else who did it."""
    found = event.data.get("user_id") or event.actor_id
    person: User | None = User.objects.select_related("organization").filter(pk=found).first()
    return person


@registry.follows(account_events.REGISTERED, "HubSpot makes or updates the contact")
@registry.follows(account_events.ADDRESS_CONFIRMED, "HubSpot hears that the address is confirmed")
@registry.follows(account_events.ADDRESS_CHANGED, "HubSpot gets the new address")
@registry.follows(account_events.PROFILE_EDITED, "HubSpot gets what it is told of it")
@registry.follows(account_events.PERSON_EDITED, "HubSpot gets what it is told of it")
@registry.follows(account_events.ORGANIZATION_JOINED, "HubSpot gets the company")
@registry.follows(events.TRAIL_REMEMBERED, "HubSpot gets the pages, the referrer and the campaign")
@registry.follows(events.TRAIL_FORGOTTEN, "HubSpot clears them")
def tell_hubspot(event: Event) -> None:
    """Write a delivery if what HubSpot is told of the person has changed (R8, R94)."""
    person = _person(event)
    if person is not None:
        actions.sync(person=person, event=event)
