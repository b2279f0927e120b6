"""Intercom's Messenger, at the end of a client's page."""

from typing import Any

from django import template
from django.template import Context

from integrations.intercom import messenger as intercom

register = template.Library()


@register.inclusion_tag("integrations/_messenger.html", takes_context=True)
def messenger(context: Context) -> dict[str, Any]:
    """`{% messenger %}`: nothing where it is off."""
    person = context.get("user")
    return {"boot": intercom.boot(person) if person else {}}
