"""The verbs of this app. Event data names numbers, never text: notes must not leak through an event."""

from activity.registry import registry

MESSAGE_POSTED = registry.declare("chat.message_posted", "wrote message {number}", often=True).name
NOTE_POSTED = registry.declare("chat.note_posted", "wrote note {number}", often=True).name
REOPENING_ASKED = registry.declare("chat.reopening_asked", "asked to reopen", for_clients=True).name
MESSAGE_EDITED = registry.declare("chat.message_edited", "edited message {number}").name
MESSAGE_REMOVED = registry.declare("chat.message_removed", "removed message {number}").name
NOTE_EDITED = registry.declare("chat.note_edited", "edited note {number}").name
NOTE_REMOVED = registry.declare("chat.note_removed", "removed note {number}").name
