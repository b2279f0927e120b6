"""Which people of a list our mails do not reach, for colleagues."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django import template
from django.template import Context

from notifications.models import BouncedAddress

register = template.Library()


@register.simple_tag(takes_context=True)
def bounced_among(context: Context, *lists: Iterable[Any] | None) -> set[str]:
    """The addresses of these rows or memberships that take no mails; one question for a colleague, none for others."""
    if not context["user"].is_internal:
        return set()
    rows = chain.from_iterable(each or () for each in lists)
    addresses = {address for row in rows if (address := getattr(row, "user", row).email)}
    known = set(BouncedAddress.objects.visible_to(context["user"]).those_of(addresses))
    return {address for address in addresses if address.lower() in known}
