"""What the bell and the digests say of a notification: one sentence, and where it leads."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse

from notifications.notices import Notification

Words = dict[str, Any]


def sentence(row: Notification) -> str:
    """One sentence, without the WorkStream's name, which stands beside it. Plain text: whoever shows it escapes it."""
    return " ".join(_SENTENCES[row.topic](row, _data(row)).split())


def path_of(row: Notification) -> str:
    """Where in the portal it leads."""
    if row.topic == "held_mail":
        return reverse("mailroom:held")
    if row.workstream is None:
        return "/"
    page = row.workstream.get_absolute_url()
    if row.event_id is None:
        return f"{page}#chat"
    if row.topic == "mention":
        return f"{page}?conversation=notes#note-{_data(row).get('number', '')}"
    if row.topic == "salesforce":
        return f"{row.workstream.administration_url}salesforce/"
    return f"{page}?tab={_TABS[row.topic]}" if row.topic in _TABS else page


_TABS = {
    "attachment": "attachments",
    "document_requested": "attachments",
    "document_due": "attachments",
    "invitation_missed": "members",
    "invitation_accepted": "members",
    "owner": "members",
}


def _data(row: Notification) -> Words:
    return row.event.data if row.event else {}


def _who(row: Notification) -> str:
    """Whoever did it; the company where it was nobody's hand."""
    if row.actor is not None:
        return row.actor.display_name
    return row.event.actor_name if row.event else str(settings.PROVIDER_NAME)


def _messages(row: Notification, _: Words) -> str:
    if row.count > 1:
        return f"{_who(row)} wrote last; {row.count:,} new messages"
    return f"{_who(row)} wrote in the chat"


def _added(row: Notification, _: Words) -> str:
    if row.about == "added_by_somebody":
        return f"{_who(row)} added you"
    return "You answered and are WorkStream Member now"


def _lead(row: Notification, data: Words) -> str:
    if row.about == "lead_by_responding":
        return "You answered first and are WorkStream Lead now"
    if row.about == "lead_handed_over":
        return f"{_who(row)} made {data.get('name', '')} WorkStream Lead in your place"
    return f"{_who(row)} made you WorkStream Lead"


def _document_due(_: Notification, data: Words) -> str:
    return f"{data.get('kind', 'A document')} is {'overdue' if data.get('when') == 'overdue' else 'due tomorrow'}"


def _salesforce(data: Words) -> str:
    if data.get("asks") == "gone":
        return str(data.get("reason", ""))
    return f"Salesforce says “{data.get('stage', '')}”: {data.get('reason', '')}"


def _closed(row: Notification, _: Words) -> str:
    is_closed = row.event is not None and row.event.verb == "workstream.closed"
    return f"{_who(row)} {'closed' if is_closed else 'reopened'} it"


_SENTENCES: dict[str, Callable[[Notification, Words], str]] = {
    "new_workstream": lambda row, _: f"{_who(row)} started it, and nobody leads it yet",
    "client_message": _messages,
    "team_message": _messages,
    "mention": lambda row, _: f"{_who(row)} mentioned you in an Internal Note",
    "added": _added,
    "lead": _lead,
    "owner": lambda row, _: f"{_who(row)} made you WorkStream Owner",
    "invitation_missed": lambda _, data: f"{data.get('email', 'Somebody')} asks for a new invitation",
    "invitation_accepted": lambda row, data: f"{data.get('name') or _who(row)} accepted the invitation",
    "milestone": lambda _, data: f"It stands at {data.get('after') or 'no milestone'} now",
    "milestone_team": lambda row, data: f"{_who(row)} moved it to {data.get('after') or 'no milestone'}",
    "salesforce": lambda _, data: _salesforce(data),
    "attachment": lambda row, data: f"{_who(row)} added a file: {data.get('kind', '')}",
    "document_requested": lambda row, data: f"{_who(row)} asks for a document: {data.get('kind', '')}",
    "document_due": _document_due,
    "closed": _closed,
    "reopening_asked": lambda row, _: f"{_who(row)} asks to reopen it",
    "held_mail": lambda _, data: f"A mail to the address of {data.get('name', 'somebody')} is held; look at it",
}
