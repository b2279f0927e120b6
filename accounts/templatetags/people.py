"""What templates print of people."""

from typing import Any

from django import template
from django.urls import reverse

register = template.Library()


@register.filter
def picture_address(person: Any) -> str:
    """Where somebody's picture is, for those who may see it. It changes with the picture, so it may be kept."""
    return reverse("workstreams:picture", args=[person.public_id, person.picture_version])
