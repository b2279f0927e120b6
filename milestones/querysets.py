"""Questions about milestones."""

from typing import Self

from django.db.models import F, Window
from django.db.models.functions import Lag

from workstreams.choices import Side
from workstreams.tenancy import InWorkStreamQuerySet, M


class MilestoneChangeQuerySet(InWorkStreamQuerySet[M]):
    """Questions about the history."""

    def with_left_at(self) -> Self:
        """Newest first, each with `left_at`: when the milestone it entered was left again; None now (V4)."""
        return self.select_related("actor").annotate(
            left_at=Window(
                Lag("at"),
                partition_by=[F("workstream")],
                order_by=[F("at").desc(), F("id").desc()],
            )
        )


class GoAheadQuerySet(InWorkStreamQuerySet[M]):
    """Questions about go-aheads."""

    def standing(self) -> Self:
        """Those not withdrawn."""
        return self.filter(withdrawn_at__isnull=True).select_related("given_by")

    def missing_sides(self) -> list[Side]:
        """Which sides have not given theirs; call it on one WorkStream's rows."""
        given = set(self.standing().values_list("side", flat=True))
        return [side for side in Side if side not in given]
