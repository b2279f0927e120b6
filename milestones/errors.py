"""Refusals about milestones."""

from accounts.errors import DomainError


class NotTheNextMilestone(DomainError):
    """By hand a WorkStream goes one step forward at a time (R48)."""

    code = "not_the_next_milestone"


class GoAheadMissing(DomainError):
    """Step 4 by hand needs both sides' go-ahead, or an override with a reason (A13)."""

    code = "go_ahead_missing"


class ForkUndecided(DomainError):
    """A BATCH WorkStream cannot pass step 3 before somebody chose how it is delivered (R54, A24)."""

    code = "fork_undecided"


class NotUnderReview(DomainError):
    """Go-aheads concern the service agreement and are given while it is reviewed."""

    code = "not_under_review"
