"""What this app keeps about a person, for their copy and for their erasure."""

import re
from html import escape
from typing import Any

from django.db.models import Q

from accounts.models import FORMER_MEMBER, User
from accounts.personal import Traces, registry
from notifications.models import BouncedAddress, Mail

_TEXTS = ("subject", "text", "html", "from_email", "error")


@registry.gathers("mails")
def mails(person: User) -> list[dict[str, Any]]:
    """The mails to them that are still kept: when and about what. Their text may hold what others wrote."""
    rows = Mail.objects.filter(recipients__contains=[person.email]).order_by("created_at")
    return [{"at": mail.created_at, "subject": mail.subject, "sent": mail.sent_at} for mail in rows]


@registry.erases("mails")
def erase_mails(_person: User, traces: Traces) -> None:
    """Mails to them, waiting or sent, and what was noted about their address."""
    to_them = Q()
    for field in ("recipients", "cc", "bcc", "reply_to"):
        to_them |= Q(**{f"{field}__contains": [traces.email]})
    Mail.objects.filter(to_them).delete()
    BouncedAddress.objects.filter(email__iexact=traces.email).delete()


@registry.sweeps("mails")
def sweep_mails(_person: User, traces: Traces) -> None:
    """Mails to others that name them are kept for a while; they name a former member then."""
    words = [form for word in traces.words for form in dict.fromkeys((word, escape(word)))]
    if not words:
        return
    named = Q()
    for field in _TEXTS:
        for word in words:
            named |= Q(**{f"{field}__icontains": word})
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words), re.IGNORECASE)
    for mail in Mail.objects.filter(named).only(*_TEXTS).iterator(chunk_size=200):
        for field in _TEXTS:
            setattr(mail, field, pattern.sub(FORMER_MEMBER, getattr(mail, field)))
        mail.save(update_fields=list(_TEXTS))
