"""The verbs of this vendor."""

from activity.registry import registry

TRAIL_REMEMBERED = registry.declare("hubspot.trail_remembered", "let us keep how they came to the portal").name
TRAIL_FORGOTTEN = registry.declare("hubspot.trail_forgotten", "had us forget how they came to the portal").name
