"""Making a message or a note of a mail. The kind of the address decides which, and nothing else (R70)."""

from uuid import UUID, uuid5

from django.core.files.base import ContentFile

from accounts.errors import DomainError
from accounts.models import User
from chat.actions import post_message, post_note
from mailroom.models import IncomingMail
from mailroom.reading import Read
from notifications.models import ReplyAddress
from workstreams import attachments
from workstreams.choices import AttachmentKind
from workstreams.errors import StoreAway
from workstreams.models import WorkStream

# Keys made from it are nobody else's.
_OURS = UUID("5d1e6f4e-3f0d-4a53-9d52-0c9a8a6d3f7b")


def post(*, kind: ReplyAddress.Kind, person: User, workstream: WorkStream, found: Read, mail: IncomingMail) -> int:
    """Post what is new in a mail, in its sender's name. The same mail again posts nothing more. Returns the number.

    Files of an answer in the chat become attachments. Those of a note do not: a note is text for the team, and
    attachments are everybody's.

    Raises: whatever the chat refuses: NotAllowed, Closed, TooLong, NothingToSay; StoreAway, to try again later.
    """
    key = key_of(mail)
    if kind == ReplyAddress.Kind.NOTES:
        left = [f"“{file.name}” was left in the mail: notes are text only." for file in found.files]
        return post_note(workstream=workstream, author=person, body=_said(found, left), client_key=key).number
    refused = _add_files(workstream, person, found, mail)
    return post_message(workstream=workstream, author=person, body=_said(found, refused), client_key=key).number


def key_of(mail: IncomingMail, part: str = "") -> UUID:
    """The key of what this mail becomes; the same at every attempt."""
    return uuid5(_OURS, f"{mail.dedupe_key}{part}")


def _add_files(workstream: WorkStream, person: User, found: Read, mail: IncomingMail) -> list[str]:
    """Add the files to the WorkStream. Returns a sentence for each that could not be added."""
    attachments.may_add(workstream=workstream, actor=person)
    refused = []
    for number, file in enumerate(found.files):
        try:
            attachments.add(
                workstream=workstream,
                actor=person,
                upload=ContentFile(file.content, name=file.name),
                kind=AttachmentKind.OTHER,
                client_key=key_of(mail, f"/{number}"),
                name=file.name,
                note="Came by mail",
            )
        except StoreAway:
            raise
        except DomainError as refusal:
            refused.append(f"“{file.name}” could not be added: {refusal.message}")
    return refused


def _said(found: Read, more: list[str]) -> str:
    """The text; for a mail of nothing but files, what came."""
    text = found.text or f"Sent by mail: {', '.join(file.name for file in found.files)}"
    return "\n".join([text, *([""] if more else []), *more])
