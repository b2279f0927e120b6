"""The verbs of this app."""

from activity.registry import registry

TERMS_EDITED = registry.declare("subscriptions.terms_edited", "filled in {fields}", for_clients=True).name
TYPE_CHANGED = registry.declare(
    "subscriptions.type_changed", "changed the subscription type to {after}", for_clients=True
).name
