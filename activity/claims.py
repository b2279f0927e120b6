"""Taking work out of a queue that is a table, one row for one worker."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models, transaction
from django.db.models import F

M = TypeVar("M", bound=models.Model)


def claim_first(
    waiting: "models.QuerySet[M]", *, now: datetime, lease: timedelta, first: Sequence[str] = ()
) -> M | None:
    """Take the row of `waiting` that is due longest, and count the attempt; None when none is due.

    Columns in `first` count before that: rows of a smaller value overtake all others.

    The claim is a lease written into `due_at`: a worker that dies leaves a row that comes due again. Rows another
    worker is taking at this moment are stepped over.
    """
    with transaction.atomic():
        due = (
            waiting.filter(due_at__lte=now)
            .order_by(*first, "due_at", "id")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)
            .first()
        )
        if due is None:
            return None
        waiting.filter(pk=due).update(due_at=now + lease, attempts=F("attempts") + 1)
        # Read under the lock: after it, a worker whose own lease ran out may settle the row.
        return waiting.get(pk=due)
