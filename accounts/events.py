"""The verbs of this app."""

from activity.registry import registry

REGISTERED = registry.declare("accounts.registered", "registered").name
ORGANIZATION_CREATED = registry.declare("accounts.organization_created", "added the client organisation {name}").name
ORGANIZATION_JOINED = registry.declare("accounts.organization_joined", "put {name} into {organization}").name
PERSON_EDITED = registry.declare("accounts.person_edited", "edited {words} of {name}").name
ROLE_CHANGED = registry.declare("accounts.role_changed", "made {name} {after}, before {before}").name
