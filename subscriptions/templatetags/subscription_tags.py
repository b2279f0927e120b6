"""What templates of the floor below show of a subscription."""

from typing import Any

from django import template

from subscriptions.panel import panel_for
from workstreams.models import WorkStream

register = template.Library()


@register.inclusion_tag("subscriptions/_terms.html", takes_context=True)
def terms_panel(context: dict[str, Any], workstream: WorkStream) -> dict[str, Any]:
    """`{% terms_panel workstream %}`: every attribute of the type; prices only for those who may see them (A7).

    Takes `user` from the context, and `rights` where the page knows them already.
    """
    return {"panel": panel_for(workstream, context["user"], rights=context.get("rights"))}
