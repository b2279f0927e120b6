"""The verbs of this app."""

from activity.registry import registry

REGISTERED = registry.declare("accounts.registered", "registered").name
ADDRESS_CONFIRMED = registry.declare("accounts.address_confirmed", "confirmed the own e-mail address").name
ORGANIZATION_CREATED = registry.declare("accounts.organization_created", "added the client organisation {name}").name
ORGANIZATION_JOINED = registry.declare("accounts.organization_joined", "put {name} into {organization}").name
PERSON_EDITED = registry.declare("accounts.person_edited", "edited {words} of {name}").name
ROLE_CHANGED = registry.declare("accounts.role_changed", "made {name} {after}, before {before}").name
PROFILE_EDITED = registry.declare("accounts.profile_edited", "edited {words} of the own profile").name
ADDRESS_CHANGED = registry.declare("accounts.address_changed", "changed the own e-mail address").name
NEW_DEVICE = registry.declare("accounts.new_device", "signed in from a new device").name
DATA_EXPORTED = registry.declare("accounts.data_exported", "took a copy of the own data").name
ERASED = registry.declare("accounts.erased", "erased the personal data of a person").name
SESSIONS_ENDED = registry.declare("accounts.sessions_ended", "ended {count} sessions").name
SECOND_FACTOR_RESET = registry.declare("accounts.second_factor_reset", "reset the second factor of {name}").name
