"""What follows for the milestone when something happens to the WorkStream."""

from activity.models import Event, SystemActor
from activity.registry import registry
from milestones import actions
from workstreams.choices import SubscriptionType


# Named by its words: apps of one floor do not import one another.
@registry.follows("subscriptions.type_changed", "the milestone keeps its position on the new type's track (A32)")
def keep_position(event: Event) -> None:
    """A WorkStream that stood at step 4 of 5 stands there on its new track too, or waits before its fork."""
    assert event.workstream is not None  # noqa: S101  the verb always names one
    actions.follow_type(
        workstream=event.workstream,
        before=SubscriptionType(event.data["before_type"]),
        actor=event.actor or SystemActor(event.system_actor),
    )
