"""What this vendor's part does when something happens elsewhere."""

from django.utils import timezone

from activity.models import Event
from activity.record import nudge
from activity.registry import registry
from integrations.models import InboundEvent, Provider
from integrations.salesforce.models import Opportunity
from integrations.salesforce.stages import HIGHEST_STEP
from integrations.salesforce.work import hint, newest_event
from integrations.tasks import work_waiting_inbound
from milestones import events as milestone_events
from milestones import tracks
from workstreams import events as workstream_events


@registry.follows(milestone_events.DELIVERY_CHOSEN, "a Salesforce stage that waited for the choice is followed")
@registry.follows(milestone_events.ADVANCED, "a Salesforce stage that waited for the choice of delivery is followed")
def work_what_waited(event: Event) -> None:
    """Hand a stage that waited for the fork back to the workers, once it is decided (A24).

    Only rows are changed here: the WorkStream is locked already, and following takes the opportunity's lock first.
    """
    workstream = event.workstream
    if workstream is None or not tracks.at(workstream.subscription_type, HIGHEST_STEP, workstream.delivery_mode):
        return
    waiting = InboundEvent.objects.filter(
        provider=Provider.SALESFORCE, workstream=workstream, state=InboundEvent.State.NEEDS_DECISION
    )
    if waiting.update(state=InboundEvent.State.RECEIVED, attempts=0, due_at=timezone.now()):
        nudge(work_waiting_inbound)


@registry.follows(workstream_events.REOPENED, "a Salesforce stage that came while it was closed is followed")
def work_what_came_meanwhile(event: Event) -> None:
    """Hand the newest stage back to the workers if it came while the WorkStream was closed, and have it read (A27)."""
    workstream = event.workstream
    if workstream is None or not workstream.opportunity_id:
        return
    opportunity = Opportunity.objects.filter(opportunity_id=workstream.opportunity_id).first()
    hint(workstream.opportunity_id, source="reopened", key=str(event.pk))
    newest = newest_event(opportunity) if opportunity else None
    if newest is None or newest.state != InboundEvent.State.IGNORED:
        return
    InboundEvent.objects.filter(pk=newest.pk).update(
        state=InboundEvent.State.RECEIVED, attempts=0, due_at=timezone.now()
    )
    nudge(work_waiting_inbound)
