"""The verbs of this app."""

from activity.registry import registry

TOKEN_CREATED = registry.declare("api.token_created", "made the API token “{name}”, which may {words}").name
TOKEN_REVOKED = registry.declare("api.token_revoked", "revoked the API token “{name}” of {person}").name
