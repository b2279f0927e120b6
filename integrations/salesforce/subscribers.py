"""What this vendor's part does when something happens elsewhere."""

from django.utils import timezone

from activity.models import Event
from activity.record import nudge
from activity.registry import registry
from integrations.models import InboundEvent, Provider
from integrations.salesforce.stages import HIGHEST_STEP
from integrations.tasks import work_waiting_inbound
from milestones import events as milestone_events
from milestones import tracks


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
