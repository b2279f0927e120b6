"""Messages and notes as HTML.

A page has some fifty of them, and a template takes ten times as long over each. Whatever is put in here is ours, or is
escaped here; `Line.html` is made of escaped text already.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.dateformat import format as written
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from accounts.avatars import avatar, avatar_of
from accounts.templatetags.icons import icon
from workstreams.file_rows import cut_in_the_middle, sign

if TYPE_CHECKING:
    from datetime import datetime

    from chat.conversation import Carried, Line
    from workstreams.models import WorkStream


def lines(found: "Iterable[Line]", workstream: "WorkStream") -> SafeString:
    """A run of messages or notes with the days between them."""
    # Few people write most of it.
    avatars: dict[str, str] = {}
    parts: list[str] = []
    for line in found:
        if line.new_day:
            parts.append(f'<p class="day-separator"><span>{written(line.new_day, "l j F Y")}</span></p>\n')
        if line.is_first_unread:
            parts.append('<p class="unread-line"><span>New</span></p>\n')
        voice = line.voice
        if voice not in avatars:
            avatars[voice] = _picture(line)
        parts.append(_entry(line, avatars[voice], workstream))
    return SafeString("".join(parts))


def entry(line: "Line", workstream: "WorkStream | None" = None) -> SafeString:
    """One message or note, the same for every viewer but for is_own, is_joined, may_edit and may_remove.

    The WorkStream is needed where something may be done with it.
    """
    return SafeString(_entry(line, _picture(line), workstream))


def acts(line: "Line", number: int, workstream: "WorkStream", *, may_edit: bool) -> SafeString:
    """What can be done with a message or note."""
    remove = _act("remove", line, number, workstream, icon_name="trash-2")
    edit = _act("edit", line, number, workstream, icon_name="pencil") if may_edit else ""
    return SafeString(f'<div class="message__acts" data-acts>{edit}{remove}</div>')


def _entry(line: "Line", picture: str, workstream: "WorkStream | None") -> str:
    said = line.entry
    joined = " message--joined" if line.is_joined else ""
    removed = " message--removed" if line.is_removed else ""
    return (
        f'<article class="message message--{line.look}{joined}{removed}"\n'
        f'         id="{line.kind}-{said.number}"\n'
        f'         data-number="{said.number}"\n'
        f'         data-change="{said.change}"\n'
        f'         data-key="{said.client_key or ""}"\n'
        f'         data-author="{escape(line.voice)}"{_OUTSIDE if said.said_by else ""}>\n'
        f'{picture}<div class="message__content">'
        f'<div class="message__head{" visually-hidden" if line.is_joined else ""}">'
        f'<span class="message__author">{escape(line.author)}</span> '
        f'<span class="message__team">{escape(line.team)}</span> {_via(line)}'
        f"{_YOU if line.is_own else ''}{_clock(said.created_at)}</div>\n"
        f'<div class="message__bubble">{_bubble(line)}</div>'
        f"{_edited(line)}{_acts(line, workstream)}</div></article>\n"
    )


_YOU = '<span class="message__you">You</span> '
# Whoever has no account reads nothing here, so the page does not show how far they have read.
_OUTSIDE = " data-outside"


def _picture(line: "Line") -> str:
    said = line.entry
    if said.author:
        return avatar(said.author)
    return avatar_of(said.said_by, is_team=line.look != "client") if said.said_by else ""


def _via(line: "Line") -> str:
    """Where it was said, if not here. The page shows it to colleagues."""
    came_from = line.entry.get_came_from_display() if line.entry.came_from else ""
    return f'<span class="message__via">by {came_from}</span> ' if came_from else ""


def _bubble(line: "Line") -> str:
    if line.is_removed:
        body = f'<div class="message__body">{line.removed}</div>'
    else:
        body = f'<div class="message__body" dir="auto">{line.html}</div>'
    return f"{body}{_files(line)}{_uploads(line)}{_copy(line)}"


def _files(line: "Line") -> str:
    if not (found := line.files):
        return ""
    return f'<ul class="message__files" aria-label="Files">{"".join(map(_file, found))}</ul>'


def _file(file: "Carried") -> str:
    full = escape(file.attachment.name)
    name = str(escape(cut_in_the_middle(file.attachment.name)))
    look = ""
    if file.why_not:
        name = f'<bdi class="message__file-name">{name}</bdi>'
    else:
        name = f'<a class="link message__file-name" href="{file.address}" download title="{full}"><bdi>{name}</bdi></a>'
    if file.has_preview:
        look = (
            f'<a class="button button--quiet button--small" href="{file.address}preview/" data-dialog="preview" '
            f'data-look>Preview<span class="visually-hidden"> {full}</span></a>'
        )
    about = f"{file.size}. {escape(file.why_not)}" if file.why_not else file.size
    return (
        f'<li class="message__file">{sign(file.attachment)}<span class="message__file-text">{name} '
        f'<span class="message__file-about">{about}</span></span>{look}</li>'
    )


def _uploads(line: "Line") -> str:
    if not line.is_greeting:
        return ""
    ways = " ".join(
        f'<a class="button button--small" href="{escape(way["address"])}" data-upload-kind="{escape(way["kind"])}">'
        f"{escape(way['label'])}</a>"
        for way in line.uploads
    )
    return f'<p class="button-row mt-2">{ways}</p>'


def _copy(line: "Line") -> str:
    if not line.is_creation_note:
        return ""
    address = escape(line.entry.workstream.full_url)
    return f'<button type="button" class="button button--small mt-2" data-copy="{address}">Copy the URL</button>'


def _edited(line: "Line") -> str:
    if not line.entry.edited_at or line.is_removed:
        return ""
    return f'<div class="message__edited">Edited {_clock(line.entry.edited_at)}</div>'


def _acts(line: "Line", workstream: "WorkStream | None") -> str:
    if not (line.may_remove and workstream):
        return ""
    return acts(line, line.entry.number, workstream, may_edit=line.may_edit)


def _act(what: str, line: "Line", number: int, workstream: "WorkStream", *, icon_name: str) -> str:
    address = reverse(f"chat:{what}_{line.kind}", args=[workstream.public_id, number])
    word = what.capitalize()
    return (
        f'<a class="message__act" data-{what} href="{address}" title="{word}">'
        f'{icon(icon_name, size=14, aria_hidden="true")}<span class="visually-hidden">{word}</span></a>'
    )


def _clock(at: "datetime") -> str:
    at = localtime(at)
    return f'<time datetime="{at.isoformat()}" data-clock>{at:%H:%M}</time>'
