"""What follows for the subscription when something happens to the WorkStream."""

from activity.models import Event
from activity.registry import registry
from subscriptions.attributes import MODELS
from workstreams.choices import EntryPoint, SubscriptionType


@registry.follows("workstream.started", "empty terms of its type, when staff started it (R20, R21)")
def open_terms(event: Event) -> None:
    """A WorkStream that a customer starts brings its terms along; one made by staff begins with empty ones."""
    workstream = event.workstream
    assert workstream is not None  # noqa: S101  the verb always names one
    if workstream.entry_point == EntryPoint.STAFF:
        MODELS[SubscriptionType(workstream.subscription_type)].objects.get_or_create(workstream=workstream)
