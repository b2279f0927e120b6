"""What templates of the floors below show of a chat."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from chat import drawing
from chat.conversation import Line
from chat.forms import WindowForm
from chat.panel import PROMPTS, panel_for
from chat.summaries import Summary, Turn, summaries, turns
from workstreams.models import WorkStream

register = template.Library()

T = TypeVar("T")


@register.simple_tag(takes_context=True)
def chat_summaries(context: dict[str, Any], workstreams: Iterable[WorkStream]) -> dict[int, Summary]:
    """`{% chat_summaries workstreams as summaries %}`: a dict by primary key; take one with `summaries|of:row.pk`."""
    return summaries(workstreams, context["user"])


@register.simple_tag(takes_context=True)
def chat_turns(context: dict[str, Any], workstreams: Iterable[WorkStream]) -> dict[int, Turn]:
    """`{% chat_turns workstreams as turns %}`: a dict by primary key; take one with `turns|of:row.pk`."""
    return turns(workstreams, context["user"])


@register.filter
def of(found: Mapping[int, T], key: int) -> T | None:
    """What is known of one WorkStream: `{% with chat=summaries|of:row.pk %}`."""
    return found.get(key)


@register.simple_tag
def chat_lines(lines: Iterable[Line], workstream: WorkStream) -> SafeString:
    """`{% chat_lines lines workstream %}`: messages or notes, with the days between them."""
    return drawing.lines(lines, workstream)


@register.simple_tag
def chat_entry(line: Line) -> SafeString:
    """`{% chat_entry line %}`: one message or note, without what can be done with it."""
    return drawing.entry(line)


@register.simple_tag
def chat_acts(line: Line, workstream: WorkStream) -> SafeString:
    """`{% chat_acts line workstream %}`: what its author can do with it; the page puts the number in place of 0."""
    return drawing.acts(line, 0, workstream, may_edit=True)


@register.inclusion_tag("chat/_panel.html", takes_context=True)
def chat_panel(context: dict[str, Any], workstream: WorkStream) -> dict[str, Any]:
    """The chat of a WorkStream; nothing at all for those who take no part in it (Agile Workers).

    `?conversation=notes` shows a colleague the notes first; `?at=` the place around a
    number, `?before=` an older page to browsers without script.
    """
    request = context["request"]
    window = WindowForm(request.GET)
    panel = panel_for(
        workstream,
        request.user,
        shows_notes=request.GET.get("conversation") == "notes",
        before=window.cleaned_data["before"] if window.is_valid() else None,
        at=window.cleaned_data["at"] if window.is_valid() else None,
    )
    return {
        "panel": panel,
        "workstream": workstream,
        "csrf_token": context.get("csrf_token"),
        "provider_name": settings.PROVIDER_NAME,
        "prompts": PROMPTS,
    }
