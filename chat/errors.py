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
