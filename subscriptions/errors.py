"""Refusals about subscriptions."""

from accounts.errors import DomainError


class StartedBySomebodyElse(DomainError):
    """An attempt belongs to whoever signed in with it first."""

    code = "started_by_somebody_else"


class ForeignAttribute(DomainError):
    """Each subscription type has its own attributes, and only those (R40)."""

    status_code = 422
    code = "foreign_attribute"


class RangeReversed(DomainError):
    """A range runs from low to high (R41)."""

    status_code = 422
    code = "range_reversed"
