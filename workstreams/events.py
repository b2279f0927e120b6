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
INVITED = registry.declare("workstream.invited", "invited {email}").name
INVITED_AGAIN = registry.declare("workstream.invited_again", "sent {email} a new invitation").name
INVITATION_WITHDRAWN = registry.declare("workstream.invitation_withdrawn", "withdrew the invitation of {email}").name
INVITATION_ACCEPTED = registry.declare("workstream.invitation_accepted", "accepted the invitation").name
INVITATION_MISSED = registry.declare(
    "workstream.invitation_missed", "opened an invitation of {email} that had ended, and asked for a new one"
).name
MEMBER_REMOVED = registry.declare(
    "workstream.member_removed", "removed {name}", for_clients=True, of_oneself="left"
).name
OWNER_SET = registry.declare(
    "workstream.owner_set", "made {name} WorkStream Owner", for_clients=True, of_oneself="became WorkStream Owner"
).name
ATTACHMENT_ADDED = registry.declare("workstream.attachment_added", "added a file: {kind}").name
ATTACHMENT_REMOVED = registry.declare("workstream.attachment_removed", "removed a file: {kind}").name
ATTACHMENT_QUARANTINED = registry.declare(
    "workstream.attachment_quarantined", "put a file into quarantine: {kind}"
).name
ATTACHMENT_RELEASED = registry.declare(
    "workstream.attachment_released", "let a file through after the virus scan: {kind}"
).name
DOCUMENT_REQUESTED = registry.declare(
    "workstream.document_requested", "asked for a document: {kind}", for_clients=True
).name
DOCUMENT_DUE = registry.declare("workstream.document_due", "reminded of a document: {kind}, {when}").name
DOCUMENT_REQUEST_DONE = registry.declare(
    "workstream.document_request_done", "ticked off the request for a document: {kind}", for_clients=True
).name
DOCUMENT_REQUEST_WITHDRAWN = registry.declare(
    "workstream.document_request_withdrawn", "withdrew the request for a document: {kind}", for_clients=True
).name
DOCUMENT_REQUEST_REOPENED = registry.declare(
    "workstream.document_request_reopened", "asked again for a document: {kind}", for_clients=True
).name
GUIDANCE_EDITED = registry.declare("workstream.guidance_edited", "edited what helps people choose: {kind}").name
# Of views, only what concerns others: one's own are one's own business.
VIEW_SHARED = registry.declare("workstream.view_shared", "shared the view “{name}” with the team").name
VIEW_CHANGED = registry.declare("workstream.view_changed", "changed the shared view “{name}”").name
VIEW_WITHDRAWN = registry.declare("workstream.view_withdrawn", "took the shared view “{name}” back").name
VIEW_DELETED = registry.declare("workstream.view_deleted", "deleted the shared view “{name}” of {owner}").name
MEMBER_TAKEN_OFF = registry.declare("workstream.member_taken_off", "took {name} off again", for_clients=True).name
LEAD_TAKEN_BACK = registry.declare(
    "workstream.lead_taken_back", "left it without WorkStream Lead, before {name}", for_clients=True
).name
BULK_DONE = registry.declare("workstream.bulk_done", "changed {changed} WorkStreams at once").name
BULK_UNDONE = registry.declare("workstream.bulk_undone", "undid a change of {changed} WorkStreams").name
EXPORTED = registry.declare("workstream.exported", "took {rows} WorkStreams as a file").name
