"""The proposal of another WorkStream Lead, for the Milestones tab and for the Lead tab of the floor below."""

from typing import Any

from django import template

from milestones.hand_over import proposal
from workstreams.models import WorkStream

register = template.Library()


@register.inclusion_tag("milestones/_hand_over.html", takes_context=True)
def hand_over(context: dict[str, Any], workstream: WorkStream) -> dict[str, Any]:
    """Who could lead now (A18); draws nothing where there is nothing to propose."""
    return {
        "workstream": workstream,
        "proposal": proposal(workstream),
        "csrf_token": context.get("csrf_token"),
        "tab": context.get("tab"),
    }
