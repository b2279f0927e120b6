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


class CannotBeInvited(DomainError):
    """This address cannot be the first person of a WorkStream."""

    status_code = 422
    code = "cannot_be_invited"


class TooManyInvitations(DomainError):
    """Mails go to a measured number of people."""

    status_code = 429
    code = "too_many_invitations"


class InvitationEnded(DomainError):
    """It was used or withdrawn, or is too old."""

    status_code = 410
    code = "invitation_ended"


class NotInvited(DomainError):
    """An invitation is for the person of its address alone."""

    status_code = 403
    code = "not_invited"


class OwnerStays(DomainError):
    """The WorkStream Owner hands over before they go."""

    code = "owner_stays"


class LeadStays(DomainError):
    """The WorkStream Lead hands over before they go."""

    code = "lead_stays"


class CannotOwn(DomainError):
    """Only an active person of the client who is on the WorkStream can own it."""

    status_code = 422
    code = "cannot_own"


class NameTaken(DomainError):
    """A person has one view of a name, whatever its case."""

    status_code = 422
    code = "name_taken"


class CannotKeepView(DomainError):
    """A view needs a name, has an end somewhere, and nobody keeps any number of them."""

    status_code = 422
    code = "cannot_keep_view"


class NothingChosen(DomainError):
    """A change of several WorkStreams needs at least one."""

    status_code = 422
    code = "nothing_chosen"


class TooMany(DomainError):
    """More WorkStreams than are changed at once."""

    status_code = 422
    code = "too_many"


class NotConfirmable(DomainError):
    """A bulk change that does not say whom or why cannot be confirmed."""

    status_code = 422
    code = "not_confirmable"


class TooLateToUndo(DomainError):
    """A bulk change can be undone for a while only, and when it is done."""

    code = "too_late_to_undo"


class TooManyExports(DomainError):
    """Exports hold a page thread each, so only few run at once."""

    status_code = 429
    code = "too_many_exports"


class EmptyFile(DomainError):
    """A file without a byte tells nobody anything."""

    status_code = 422
    code = "empty_file"


class FileTooLarge(DomainError):
    """A file has a greatest size; it is said before anybody chooses one."""

    status_code = 422
    code = "file_too_large"


class KindOfTheTeam(DomainError):
    """Quotes come from the team (R35)."""

    status_code = 422
    code = "kind_of_the_team"


class FileKeyTaken(DomainError):
    """The browser's key already belongs to another file, so this one was not kept."""

    code = "key_taken"


class StoreAway(DomainError):
    """The file store does not answer; what is in it is not lost."""

    status_code = 503
    code = "store_away"


class NotDownloadable(DomainError):
    """A file that was removed, or is not known to be harmless, is not handed out."""

    status_code = 409
    code = "not_downloadable"


class CannotAskFor(DomainError):
    """A quote comes from us, and a day that has passed is no day to send a document by."""

    status_code = 422
    code = "cannot_ask_for"


class SampleTooLarge(DomainError):
    """A sample shows how a file may look; it is no place for data."""

    status_code = 422
    code = "sample_too_large"


class TooMuchUnderWay(DomainError):
    """One person's unfinished uploads together have an end."""

    status_code = 429
    code = "too_much_under_way"


class WrongPlace(DomainError):
    """A piece of an upload begins behind what has arrived, or goes beyond what was said."""

    code = "wrong_place"


class NotWhole(DomainError):
    """An upload is finished when all of it has arrived."""

    code = "not_whole"
