"""Refusals about what goes to vendors and comes from them."""

from accounts.errors import DomainError


class Settled(DomainError):
    """It is done, or left out already: nothing can be mended any more."""

    code = "settled"


class Behind(DomainError):
    """Something before it in the same mailbox was refused: order is kept, so that comes first."""

    code = "behind"


class NotRefused(DomainError):
    """Only what a vendor refused, or what could not be worked, can be left out; everything else is still on its way."""

    code = "not_refused"
