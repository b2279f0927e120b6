"""What this app keeps about a person, for their copy. Decisions stay when they are erased, by a “Former member”."""

from typing import Any

from accounts.models import User
from accounts.personal import registry
from milestones.models import GoAhead


@registry.gathers("go-aheads")
def go_aheads(person: User) -> list[dict[str, Any]]:
    """The go-aheads they gave, and what they noted on them; who moved a WorkStream is in their activity."""
    rows = GoAhead.objects.filter(given_by=person).select_related("workstream").order_by("given_at")
    return [
        {
            "workstream": row.workstream.name,
            "side": row.get_side_display(),
            "note": row.note,
            "given": row.given_at,
            "withdrawn": row.withdrawn_at,
        }
        for row in rows
    ]
