"""Where messages are on their way to Intercom, beside the chat of colleagues."""

from typing import Any

from django import template
from django.template import Context

from accounts.capabilities import Can
from integrations.connectors import is_on
from integrations.models import Provider
from workstreams.models import WorkStream

register = template.Library()


@register.inclusion_tag("integrations/_standing.html", takes_context=True)
def intercom_standing(context: Context, workstream: WorkStream) -> dict[str, Any]:
    """`{% intercom_standing workstream %}`: nothing for clients, and where Intercom is off."""
    viewer = context["user"]
    shows = viewer.may(Can.READ_NOTES) and is_on(Provider.INTERCOM)
    return {"workstream": workstream if shows else None}
