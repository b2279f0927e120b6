"""Refusals: the domain's answers that a person can read. One middleware turns them into pages or fragments."""

from django.db import OperationalError

QUERY_CANCELED = "57014"  # PostgreSQL's code for a statement that took longer than statement_timeout


class DomainError(Exception):
    """A rule said no. The message names the thing, what is the matter, and what can be done."""

    status_code = 409
    code = "refused"

    @property
    def message(self) -> str:
        """The sentence shown to the person."""
        return str(self)


class TooSlow(DomainError):
    """The database would have taken longer than a person waits, so it was stopped; nothing was changed."""

    status_code = 503
    code = "too_slow"
    retry_after = 5  # seconds


def refusal_in(exception: Exception) -> DomainError | None:
    """The refusal an exception is or means; None for what nobody foresaw."""
    if isinstance(exception, DomainError):
        return exception
    if isinstance(exception, OperationalError) and getattr(exception.__cause__, "pgcode", None) == QUERY_CANCELED:
        return TooSlow(
            "This took the database too long, so it was stopped, and nothing was changed. "
            "Try again in a moment; in a search, ask for less at once."
        )
    return None


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


class PictureRefused(DomainError):
    """A file that cannot be somebody's picture."""

    status_code = 422
    code = "picture_refused"


class ProfileChangedMeanwhile(DomainError):
    """The profile was saved in another window, or by an administrator, since the form was opened."""

    code = "changed_meanwhile"


class CodeRefused(DomainError):
    """The code is wrong, used, or too old."""

    status_code = 422
    code = "code_refused"


class TooOften(DomainError):
    """More codes than anybody needs were asked for."""

    status_code = 429
    code = "too_often"


class AddressTaken(DomainError):
    """An e-mail address that this person cannot have."""

    status_code = 422
    code = "address_taken"


class AskedLately(DomainError):
    """A copy of one's data takes work, so it is made once a day."""

    status_code = 429
    code = "asked_lately"


class NotErasableYet(DomainError):
    """Somebody else has to take over first."""

    code = "not_erasable_yet"
