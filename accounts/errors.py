"""Refusals: the domain's answers that a person can read. One middleware turns them into pages or fragments."""


class DomainError(Exception):
    """A rule said no. The message names the thing, what is the matter, and what can be done."""

    status_code = 409
    code = "refused"

    @property
    def message(self) -> str:
        """The sentence shown to the person."""
        return str(self)


class NotAllowed(DomainError):
    """The person may know of the thing but not do this with it."""

    status_code = 403
    code = "not_allowed"


class OrganizationExists(DomainError):
    """A client organisation of this name is there already."""

    status_code = 422
    code = "organization_exists"


class BelongsElsewhere(DomainError):
    """A person of one client is not a person of another, and a colleague is of none."""

    status_code = 422
    code = "belongs_elsewhere"


class LastAdministrator(DomainError):
    """Somebody must be able to manage the portal."""

    code = "last_administrator"
