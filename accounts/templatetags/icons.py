"""`{% lucide %}` for every template, with each icon drawn once: a page has dozens of them, mostly the same few."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

register = template.Library()


@register.simple_tag(name="lucide")
def icon(name: str, *, size: int = 24, **attributes: object) -> SafeString:
    """`{% lucide "plus" size=16 aria_hidden="true" %}`: the icon as an SVG."""
    return _drawn(name, size, tuple(attributes.items()))


@lru_cache(maxsize=1024)
def _drawn(name: str, size: int, attributes: tuple[tuple[str, object], ...]) -> SafeString:
    return SafeString(lucide(name, size=size, **dict(attributes)))
