"""What administrators do about vendors."""

from activity.registry import registry

PAUSED = registry.declare("integrations.paused", "paused {vendor}: {reason}").name
RESUMED = registry.declare("integrations.resumed", "let {vendor} go on").name
REPLAYED = registry.declare("integrations.replayed", "had {what} sent to {vendor} again").name
LEFT_OUT = registry.declare("integrations.left_out", "left out {what} for {vendor}: {reason}").name
EVENT_REPLAYED = registry.declare("integrations.event_replayed", "had an event of {vendor} worked again").name
EVENT_LEFT_OUT = registry.declare("integrations.event_left_out", "left out an event of {vendor}: {reason}").name
