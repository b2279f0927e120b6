"""Refusals of this app."""

from accounts.errors import DomainError


class NotHeld(DomainError):
    """Somebody settled the mail meanwhile."""

    code = "not_held"


class OnlyANote(DomainError):
    """An answer to an Internal Note stays one."""

    status_code = 422
    code = "only_a_note"


class NobodyToSpeakFor(DomainError):
    """The chat needs somebody who wrote it."""

    status_code = 422
    code = "nobody_to_speak_for"
