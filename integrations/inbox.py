"""The inbox of what vendors told us: stored once, then settled by a worker."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from activity.record import nudge
from integrations.models import InboundEvent, Provider

FORGOTTEN_AT_ONCE = 1000
# One statement, because the vendor waits for its end; a repeat costs no more than what is new.
_REMEMBER = """
INSERT INTO integrations_inboundevent AS e (provider, dedupe_key, payload, subject_id, happened_at, state, reason,
       received_at, due_at, settled_at, repeats, attempts)
VALUES (%(provider)s, %(key)s, %(payload)s, %(subject)s, %(happened_at)s, %(state)s, %(reason)s,
       %(now)s, %(now)s, %(settled_at)s, 0, 0)
ON CONFLICT (provider, dedupe_key) DO UPDATE SET repeats = e.repeats + 1
RETURNING xmax = 0
"""


def remember(
    *,
    provider: Provider,
    dedupe_key: str,
    payload: dict[str, Any],
    subject_id: str,
    happened_at: datetime,
    ignored_because: str = "",
) -> bool:
    """Store a verified notification and ask a worker to start; a repeat is only counted. Returns whether it is new.

    One from which nothing follows is stored as ignored, with the reason. It is the last thing done before the vendor
    gets its answer, so it must stay quick (D1).
    """
    from integrations.tasks import work_waiting_inbound  # noqa: PLC0415  the tasks work what is stored here

    now = timezone.now()
    state = InboundEvent.State.IGNORED if ignored_because else InboundEvent.State.RECEIVED
    with connection.cursor() as cursor:
        cursor.execute(
            _REMEMBER,
            {
                "provider": str(provider),
                "key": dedupe_key,
                "payload": json.dumps(payload),
                "subject": subject_id,
                "happened_at": happened_at,
                "state": str(state),
                "reason": ignored_because[:500],
                "now": now,
                "settled_at": now if ignored_because else None,
            },
        )
        (is_new,) = cursor.fetchone()
    if is_new and not ignored_because:
        nudge(work_waiting_inbound)
    return bool(is_new)


@transaction.atomic
def remember_all(events: Sequence[InboundEvent]) -> int:
    """Store what one request told, all of it or nothing; repeats are only counted. Returns how many are new.

    Those to be worked are in state RECEIVED, as they are made.
    """
    from integrations.tasks import work_waiting_inbound  # noqa: PLC0415  the tasks work what is stored here

    by_key = {(event.provider, event.dedupe_key): event for event in events}
    before = timezone.now()
    for (provider, key), event in sorted(by_key.items()):
        event.received_at = before
        _, is_new = InboundEvent.objects.get_or_create(
            provider=provider,
            dedupe_key=key,
            defaults={
                name: getattr(event, name)
                for name in ("payload", "subject_id", "happened_at", "state", "reason", "received_at")
            },
        )
        if not is_new:
            InboundEvent.objects.filter(provider=provider, dedupe_key=key).update(repeats=F("repeats") + 1)
            del by_key[provider, key]
    if by_key:
        nudge(work_waiting_inbound)
    return len(by_key)


def forget(provider: Provider, *, before: datetime) -> int:
    """Delete what a vendor told and was settled before this moment; how many there were. What failed stays.

    Old ones have small ids, so this walks from the first and stops at the first that came later.
    """
    deleted, last = 0, 0
    told = InboundEvent.objects.filter(provider=provider).order_by("pk")
    while rows := list(told.filter(pk__gt=last).values_list("pk", "received_at")[:FORGOTTEN_AT_ONCE]):
        old = told.filter(pk__in=[key for key, _ in rows], settled_at__lt=before)
        deleted += old.exclude(state=InboundEvent.State.FAILED).delete()[0]
        last, newest = rows[-1]
        if newest >= before:
            break
    return deleted


def lock_subject(provider: str, subject_id: str) -> None:
    """Let everything that concerns one record of a vendor take turns until the end of this transaction.

    The record may be unknown here, so there is no row to lock. Take it before any row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{provider}:{subject_id}"])


def settle(event: InboundEvent, state: InboundEvent.State, reason: str = "") -> None:
    """Write down what became of an event, or what it waits for."""
    event.state = state
    event.reason = reason[:500]
    event.settled_at = timezone.now()
    event.save(update_fields=["state", "reason", "settled_at", "workstream"])
