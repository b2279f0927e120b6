"""Telling a sender that their mail was not posted: once a week at most, never to programs."""

import hashlib

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from mailroom.models import IncomingMail
from notifications.letters import Letter, sender
from notifications.models import Priority


def tell_sender(mail: IncomingMail) -> None:
    """Say that a colleague looks at it. It names neither the WorkStream nor anything of it: the sender may be anybody.

    Only where the envelope and the mail name the same sender, so that nobody is told of what others forged in their
    name; and not to our own domain.
    """
    address = mail.sender
    if not address or address != mail.envelope_sender.lower() or address.endswith(f"@{settings.REPLY_DOMAIN}"):
        return
    context = {
        "portal_name": settings.PORTAL_NAME,
        "provider_name": settings.PROVIDER_NAME,
        "base_url": settings.BASE_URL,
    }
    week = timezone.now().strftime("%G-%V")
    Letter(
        f"Your mail to the {settings.PORTAL_NAME} was not posted",
        render_to_string("mailroom/mail/held.txt", context).strip() + "\n",
        sender(),
        [address],
        headers={"Auto-Submitted": "auto-replied"},
        html=render_to_string("mailroom/mail/held.html", context),
        key=f"mailroom.held:{hashlib.sha256(address.encode()).hexdigest()}:{week}",
        priority=Priority.BULK,
    ).send()
