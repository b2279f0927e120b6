"""Telling the vendors of the demonstration: where `make run` simulates them, its chats stand in the Team Inbox, too.

Nothing is made up for it. What sends to vendors follows the seeded events as it follows any other, and the workers do
the rest.
"""

import json
import urllib.request

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import events as account_events
from accounts.capabilities import Role
from accounts.models import User
from activity.models import Event
from activity.registry import registry
from integrations.connectors import those_on
from integrations.intercom import conversations
from integrations.models import Delivery
from integrations.salesforce.models import Opportunity
from milestones import tracks
from workstreams.models import WorkStream

# So many WorkStreams, the newest; all of them would keep the workers of a fresh portal busy for minutes.
TOLD = 12
# What Salesforce says at each position of the track, where it has not told us itself; the first means no milestone.
STAGES = ("Negotiation", "Validation", "Proposal", "Contracting", "Booked")
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

    In Intercom: make the attributes of conversations, seat the colleagues. In Salesforce: have the opportunities of all
    WorkStreams, at the stages that it told us of. Raises: OSError when it does not answer.
    """
    for name in conversations.ATTRIBUTES:
        _play(simulator, "intercom/add_attribute", name=name)
    for colleague in User.objects.exclude(role=Role.CLIENT).filter(is_active=True).order_by("pk"):
        _play(simulator, "intercom/add_teammate", name=colleague.name, email=colleague.email)
    told = {known.opportunity_id: known for known in Opportunity.objects.all()}
    tied = {str(each.opportunity_id): each for each in WorkStream.objects.exclude(opportunity_id=None)}
    for opportunity_id in sorted({*told, *tied}):
        known, workstream = told.get(opportunity_id), tied.get(opportunity_id)
        since = known.modified_at if known else workstream.created_at if workstream else timezone.now()
        _play(
            simulator,
            "salesforce/open_opportunity",
            name=workstream.name if workstream else "Not tied yet",
            stage=known.stage if known else STAGES[_position(workstream)],
            opportunity_id=opportunity_id,
            modified_at=since.isoformat(),
        )


def _position(workstream: WorkStream | None) -> int:
    """How far a WorkStream is, as an index of STAGES."""
    if workstream is None:
        return 0
    return min(tracks.position(workstream.subscription_type, workstream.milestone), len(STAGES) - 1)


def _play(simulator: str, act: str, **arguments: str) -> None:
    request = urllib.request.Request(  # noqa: S310  our own process
        f"{simulator}/_/{act}",
        data=json.dumps(arguments).encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()
