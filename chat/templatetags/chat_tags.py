"""What templates of the floors below show of a chat."""

from collections.abc import Iterable
from typing import Any

from django import template

from chat.summaries import Summary, summaries
from workstreams.models import WorkStream

register = template.Library()


@register.simple_tag(takes_context=True)
def chat_summaries(context: dict[str, Any], workstreams: Iterable[WorkStream]) -> dict[int, Summary]:
    """`{% chat_summaries workstreams as summaries %}`: a dict by primary key; take one with `summaries|of:row.pk`."""
    return summaries(workstreams, context["user"])


@register.filter
def of(found: dict[int, Summary], key: int) -> Summary | None:
    """The summary of one WorkStream: `{% with chat=summaries|of:row.pk %}`."""
    return found.get(key)
