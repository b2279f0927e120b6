"""The verbs of this app. Event data names the mail, never what it says."""

from activity.registry import registry

HELD = registry.declare("mailroom.held", "held back a mail that came to the address of {name}").name
ACCEPTED = registry.declare("mailroom.accepted", "put a held mail of {name} into the {where}").name
DISCARDED = registry.declare("mailroom.discarded", "discarded a held mail of {name}").name
