"""The ledger in pages, newest first; each page begins after the one before, however long the ledger is."""

import hashlib
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import QuerySet

from accounts.models import User
from integrations.models import Delivery, InboundEvent

ON_A_PAGE = 50

M = TypeVar("M", Delivery, InboundEvent)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows, and the id after which older ones follow; None at the end."""

    rows: list[M]
    older: int | None


def deliveries(user: User, *, vendor: str = "", state: str = "", before: int | None = None) -> Page[Delivery]:
    """What goes or went to vendors."""
    rows = Delivery.objects.visible_to(user).select_related("mailbox__workstream", "mailbox__person")
    if vendor:
        rows = rows.filter(mailbox__provider=vendor)
    return _page(rows, state, before)


def inbound(user: User, *, vendor: str = "", state: str = "", before: int | None = None) -> Page[InboundEvent]:
    """What vendors told us."""
    rows = InboundEvent.objects.visible_to(user).select_related("workstream")
    if vendor:
        rows = rows.filter(provider=vendor)
    return _page(rows, state, before)


def digest_of(event: InboundEvent) -> str:
    """SHA-256 of what was told, in hexadecimal: the same for the same, and no word of it."""
    return hashlib.sha256(json.dumps(event.payload, sort_keys=True).encode()).hexdigest()


def _page(rows: "QuerySet[M]", state: str, before: int | None) -> Page[M]:
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: ON_A_PAGE + 1])
    shown = found[:ON_A_PAGE]
    return Page(shown, shown[-1].pk if len(found) > ON_A_PAGE else None)
