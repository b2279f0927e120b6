"""Whether what was said is in Intercom, message by message, for colleagues."""

from enum import StrEnum

from django.db.models import Q

from accounts.models import User
from integrations.intercom.models import Part
from integrations.models import Delivery, Provider
from workstreams.models import WorkStream

# As the movements of this vendor are named.
OPERATIONS = {"message": ("message.relay", "message.change"), "note": ("note.relay", "note.change")}
MOST = 400


class Standing(StrEnum):
    """Where a message or note is on its way."""

    THERE = "there"
    WAITING = "waiting"
    REFUSED = "refused"


def standings(viewer: User, workstream: WorkStream, *, kind: str, first: int, last: int) -> dict[int, Standing]:
    """By number, from `first` to `last` and at most 400 of them; what Intercom knows nothing of is not in it.

    `kind` is "message" or "note".
    """
    last = min(last, first + MOST - 1)
    parts = Part.objects.visible_to(viewer).filter(conversation__workstream=workstream)
    number = f"{kind}__number"
    there = parts.filter(**{f"{number}__gte": first, f"{number}__lte": last}).values_list(number, flat=True)
    found = dict.fromkeys(there, Standing.THERE)
    unsettled = (
        Delivery.objects.visible_to(viewer)
        .unsettled()
        .filter(Q(operation__in=OPERATIONS[kind]), mailbox__workstream=workstream, mailbox__provider=Provider.INTERCOM)
        .filter(data__number__gte=first, data__number__lte=last)
        .order_by("pk")
        .values_list("data__number", "state")
    )
    for told, state in unsettled[:MOST]:
        found[int(told)] = Standing.REFUSED if state == Delivery.State.PARKED else Standing.WAITING
    return found
