"""The files of the attachments panel as HTML.

A page has ten of them, and a template takes ten times as long over each. Whatever is put in here is ours, or is
escaped here.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.dateformat import format as written
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from accounts.templatetags.icons import icon
from workstreams.models import Attachment, WorkStream

if TYPE_CHECKING:
    from workstreams.attachments import Row

CUT_AT = 44
KEPT_AT_THE_END = 14
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


def file_rows(rows: "Iterable[Row]", workstream: WorkStream, csrf_token: object) -> SafeString:
    """The items of the list. The token is for the forms that remove without a script."""
    return SafeString("".join([_row(row, workstream, csrf_token) for row in rows]))


def sign(attachment: Attachment) -> SafeString:
    """A sign for what the file is; its kind and name say it in words."""
    kind = attachment.content_type
    name = ICONS.get(kind) or ICONS.get(kind.partition("/")[0], "file")
    return icon(name, size=18, aria_hidden="true")


def cut_in_the_middle(name: str) -> str:
    """A long name without its middle, because a file's ending says what it is."""
    if len(name) <= CUT_AT:
        return name
    return f"{name[: CUT_AT - KEPT_AT_THE_END - 1]}…{name[-KEPT_AT_THE_END:]}"


def _row(row: "Row", workstream: WorkStream, csrf_token: object) -> str:
    file = row.attachment
    note = f'<p class="file__note" dir="auto">{escape(file.note)}</p>' if file.note else ""
    return (
        f'<li class="file" id="attachment-{file.public_id}">\n'
        f'<span class="file__icon">{sign(file)}</span>\n'
        f'<div class="file__text"><p class="file__name">{_name(row, workstream)}</p>\n'
        f'<p class="file__about">{escape(file.get_kind_display())}, {escape(row.size)},'
        f" <bdi>{escape(file.uploaded_by.display_name)}</bdi>, {_moment(file)}</p>\n"
        f"{_state(row)}{note}</div>\n"
        f"{_preview(row, workstream)}{_menu(row, workstream, csrf_token)}</li>\n"
    )


def _name(row: "Row", workstream: WorkStream) -> str:
    file = row.attachment
    name = f"<bdi>{escape(file.name if row.why_not else cut_in_the_middle(file.name))}</bdi>"
    if row.why_not:
        return name
    whole = escape(file.name)
    said = f' aria-label="{whole}" title="{whole}"' if len(file.name) > CUT_AT else ""
    address = reverse("workstreams:attachment", args=[workstream.public_id, file.public_id])
    return f'<a class="link link--quiet" href="{address}" download{said}>{name}</a>'


def _moment(file: Attachment) -> str:
    at = localtime(file.created_at)
    return f'<time datetime="{at.isoformat()}" data-relative>{written(at, "j M Y, H:i")} UTC</time>'


def _state(row: "Row") -> str:
    file = row.attachment
    if file.removed_at and file.removed_by:
        day = written(localtime(file.removed_at), "j M Y")
        return f'<p class="file__state">Removed by <bdi>{escape(file.removed_by.display_name)}</bdi> on {day}</p>'
    return f'<p class="file__state file__state--warning">{escape(row.why_not)}</p>' if row.why_not else ""


def _preview(row: "Row", workstream: WorkStream) -> str:
    file = row.attachment
    preview = getattr(file, "preview", None)
    if row.why_not or not preview or preview.state == "failed":
        return ""
    address = reverse("workstreams:attachment_preview", args=[workstream.public_id, file.public_id])
    return (
        f'<a class="button button--quiet button--small button--icon" title="Preview" href="{address}"'
        f' data-dialog="preview" hx-get="{address}"'
        ' hx-target="#preview-content" hx-swap="outerHTML">'
        f"{icon('eye', size=16, aria_hidden='true')}"
        f'<span class="visually-hidden">Preview {escape(file.name)}</span></a>\n'
    )


def _menu(row: "Row", workstream: WorkStream, csrf_token: object) -> str:
    if not row.may_remove:
        return ""
    address = reverse("workstreams:attachment_remove", args=[workstream.public_id, row.attachment.public_id])
    return (
        '<details class="menu"><summary class="button button--quiet button--small button--icon"'
        f' aria-label="More for {escape(row.attachment.name)}">'
        f"{icon('ellipsis', size=16, aria_hidden='true')}</summary>\n"
        f'<div class="menu__list"><form method="post" action="{address}" hx-post="{address}"'
        ' hx-target="#attachments" hx-swap="outerHTML">'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(csrf_token)}">'
        '<button class="menu__item menu__item--danger">Remove</button></form></div></details>\n'
    )
