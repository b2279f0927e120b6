"""What templates say of files and how they look inside."""

from django import template
from django.utils.safestring import SafeString

from accounts.templatetags.icons import icon
from workstreams.models import Attachment
from workstreams.papers import Preview
from workstreams.previews.kinds import Kind

register = template.Library()

CUT_AT = 44
KEPT_AT_THE_END = 14


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


ICONS = {
    "image": "file-image",
    "text/csv": "file-spreadsheet",
    "text/tab-separated-values": "file-spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "file-spreadsheet",
    "application/pdf": "file-text",
    "text": "file-text",
    "application/zip": "file-archive",
    "video": "file-video",
    "audio": "file-audio",
}


@register.simple_tag
def attachment_icon(attachment: Attachment) -> SafeString:
    """`{% attachment_icon attachment %}`: a sign for what the file is; its kind and name say it in words."""
    kind = attachment.content_type
    name = ICONS.get(kind) or ICONS.get(kind.partition("/")[0], "file")
    return icon(name, size=18, aria_hidden="true")


@register.filter
def cut_in_the_middle(name: str) -> str:
    """A long name without its middle, because a file's ending says what it is."""
    if len(name) <= CUT_AT:
        return name
    return f"{name[: CUT_AT - KEPT_AT_THE_END - 1]}…{name[-KEPT_AT_THE_END:]}"
