"""The ledger of what went out, and how long it is kept."""

from datetime import datetime

from integrations.models import Delivery

AT_ONCE = 1000


def forget(*, before: datetime) -> int:
    """Delete what was settled before this moment; how many there were.

    Old ones have small ids, so this walks from the first and stops at the first that was written later: no index
    need be kept for it, and it costs as much as there is to delete.
    """
    deleted, last = 0, 0
    while rows := list(
        Delivery.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "created_at", "settled_at")[:AT_ONCE]
    ):
        old = [key for key, _, settled in rows if settled and settled < before]
        deleted += Delivery.objects.filter(pk__in=old).delete()[0]
        last, newest, _ = rows[-1]
        if newest >= before:
            break
    return deleted
