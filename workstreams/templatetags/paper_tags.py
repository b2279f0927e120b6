"""What templates say of files and how they look inside."""

from django import template

from workstreams.file_rows import file_rows
from workstreams.papers import Preview
from workstreams.previews.kinds import Kind

register = template.Library()
register.simple_tag(file_rows)


@register.simple_tag
def preview_about(preview: Preview) -> str:
    """`{% preview_about preview %}`: what goes on after kind and size, such as ", 3 pages"."""
    facts = preview.facts
    if preview.kind == Kind.PICTURE:
        return f", {facts['width']:,} x {facts['height']:,} pixels"
    if preview.kind == Kind.PAGES:
        pages, shown = facts["pages"], len(preview.pictures.all())
        said = f", {pages:,} page{'' if pages == 1 else 's'}"
        return said if shown >= pages else f"{said}; the first {shown} are shown"
    if preview.kind == Kind.TABLE:
        return f", {facts['columns']} columns, separator: {facts['separator']}, encoding: {facts['encoding']}"
    return f", encoding: {facts['encoding']}"
