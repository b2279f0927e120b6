"""Putting together, in a template, what the floors above know about WorkStreams."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from django import template

from workstreams.listing import Chat, Row, by_attention
from workstreams.models import WorkStream

register = template.Library()


@register.filter
def unread_in_all(chats: Mapping[int, Chat]) -> int:
    """How many messages are unread in these chats together."""
    return sum(chat.unread for chat in chats.values())


@register.simple_tag(takes_context=True)
def order_by_attention(
    context: dict[str, Any],
    workstreams: Sequence[WorkStream],
    *,
    chats: Mapping[int, Chat],
    go_aheads_wanted: AbstractSet[int] = frozenset(),
    promises: Mapping[int, object] | None = None,
) -> list[Row]:
    """`{% order_by_attention page.rows chats=chats promises=promises go_aheads_wanted=wanted as rows %}`."""
    return by_attention(workstreams, context["user"], chats=chats, go_aheads_wanted=go_aheads_wanted, promises=promises)
