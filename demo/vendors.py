"""Telling the vendors of the demonstration: where `make run` simulates them, its chats stand in the Team Inbox, too.

Nothing is made up for it. What sends to vendors follows the seeded events as it follows any other, and the workers do
the rest.
"""

import json
import urllib.request

from django.db import transaction
from django.db.models import Q

from accounts import events as account_events
from accounts.capabilities import Role
from accounts.models import User
from activity.models import Event
from activity.registry import registry
from integrations.connectors import those_on
from integrations.intercom import conversations
from integrations.models import Delivery
from integrations.salesforce.models import Opportunity
from workstreams.models import WorkStream

# So many WorkStreams, the newest; all of them would keep the workers of a fresh portal busy for minutes.
TOLD = 12
_SENDERS = ("integrations.hubspot.", "integrations.intercom.")


def tell() -> int:
    """Write deliveries about everybody who registered and about the newest WorkStreams; how many events were followed.

    Nothing happens where no vendor is switched on, or where one was told of anything before.
    """
    if not those_on() or Delivery.objects.exists():
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


def furnish(simulator: str) -> None:
    """Do at a fresh simulator what people do at the vendors themselves.

    In Intercom: make the attributes of conversations, seat the colleagues. In Salesforce: have the opportunities at the
    stages that it told us of. Raises: OSError when it does not answer.
    """
    for name in conversations.ATTRIBUTES:
        _play(simulator, "intercom/add_attribute", name=name)
    for colleague in User.objects.exclude(role=Role.CLIENT).filter(is_active=True).order_by("pk"):
        _play(simulator, "intercom/add_teammate", name=colleague.name, email=colleague.email)
    names = dict(WorkStream.objects.exclude(opportunity_id=None).values_list("opportunity_id", "name"))
    for known in Opportunity.objects.order_by("modified_at"):
        _play(
            simulator,
            "salesforce/open_opportunity",
            name=names.get(known.opportunity_id, "An opportunity without WorkStream"),
            stage=known.stage,
            opportunity_id=known.opportunity_id,
            modified_at=known.modified_at.isoformat(),
        )


def _play(simulator: str, act: str, **arguments: str) -> None:
    request = urllib.request.Request(  # noqa: S310  our own process
        f"{simulator}/_/{act}",
        data=json.dumps(arguments).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()
