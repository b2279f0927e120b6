"""The cells of a row of the grid."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def row_cells(context: Context) -> SafeString:
    """`{% row_cells %}`: the templates in `cells`, one after the other, for the `row` of the context.

    Like as many `{% include %}`, without a context of its own for each: a page has hundreds of cells.
    """
    # Made of nothing but templates that escape what they print.
    return mark_safe("".join([cell.nodelist.render(context) for cell in context["cells"]]))  # noqa: S308
