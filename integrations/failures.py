"""What can go wrong at a vendor, in the words our queue acts on.

Each vendor's client turns whatever its SDK raises into one of these, and into nothing else. `reason` is a sentence for
colleagues that names the vendor's own code; it holds no words of customers, no address and no secret.
"""

from datetime import datetime


class VendorFailure(Exception):
    """Something went wrong at a vendor."""

    def __init__(self, reason: str) -> None:
        """Keep the sentence."""
        super().__init__(reason)
        self.reason = reason


class Refused(VendorFailure):
    """The vendor refused this for good: the same request gets the same answer. A person must look."""


class NotNow(VendorFailure):
    """The vendor could not do this one now, and did nothing. Try again at `retry_at`, or when our own wait is over."""

    def __init__(self, reason: str, *, retry_at: datetime | None = None) -> None:
        """Keep the sentence and the vendor's own wish."""
        super().__init__(reason)
        self.retry_at = retry_at


class Unclear(VendorFailure):
    """No answer came, or one that does not say whether it was done. Look before repeating."""


class Waits(VendorFailure):
    """Something of ours has to be there first, such as the contact a conversation is opened from. No failure."""


class VendorAway(VendorFailure):
    """Nothing can be sent to this vendor now: it is down, limits our rate, or does not accept our token.

    It concerns every mailbox; `until` is the vendor's own word, None leaves the wait to us. `is_unclear` when the
    request it happened to may have been done.
    """

    def __init__(self, reason: str, *, until: datetime | None = None, is_unclear: bool = False) -> None:
        """Keep the sentence, the time and whether to look first."""
        super().__init__(reason)
        self.until = until
        self.is_unclear = is_unclear
