"""The door: a mail is stored as it came, once, and whoever brought it gets its answer. A worker does the rest."""

import hashlib
import re

from django.db.models import F

from activity.record import nudge
from mailroom.addresses import OurAddress, ours, owner_of
from mailroom.models import IncomingMail

# Larger than most mail servers pass on.
LARGEST = 30 * 1024 * 1024
_HEADER_ENDS = re.compile(rb"\r?\n\r?\n")
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^<>]{1,900}>)", re.IGNORECASE | re.MULTILINE)


def is_known(recipient: str) -> bool:
    """Whether the portal gave out this address. Mails to others are refused before they are read."""
    address = ours(recipient)
    return address is not None and (address.is_for_bounces or owner_of(address) is not None)


def take_in(*, raw: bytes, recipient: str, sender: str, via: IncomingMail.Via) -> bool:
    """Store a mail and ask a worker to start; a repeat is only counted. Returns whether it is new.

    The caller has looked at `is_known` and at `LARGEST`.
    """
    address = ours(recipient)
    mail, is_new = IncomingMail.objects.get_or_create(
        dedupe_key=_dedupe_key(raw, address),
        defaults={
            "raw": raw,
            "recipient": recipient.strip().strip("<>").lower()[:320],
            "envelope_sender": sender.strip().strip("<>").replace("\x00", "")[:320],
            "via": via,
        },
    )
    if is_new:
        from mailroom.tasks import work_waiting_mails  # noqa: PLC0415  the tasks work what is stored here

        nudge(work_waiting_mails)
    else:
        IncomingMail.objects.filter(pk=mail.pk).update(repeats=F("repeats") + 1)
    return is_new


def _dedupe_key(raw: bytes, address: OurAddress | None) -> str:
    """The recipient and the mail's own id, or its bytes where it has none; each recipient's copy is its own."""
    head = _HEADER_ENDS.split(raw, maxsplit=1)[0]
    found = _MESSAGE_ID.search(head)
    what = found[1] if found else hashlib.sha256(raw).digest()
    return hashlib.sha256(f"{address}".encode() + b"\n" + what).hexdigest()
