"""Telling the vendors of the demonstration: where `make run` simulates them, its chats stand in the Team Inbox, too.

Nothing is made up for it. What sends to vendors follows the seeded events as it follows any other, and the workers do
the rest.
"""

from django.db import transaction
from django.db.models import Q

from accounts import events as account_events
from activity.models import Event
from activity.registry import registry
from integrations.connectors import those_on
from workstreams.models import WorkStream

# So many WorkStreams, the newest; all of them would keep the workers of a fresh portal busy for minutes.
TOLD = 12
_SENDERS = ("integrations.hubspot.", "integrations.intercom.")


def tell() -> int:
    """Write deliveries about everybody who registered and about the newest WorkStreams; how many events were followed.

    Nothing happens where no vendor is switched on.
    """
    if not those_on():
        return 0
    newest = WorkStream.objects.order_by("-created_at").values("pk")[:TOLD]
    followed = 0
    with transaction.atomic():
        events = Event.objects.filter(Q(workstream__in=newest) | Q(verb=account_events.REGISTERED))
        for event in events.select_related("actor", "workstream").order_by("at", "pk"):
            acts = [what.act for what in registry.of(event.verb) if what.act.__module__.startswith(_SENDERS)]
            for act in acts:
                act(event)
            followed += bool(acts)
    return followed
