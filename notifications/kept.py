"""What this app keeps about a person, for their copy and for their erasure."""

import re
from html import escape
from typing import Any

from django.db.models import Q

from accounts.models import FORMER_MEMBER, User
from accounts.personal import Traces, registry
from notifications.models import BouncedAddress, Mail
from notifications.notices import Level, Notification, Preferences

_TEXTS = ("subject", "text", "html", "from_email", "error")


@registry.gathers("mails")
def mails(person: User) -> list[dict[str, Any]]:
    """The mails to them that are still kept: when and about what. Their text may hold what others wrote."""
    rows = Mail.objects.filter(recipients__contains=[person.email]).order_by("created_at")
    return [{"at": mail.created_at, "subject": mail.subject, "sent": mail.sent_at} for mail in rows]


@registry.gathers("notifications")
def notifications(person: User) -> list[dict[str, Any]]:
    """What they were told of: the topic and when. What happened, others did."""
    rows = Notification.objects.filter(person=person).select_related("workstream").order_by("at", "id")
    return [
        {
            "topic": row.topic,
            "workstream": row.workstream.name if row.workstream else None,
            "at": row.at,
            "read": row.read_at,
            "because": row.because,
        }
        for row in rows.iterator(chunk_size=2000)
    ]


@registry.gathers("notification-settings")
def notification_settings(person: User) -> dict[str, Any]:
    """What they chose to hear of, where it differs from what everybody gets."""
    chosen = Preferences.objects.filter(user=person).first() or Preferences(user=person)
    levels = Level.objects.filter(user=person).select_related("workstream").order_by("workstream__name")
    return {
        "not_in_the_bell": chosen.not_in_app,
        "not_by_mail": chosen.not_by_mail,
        "quiet_hours": chosen.has_quiet_hours,
        "digest_at": f"{chosen.digest_at:%H:%M}",
        "workstreams": [{"workstream": row.workstream.name, "level": row.level} for row in levels],
    }


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
