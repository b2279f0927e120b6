"""Questions about what happened. Reach events through their WorkStream, which decides who may see them."""

from typing import Self, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class EventQuerySet(models.QuerySet[M]):
    """Questions about events; call them on one WorkStream's `events`."""

    def newest_first(self, *, before: int | None = None) -> Self:
        """With the people's names; `before` is the id of the last event already shown."""
        rows = self.select_related("actor").order_by("-id")
        return rows if before is None else rows.filter(pk__lt=before)

    def without(self, verbs: list[str]) -> Self:
        """Those of other kinds."""
        return self.exclude(verb__in=verbs)

    def latest_of(self, verb: str) -> M | None:
        """The last event of one kind, if there is one."""
        return self.newest_first().filter(verb=verb).first()
