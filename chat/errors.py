"""Refusals about chats."""

from accounts.errors import DomainError


class NothingToSay(DomainError):
    """A message needs text."""

    status_code = 422
    code = "nothing_to_say"


class NoSuchFile(DomainError):
    """A message carries files of its author in its WorkStream, and not any number of them."""

    status_code = 422
    code = "no_such_file"


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


class TooLate(DomainError):
    """What was said some time ago can be removed, but no longer edited."""

    code = "too_late"


class Removed(DomainError):
    """Its text is gone; there is nothing to edit."""

    code = "removed"


class SaidByThePortal(DomainError):
    """What the portal itself wrote stays as it is."""

    code = "said_by_the_portal"


class NotAColleague(DomainError):
    """Notes name colleagues only, and not any number of them."""

    status_code = 422
    code = "not_a_colleague"
