"""What this app keeps about a person, for their copy and for their erasure."""

from typing import Any

from accounts.models import User
from accounts.personal import Traces, registry
from mailroom.models import IncomingMail


@registry.gathers("mails-sent")
def mails_sent(person: User) -> list[dict[str, Any]]:
    """The mails from them that are still kept."""
    rows = IncomingMail.objects.filter(sender__iexact=person.email).order_by("received_at")
    return [{"at": mail.received_at, "subject": mail.subject, "text": mail.text} for mail in rows]


@registry.erases("mails from them")
def erase_mails_from_them(_person: User, traces: Traces) -> None:
    """Mails as they came, with everything that mail programs write into them; what was posted of them stays."""
    IncomingMail.objects.filter(sender__iexact=traces.email).delete()
    IncomingMail.objects.filter(envelope_sender__iexact=traces.email).delete()
