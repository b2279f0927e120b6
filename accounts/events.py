"""The verbs of this app."""

from activity.registry import registry

REGISTERED = registry.declare("accounts.registered", "registered").name
