"""How many rows answer, counted only as far as anybody wants to know."""

from django.db.models import QuerySet

from workstreams.grid.question import GridQuery, narrow
from workstreams.models import WorkStream

COUNT_CAP = 1000


def capped_count(rows: "QuerySet[WorkStream]", query: GridQuery) -> int:
    """How many rows answer the question; COUNT_CAP + 1 stands for more than COUNT_CAP."""
    return narrow(rows, query).order_by()[: COUNT_CAP + 1].count()
