"""The rows of the grid."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from workstreams.cells import CELLS, Beyond, table_row

register = template.Library()


@register.simple_tag(takes_context=True)
def table_rows(context: Context) -> SafeString:
    """`{% table_rows %}`: the `rows` of the context, with its `turns`, `promises` and `steps` where it has them."""
    beyond = Beyond(context.get("turns") or {}, context.get("promises") or {}, context.get("steps") or {})
    cells = [CELLS[key] for key in context["cells"]]
    return SafeString("".join([table_row(row, cells, beyond) for row in context["rows"]]))
