"""What the grid's page draws too often for templates: some hundred boxes and their counts."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from workstreams.filter_panel import Group, Option

register = template.Library()

_PLAIN = (
    '<label class="choice"><input type="{kind}" name="{name}" value="{value}"{checked}><span>{label}</span></label>'
)
# The count describes the box and is not part of its name, which stays what people call it.
_COUNTED = (
    '<label class="choice"><input type="{kind}" name="{name}" value="{value}"{checked}'
    ' aria-describedby="n-{name}-{value}"><span>{label}</span>'
    '<span class="choice__count" id="n-{name}-{value}" aria-hidden="true">{count}</span></label>'
)


@register.simple_tag
def boxes(group: Group, options: Iterable[Option]) -> SafeString:
    """The boxes to tick of a group, or those of them that are given: `{% boxes group group.first %}`."""
    # Escaped here, once each: format_html would do it anew in each of the places, for hundreds of boxes.
    kind, name = "radio" if group.is_single else "checkbox", escape(group.name)
    template = _COUNTED if group.is_counted else _PLAIN
    return SafeString(
        "".join(
            [
                template.format(
                    kind=kind,
                    name=name,
                    value=escape(option.value),
                    checked=" checked" if option.is_chosen else "",
                    label=escape(option.label),
                    count=number(option),
                )
                for option in options
            ]
        )
    )


@register.simple_tag
def new_numbers(counted: Iterable[tuple[str, Option]]) -> SafeString:
    """The counts for boxes that are on the page already, which htmx puts into them."""
    return SafeString(
        "".join(
            [
                f'<span id="n-{escape(name)}-{escape(option.value)}" hx-swap-oob="innerHTML">{number(option)}</span>'
                for name, option in counted
            ]
        )
    )


def number(option: Option) -> SafeString:
    """A count as it stands beside a box: above 999 in short, and in full for whoever points at it."""
    n = option.count
    if n is None or n < 1000:
        return SafeString("" if n is None else n)
    return format_html('<span title="{}">{}</span>', f"{n:,}", short(n))


def short(n: int) -> str:
    """A number in a few characters, rounded down: 999, 1.2k, 12k, 999k, 1.2M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if n >= size:
            return f"{n // size}{unit}" if n >= 10 * size else f"{n * 10 // size / 10:g}{unit}"
    return str(n)
