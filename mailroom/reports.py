"""Reports of mail servers about what they could not deliver (RFC 3464)."""

from email.message import Message
from uuid import UUID

from mailroom import reading
from notifications import bounces
from notifications.models import Mail

LONGEST_REASON = 200


def heed(raw: bytes, token: str) -> str:
    """Mark the addresses that do not exist. Returns what was done, as a sentence.

    Only addresses of the mail that the report is about: whoever knows its id can tell nothing of anybody else.
    """
    public_id = _id(token)
    mail = Mail.objects.filter(public_id=public_id).first() if public_id else None
    if mail is None:
        return "It reports on a mail that nobody knows any more."
    theirs = {str(address).lower() for address in [*mail.recipients, *mail.cc, *mail.bcc]}
    failed = [(address, why) for address, why in _failures(reading.parse(raw)) if address in theirs]
    for address, why in failed:
        bounces.mark(address, why)
    if not failed:
        return "It reports nothing that is for good."
    return f"It reports that {failed[0][0]} does not take mails."


def _id(token: str) -> UUID | None:
    try:
        return UUID(hex=token)
    except ValueError:
        return None


def _failures(report: Message) -> list[tuple[str, str]]:
    """Each address that failed for good, and what its server said."""
    found = []
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        inner = part.get_payload()
        for block in inner if isinstance(inner, list) else []:
            if not isinstance(block, Message) or reading.header(block, "Action").lower() != "failed":
                continue
            address = reading.header(block, "Final-Recipient").rpartition(";")[2].strip().strip("<>").lower()
            original = reading.header(block, "Original-Recipient").rpartition(";")[2].strip().strip("<>").lower()
            words = reading.header(block, "Diagnostic-Code").partition(";")[2] or "no such address"
            if bounces.is_for_good(f"{reading.header(block, 'Status')} {words}"):
                found += [(each, words.strip()[:LONGEST_REASON]) for each in {address, original} - {""}]
    return found
