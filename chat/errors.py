"""Refusals about chats."""

from accounts.errors import DomainError


class NothingToSay(DomainError):
    """A message needs text."""

    status_code = 422
    code = "nothing_to_say"


class TooLong(DomainError):
    """A message has a greatest length; the text stays in the composer."""

    status_code = 422
    code = "too_long"


class KeyTaken(DomainError):
    """The browser's key already belongs to another text, so this one was not stored."""

    code = "key_taken"


class NotClosed(DomainError):
    """Only a closed WorkStream can be asked to reopen."""

    code = "not_closed"
