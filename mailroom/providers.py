"""What providers of mail tell over their webhooks, whatever their format: anymail reads it, this takes it in."""

from typing import Any

from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, EventType, inbound, tracking
from django.dispatch import receiver

from mailroom import door
from mailroom.addresses import written_to
from mailroom.models import IncomingMail
from notifications import bounces


@receiver(inbound, dispatch_uid="mailroom takes in")
def take_in(event: AnymailInboundEvent, **_: Any) -> None:
    """A mail came in. Where the provider does not say to whom, its own headers do."""
    message = event.message
    raw = message.as_bytes()
    headers = [str(value) for name in ("Delivered-To", "To", "Cc") for value in message.get_all(name, [])]
    recipients = [message.envelope_recipient] if message.envelope_recipient else written_to(headers)
    sender = message.envelope_sender or (message.from_email.addr_spec if message.from_email else "")
    for recipient in recipients:
        if door.is_known(recipient) and len(raw) <= door.LARGEST:
            door.take_in(raw=raw, recipient=recipient, sender=sender, via=IncomingMail.Via.PROVIDER)


@receiver(tracking, dispatch_uid="mailroom heeds bounces")
def heed(event: AnymailTrackingEvent, **_: Any) -> None:
    """A mail could not be delivered, for good."""
    if event.event_type == EventType.BOUNCED and event.recipient:
        words = f"{event.mta_response or ''} {event.description or ''}".strip()
        if event.reject_reason in {None, "bounced", "invalid"} and (not words or bounces.is_for_good(words, code=550)):
            bounces.mark(event.recipient, words or "The provider reports that it does not exist.")
