"""Refusals of the API itself; those of the domain live in each app's `errors`."""

from django.http import Http404

from accounts.errors import DomainError


class NoSuchAddress(Http404):
    """The address is not for this person to know of: the answer is the one of an address that nobody wrote."""


class BadRequest(DomainError):
    """What came cannot be understood."""

    status_code = 400
    code = "bad_request"


class BadCursor(DomainError):
    """The address names a place this portal did not write, or not for this list."""

    status_code = 400
    code = "bad_cursor"


class ScopeMissing(DomainError):
    """The person may, but this token may not."""

    status_code = 403
    code = "scope_missing"


class CsrfFailed(DomainError):
    """A browser's request without the proof that it comes from our own page."""

    status_code = 403
    code = "csrf_failed"


class StillRunning(DomainError):
    """The first request with this Idempotency-Key has not ended."""

    status_code = 409
    code = "still_running"


class KeyUsedBefore(DomainError):
    """The Idempotency-Key belongs to another request."""

    status_code = 422
    code = "key_used_before"


class SayWhatYouSaw(DomainError):
    """An edit must say which version it was made from."""

    status_code = 428
    code = "precondition_required"


class ChangedSince(DomainError):
    """The row is not any more what the caller saw."""

    status_code = 412
    code = "changed_meanwhile"


class TooManyTokens(DomainError):
    """Tokens nobody can keep an eye on are tokens nobody misses when they are stolen."""

    status_code = 409
    code = "too_many_tokens"


class TokenRefused(DomainError):
    """The entries make no token."""

    status_code = 422
    code = "token_refused"


class UseTheApp(DomainError):
    """Somebody who has an authenticator app is not mailed the codes that it shows."""

    status_code = 409
    code = "use_the_app"
