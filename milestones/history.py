"""The history of a WorkStream as people read it: every stay at a milestone, how long it took, and why it ended (V4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from milestones.models import MilestoneChange
from workstreams.choices import Milestone
from workstreams.models import WorkStream


@dataclass(frozen=True)
class Stay:
    """One stay at a milestone."""

    label: str
    entered_at: datetime
    left_at: datetime | None
    duration: str
    is_current: bool
    how: str
    who: str
    reason: str = ""
    skipped: str = ""
    went_back: bool = False
    approval_not_recorded: bool = False


_HOW = {
    MilestoneChange.Kind.ADVANCED: "Advanced by",
    MilestoneChange.Kind.WENT_BACK: "Taken back by",
    MilestoneChange.Kind.FOLLOWED: "Moved after a stage change in",
    MilestoneChange.Kind.TYPE_CHANGED: "Moved with the subscription type by",
}


def stays(workstream: WorkStream, *, now: datetime | None = None) -> list[Stay]:
    """Every stay, newest first, down to the time before the first milestone. One query."""
    now = now or timezone.now()
    changes = list(workstream.milestone_changes.with_left_at())
    found = [_stay(change, now=now, is_current=number == 0) for number, change in enumerate(changes)]
    ended = changes[-1].at if changes else now
    first = Stay(
        label="No milestone yet",
        entered_at=workstream.created_at,
        left_at=changes[-1].at if changes else None,
        duration=in_words(ended - workstream.created_at),
        is_current=not changes,
        how="Started by",
        who=workstream.created_by.display_name,
    )
    return [*found, first]


def _stay(change: MilestoneChange, *, now: datetime, is_current: bool) -> Stay:
    left_at: datetime | None = getattr(change, "left_at", None)
    return Stay(
        label=change.after_label,
        entered_at=change.at,
        left_at=left_at,
        duration=in_words((left_at or now) - change.at),
        is_current=is_current,
        how=_HOW[MilestoneChange.Kind(change.kind)],
        who=change.actor_name,
        reason=change.reason,
        skipped=", ".join(Milestone(name).label for name in change.skipped),
        went_back=change.kind == MilestoneChange.Kind.WENT_BACK,
        approval_not_recorded=change.without_go_aheads,
    )


def in_words(length: timedelta) -> str:
    """A length of time in its two largest units: “3 days, 4 hours”."""
    minutes = max(0, int(length.total_seconds())) // 60
    counts = {"day": minutes // 1440, "hour": minutes % 1440 // 60, "minute": minutes % 60}
    while counts and not next(iter(counts.values())):
        counts.pop(next(iter(counts)))
    largest = list(counts.items())[:2]
    return ", ".join(f"{n} {unit}{'' if n == 1 else 's'}" for unit, n in largest if n) or "less than a minute"
