"""The verbs of this app."""

from activity.registry import registry

STARTED = registry.declare("workstream.started", "started the WorkStream", for_clients=True).name
EDITED = registry.declare("workstream.edited", "edited {words}").name
CLOSED = registry.declare("workstream.closed", "closed the WorkStream", for_clients=True, inside="as “{reason}”").name
REOPENED = registry.declare("workstream.reopened", "reopened the WorkStream", for_clients=True).name
LEAD_SET = registry.declare(
    "workstream.lead_set", "made {name} WorkStream Lead", for_clients=True, of_oneself="became WorkStream Lead"
).name
MEMBER_ADDED = registry.declare("workstream.member_added", "added {name}", for_clients=True, of_oneself="joined").name
