"""Refusals about WorkStreams."""

from accounts.errors import DomainError


class Closed(DomainError):
    """A closed WorkStream is read-only until it is reopened."""

    code = "closed"


class ChangedMeanwhile(DomainError):
    """Somebody else saved first; the person sees what changed and decides."""

    code = "changed_meanwhile"


class NotATeamMember(DomainError):
    """Only colleagues can be WorkStream Lead (R87)."""

    status_code = 422
    code = "not_a_team_member"


class ReasonMissing(DomainError):
    """The change needs a reason that others can read later."""

    status_code = 422
    code = "reason_missing"


class NotRegisteredYet(DomainError):
    """Nobody has signed in with this address yet."""

    status_code = 422
    code = "not_registered_yet"


class NameTaken(DomainError):
    """A person has one view of a name, whatever its case."""

    status_code = 422
    code = "name_taken"


class CannotKeepView(DomainError):
    """A view needs a name, has an end somewhere, and nobody keeps any number of them."""

    status_code = 422
    code = "cannot_keep_view"
