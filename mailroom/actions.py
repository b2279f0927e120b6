"""What colleagues do with mails that are held."""

from django.db import transaction
from django.utils import timezone

from accounts.capabilities import Can
from accounts.errors import NotAllowed
from accounts.models import User
from activity.record import record
from chat.actions import post_note
from mailroom import events, posting, reading
from mailroom.errors import NobodyToSpeakFor, NotHeld, OnlyANote
from mailroom.models import IncomingMail
from notifications.models import ReplyAddress

State, Kind = IncomingMail.State, ReplyAddress.Kind


@transaction.atomic
def accept(*, mail: IncomingMail, actor: User, as_note: bool) -> IncomingMail:
    """Put a held mail where it belongs: into the chat in the name of whom its address is, or as a note.

    What came to an address for notes becomes a note only (R70). Already accepted changes nothing.

    Raises: NotAllowed; NotHeld when it was discarded; OnlyANote; NobodyToSpeakFor; whatever the chat refuses.
    """
    mail = _held(mail, actor)
    if mail.state == State.ACCEPTED:
        return mail
    if mail.workstream is None or mail.person is None:
        raise NobodyToSpeakFor("It belongs to no WorkStream any more. Discard it.")
    if mail.kind == Kind.NOTES and not as_note:
        raise OnlyANote("It came to an address for Internal Notes, so it can become a note only.")
    if as_note:
        said = f"Mail of {mail.from_whom} <{mail.sender or 'no address'}>, held because: {mail.reason}\n\n{mail.text}"
        mail.number = post_note(
            workstream=mail.workstream, author=actor, body=said, client_key=posting.key_of(mail, "/note")
        ).number
    else:
        mail.number = posting.post(
            kind=Kind.CHAT,
            person=mail.person,
            workstream=mail.workstream,
            found=reading.read(bytes(mail.raw)),
            mail=mail,
        )
    _settle(mail, State.ACCEPTED, actor)
    record(
        events.ACCEPTED,
        actor=actor,
        workstream=mail.workstream,
        data={"mail_id": mail.pk, "name": mail.from_whom, "where": "notes" if as_note else "chat"},
    )
    return mail


@transaction.atomic
def discard(*, mail: IncomingMail, actor: User, reason: str) -> IncomingMail:
    """Settle a held mail without posting it. Already discarded changes nothing.

    Raises: NotAllowed; NotHeld when it was accepted.
    """
    mail = _held(mail, actor)
    if mail.state == State.DISCARDED:
        return mail
    mail.reason = f"{mail.reason} Discarded: {reason}"[:500]
    _settle(mail, State.DISCARDED, actor)
    record(events.DISCARDED, actor=actor, workstream=mail.workstream, data={"mail_id": mail.pk, "name": mail.from_whom})
    return mail


def _held(mail: IncomingMail, actor: User) -> IncomingMail:
    if not actor.may(Can.WRITE_NOTES):
        raise NotAllowed(f"You may not {Can.WRITE_NOTES}.")
    mail = (
        IncomingMail.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("workstream", "person")
        .get(pk=mail.pk)
    )
    if mail.state not in {State.HELD, State.ACCEPTED, State.DISCARDED}:
        raise NotHeld("This mail is not held.")
    return mail


def _settle(mail: IncomingMail, state: IncomingMail.State, actor: User) -> None:
    if mail.state != State.HELD:
        raise NotHeld(f"Somebody settled this mail meanwhile: {mail.get_state_display().lower()}.")
    mail.state, mail.settled_by, mail.settled_at = state, actor, timezone.now()
    mail.save(update_fields=["state", "settled_by", "settled_at", "reason", "number"])
