"""What goes to vendors about one WorkStream, as a panel of its Activity tab."""

from typing import Any

from django import template

from accounts.capabilities import Can
from accounts.models import User
from integrations.models import Delivery, InboundEvent, Provider
from workstreams.models import WorkStream

register = template.Library()

LATEST = 15


@register.inclusion_tag("integrations/sync/_of_workstream.html")
def vendors_of(workstream: WorkStream, viewer: User) -> dict[str, Any]:
    """`{% vendors_of workstream user %}`: what waits and what was refused, then the latest of both directions."""
    outgoing = Delivery.objects.visible_to(viewer).filter(mailbox__workstream=workstream).select_related("mailbox")
    unsettled = list(outgoing.unsettled().order_by("pk")[:LATEST])
    settled = list(outgoing.exclude(state__in=["waiting", "parked"]).order_by("-pk")[:LATEST])
    told = InboundEvent.objects.visible_to(viewer).exclude(provider=Provider.SALESFORCE).filter(workstream=workstream)
    return {
        "unsettled": unsettled,
        "settled": settled,
        # Salesforce has a tab of its own.
        "told": list(told[:LATEST]),
        "may_mend": viewer.may(Can.MANAGE_PORTAL),
    }
