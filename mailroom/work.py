"""Working what came in: whose mail is it, may it be posted, and if not, who is to look at it.

Nothing here runs in one transaction: a message has a key made from the mail, so whatever a worker that died had done is
found done by the next one.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.errors import DomainError
from activity.models import SystemActor
from activity.record import record
from mailroom import addresses, events, notices, posting, reading, reports
from mailroom.models import IncomingMail
from mailroom.reading import Read
from mailroom.senders import is_proved
from notifications.models import ReplyAddress
from workstreams.models import Membership

logger = logging.getLogger(__name__)

GIVE_UP_AFTER = 8
LONGEST_WAIT = timedelta(hours=1)
State, Kind = IncomingMail.State, ReplyAddress.Kind


class Hold(Exception):
    """A colleague has to look at it; the text says why."""


class Drop(Exception):
    """Nobody misses it; the text says what it was."""


def work_next(*, now: datetime | None = None) -> bool:
    """Work the oldest due mail; False when there is none."""
    mail = IncomingMail.objects.claim(now=now or timezone.now())
    if mail is None:
        return False
    if mail.attempts > GIVE_UP_AFTER:
        _hold(mail, "Work on it began again and again and never ended.")
        return True
    try:
        _work(mail)
    except Drop as why:
        _settle(mail, State.DROPPED, str(why))
    except Hold as why:
        _hold(mail, str(why))
    except Exception as failure:
        logger.exception("Incoming mail %s could not be worked.", mail.public_id)
        if mail.attempts >= GIVE_UP_AFTER:
            _hold(mail, f"Something unforeseen happened {mail.attempts} times: {type(failure).__name__}.")
        else:
            wait = min(timedelta(seconds=10 * 2**mail.attempts), LONGEST_WAIT)
            _waiting(mail).update(due_at=timezone.now() + wait, reason=type(failure).__name__)
    return True


def _work(mail: IncomingMail) -> None:
    ours = addresses.ours(mail.recipient)
    try:
        found = reading.read(bytes(mail.raw))
    except reading.Unreadable as why:
        raise Drop(f"It could not be read: {why}") from why
    _write_down(mail, found)
    if ours is None:
        raise Drop("It came to no address of ours.")
    if ours.is_for_bounces:
        raise Drop(reports.heed(bytes(mail.raw), ours.token))
    address = addresses.owner_of(ours)
    if address is None:
        raise Drop("It came to an address that the portal never gave out.")
    mail.kind, mail.person, mail.workstream = address.kind, address.user, address.workstream
    if found.automatic or not mail.envelope_sender:
        raise Drop(f"It is {found.automatic or 'a report of a mail server'}.")
    _insist_on_the_sender(found, address)
    _insist_on_the_address(found, address)
    if found.is_too_long:
        raise Hold("It is too long to be read by itself.")
    if not found.text and not found.files:
        raise Drop("There is nothing new in it.")
    try:
        number = posting.post(
            kind=Kind(address.kind), person=address.user, workstream=address.workstream, found=found, mail=mail
        )
    except DomainError as refusal:
        raise Hold(refusal.message) from refusal
    _settle(mail, State.POSTED, "", number=number)


def _insist_on_the_sender(found: Read, address: ReplyAddress) -> None:
    """An address for answers is a secret, but people pass mails on: its person must have written. Raises: Hold."""
    if found.sender != address.user.email.lower():
        raise Hold(f"It is from {found.sender or 'nobody'}, and answers here are those of {address.user.email}.")
    if not address.user.is_active:
        raise Hold(f"{address.user.email} may not sign in any more.")
    if not is_proved(found):
        raise Hold(f"Our mail server could not prove that it is from {found.sender}.")


def _insist_on_the_address(found: Read, address: ReplyAddress) -> None:
    """It must still be good, and an answer to a note must not turn up in the chat (R70). Raises: Hold."""
    if address.through:
        membership = Membership.objects.filter(
            pk=address.through, user_id=address.user_id, workstream_id=address.workstream_id
        )
        if not membership.exists():
            raise Hold(f"{address.user.display_name} is no member any more, or became one again since.")
    elif not address.user.is_internal:
        raise Hold(f"{address.user.display_name} is no colleague any more.")
    if address.kind == Kind.CHAT and _belongs_to_notes(found):
        raise Hold("It answers an Internal Note, or was sent to the notes too, but came to the address of the chat.")


def _belongs_to_notes(found: Read) -> bool:
    if "-notes@" in found.answers:
        return True
    others = (addresses.owner_of(other) for other in found.sent_to)
    return any(other is not None and other.kind == Kind.NOTES for other in others)


def _write_down(mail: IncomingMail, found: Read) -> None:
    mail.sender, mail.sender_name, mail.subject = found.sender, found.sender_name, found.subject
    mail.text, mail.files = found.text, len(found.files)


def _waiting(mail: IncomingMail) -> Any:
    """This mail, if nobody settled it since: our lease may have run out."""
    return IncomingMail.objects.filter(pk=mail.pk, state=State.RECEIVED)


def _settle(mail: IncomingMail, state: IncomingMail.State, reason: str, *, number: int | None = None) -> bool:
    """Write down what became of it; False when somebody else had."""
    return bool(
        _waiting(mail).update(
            state=state,
            reason=reason[:500],
            number=number,
            settled_at=timezone.now() if state != State.HELD else None,
            sender=mail.sender,
            sender_name=mail.sender_name,
            subject=mail.subject,
            text=mail.text,
            files=mail.files,
            kind=mail.kind,
            person=mail.person,
            workstream=mail.workstream,
        )
    )


@transaction.atomic
def _hold(mail: IncomingMail, why: str) -> None:
    """Keep it for a colleague, and tell its sender once that somebody looks at it."""
    if not _settle(mail, State.HELD, why):
        return
    record(
        events.HELD,
        actor=SystemActor.PORTAL,
        workstream=mail.workstream,
        data={"mail_id": mail.pk, "name": mail.person.display_name if mail.person else "somebody"},
    )
    notices.tell_sender(mail)
