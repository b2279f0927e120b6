"""The virus scan of attachments, where a scanner is set up. Until it has answered, only the sender sees a file."""

import logging
from contextlib import closing

from django.conf import settings
from django.db import transaction

from activity.models import SystemActor
from activity.record import record
from workstreams import clam, events, files
from workstreams.actions import lock
from workstreams.errors import StoreAway
from workstreams.models import Attachment

logger = logging.getLogger(__name__)

AT_ONCE = 20
Scan = Attachment.Scan


def first_state() -> Attachment.Scan:
    """How a file begins."""
    return Scan.WAITING if settings.CLAMD_URL else Scan.NOT_SCANNED


def scan_waiting() -> int:
    """Scan what waits, the oldest first; how many. When the scanner is away the rest waits for the next time.

    With FILES_UNSCANNED_WHEN_AWAY files are let through meanwhile, and say that nobody looked into them.
    """
    done = 0
    for attachment in Attachment.objects.waiting_for_scan()[:AT_ONCE]:
        try:
            state, result = _look_into(attachment)
        except (clam.ScannerAway, StoreAway) as reason:
            logger.warning("The virus scan of attachment %s has to wait: %s", attachment.pk, reason)
            if not settings.FILES_UNSCANNED_WHEN_AWAY:
                break
            state, result = Scan.NOT_SCANNED, ""
        done += settle(attachment, state, result=result)
    return done


@transaction.atomic
def settle(attachment: Attachment, state: Attachment.Scan, *, result: str = "") -> bool:
    """Write down what the scan said; whether this was the first to do so.

    Under the WorkStream's lock, as adding and removing are: a document that a file answered is waited for again when
    the file goes into quarantine, unless another answers it too.
    """
    lock(attachment.workstream, SystemActor.PORTAL)
    waiting = Attachment.objects.filter(pk=attachment.pk, scan=Scan.WAITING)
    if not waiting.update(scan=state, scan_result=result[:200]):
        return False
    verb = events.ATTACHMENT_QUARANTINED if state == Scan.QUARANTINED else events.ATTACHMENT_RELEASED
    record(
        verb,
        actor=SystemActor.PORTAL,
        workstream=attachment.workstream,
        data={"attachment_id": attachment.pk, "kind": attachment.get_kind_display()},
    )
    return True


def _look_into(attachment: Attachment) -> tuple[Attachment.Scan, str]:
    """What becomes of a file, and why. Raises: ScannerAway, StoreAway."""
    if not settings.CLAMD_URL:
        # The scanner was taken away while files waited for it.
        return Scan.NOT_SCANNED, ""
    with closing(files.open_part(attachment.key, 0, attachment.size)) as source:
        try:
            found = clam.scan(settings.CLAMD_URL, source)
        except clam.NotScannable as reason:
            # It would not become scannable by waiting, and nobody knows what is in it.
            return Scan.QUARANTINED, f"could not be looked into: {reason}"
    return (Scan.QUARANTINED, found) if found else (Scan.CLEAN, "")
