"""Refusals about tying opportunities."""

from accounts.errors import DomainError


class OpportunityTaken(DomainError):
    """One opportunity belongs to one WorkStream (R23)."""

    code = "opportunity_taken"


class AlreadyTied(DomainError):
    """One WorkStream belongs to one opportunity (R23); the old one is untied first."""

    code = "already_tied"


class NoSuchOpportunity(DomainError):
    """Salesforce was asked and has no such opportunity, or does not show it to the portal (A36)."""

    status_code = 422
    code = "no_such_opportunity"
