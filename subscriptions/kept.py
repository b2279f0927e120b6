"""What this app keeps about a person, for their copy. Attempts go with the person when they are erased."""

from typing import Any

from accounts.models import User
from accounts.personal import registry
from subscriptions.models import StartAttempt


@registry.gathers("starts")
def starts(person: User) -> list[dict[str, Any]]:
    """How they came to start a WorkStream, and what they had typed."""
    return [
        {
            "begun": attempt.created_at,
            "step": attempt.get_step_display(),
            "from": attempt.get_entry_point_display(),
            "selection": attempt.selection,
            "campaign": attempt.campaign,
            "referrer": attempt.referrer,
            "typed": attempt.draft,
        }
        for attempt in StartAttempt.objects.filter(user=person).order_by("created_at")
    ]
